#include "tool_output.h"

#include <array>
#include <charconv>

#include "attachments.h"

namespace kato::codex {
namespace {

constexpr auto kFailures = std::to_array<std::string_view>({
    "Script failed",
    "aborted by user",
    "unsupported call",
    "failed to parse function arguments",
    "failed in sandbox",
    "execution error",
    "exec command rejected",
    "apply_patch verification failed",
    "patch rejected",
    "tool call error",
    "collab spawn failed",
    "collab tool failed",
    "error: ",
});

// Words to that effect at a text's beginning, or "…12 tokens truncated…" in its middle.
bool tells_of_a_cut(std::string_view text) noexcept {
  constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
  constexpr size_t kHead = 400;
  constexpr size_t kShortestCut = 1000;  // shorter results are never cut
  if (text.size() < kShortestCut) return false;
  const auto head = text.substr(0, kHead);
  for (const std::string_view words : {"truncated output", "Total output lines: "}) {
    if (head.find(words) != std::string_view::npos) return true;
  }
  for (size_t at = text.find(kEllipsis); at != std::string_view::npos;
       at = text.find(kEllipsis, at + 1)) {
    if (text.substr(0, at).ends_with("truncated")) return true;
  }
  return false;
}

// The number behind `words` at the beginning of a line before the output begins.
int exit_code_behind(std::string_view text, std::string_view words) noexcept {
  size_t at = text.find(words);
  while (at != std::string_view::npos && at > 0 && text[at - 1] != '\n') {
    at = text.find(words, at + 1);
  }
  if (at == std::string_view::npos) return 0;
  int code = 0;
  const char* const begin = text.data() + at + words.size();
  std::from_chars(begin, text.data() + text.size(), code);
  return code;
}

// On a line of its own. Texts that were unescaped one after the other often lie so already.
std::string_view append(const Line& line, std::string_view text, std::string_view more) {
  if (text.empty()) return more;
  const bool ends_line = text.ends_with('\n');
  if (ends_line && more.data() == text.data() + text.size()) {
    return {text.data(), text.size() + more.size()};
  }
  return line.arena().join({text, ends_line ? "" : "\n", more});
}

ToolOutput read_json_text(const Line& line, std::string_view text) {
  ToolOutput found{text};
  if (line.inner.parse(text, jsonlog::Behind::kPadding) != jsonlog::JsonError::kNone) return found;
  const auto root = line.inner.root();
  const auto output = root["output"];
  if (!output.is_string()) return found;
  found.text = output.text();
  found.is_error = root["metadata"]["exit_code"].integer().value_or(0) != 0;
  return found;
}

}  // namespace

bool tells_of_failure(std::string_view text) noexcept {
  for (const auto words : kFailures) {
    if (text.starts_with(words)) return true;
  }
  constexpr size_t kHead = 8192;
  text = text.substr(0, kHead);
  const size_t first_line_end = text.find('\n');
  if (text.starts_with("Wall time: ") && first_line_end != std::string_view::npos &&
      text.substr(first_line_end + 1).starts_with("aborted by user")) {
    return true;
  }
  const size_t output = text.find("\nOutput:");
  if (output == std::string_view::npos) return false;
  text = text.substr(0, output);
  return exit_code_behind(text, "Process exited with code ") != 0 ||
         exit_code_behind(text, "Exit code: ") != 0;
}

std::string_view joined_blocks(const Line& line, jsonlog::Value blocks) {
  std::string_view joined;
  for (const auto block : blocks.items()) {
    const auto type = block["type"].word();
    std::string_view text = block["text"].text();
    if (type == "input_image") {
      text = describe(line, attachment_of_url(line, block["image_url"].word()));
    }
    if (type == "image") {
      sdk::Attachment image;
      image.media_type = block["mimeType"].word();
      text = describe(line, image);
    }
    const bool unknown = text.empty() && !type.empty() && !block["text"].is_string();
    if (unknown) text = line.arena().join({"[", type, "]"});
    if (text.empty()) continue;
    joined = append(line, joined, text);
  }
  return joined;
}

ToolOutput read_tool_output(const Line& line, jsonlog::Value value) {
  ToolOutput found;
  if (value.is_string()) {
    found.text = value.text();
    if (found.text.starts_with("{\"output\":")) found = read_json_text(line, found.text);
  } else if (value.is_array()) {
    found.text = joined_blocks(line, value);
  } else if (value.is_object()) {
    const auto content = value["content"].exists() ? value["content"] : value["body"];
    found.text = content.is_array() ? joined_blocks(line, content) : content.text();
    const bool failed =
        value["success"].kind() == jsonlog::JsonKind::kBool && !value["success"].is_true();
    found.is_error = failed || value["isError"].is_true() || value["is_error"].is_true();
  }
  found.is_error = found.is_error || tells_of_failure(found.text);
  found.truncated = tells_of_a_cut(found.text);
  return found;
}

}  // namespace kato::codex
