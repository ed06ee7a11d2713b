#include "content.h"

#include <string>

#include "plugins/jsonlog/record_key.h"

namespace kato::claude {
namespace {

constexpr std::string_view kPersisted = "<persisted-output>";

uint64_t decoded_base64_size(std::string_view encoded) {
  uint64_t size = encoded.size() / 4 * 3;
  if (encoded.ends_with("==")) return size - 2;
  return encoded.ends_with('=') ? size - 1 : size;
}

std::string_view block_words(const Mapping& to, Value block) {
  const auto type = block["type"].word();
  if (block.is_string()) return block.text();
  if (type == "text") return block["text"].text();
  if (type == "tool_reference") {
    return to.arena().join({"[tool: ", block["tool_name"].text(), "]"});
  }
  // Results of tools that run at the model's side.
  if (const auto text = block["text"].text(); !text.empty()) return text;
  if (const auto code = block["error_code"].text(); !code.empty()) {
    return to.arena().join({"[", bounded_word(type), ": ", code, "]"});
  }
  if (const auto url = block["url"].text(); !url.empty()) {
    return to.arena().join({block["title"].text(), " <", url, ">"});
  }
  return attachment_words(to, block);
}

}  // namespace

sdk::Attachment describe_attachment(const Mapping& to, Value block) {
  const Value source = block["source"];
  sdk::Attachment attachment;
  attachment.media_type = source["media_type"].text();
  attachment.name = block["title"].text();
  for (const auto* member : {"url", "file_id"}) {
    if (attachment.name.empty()) attachment.name = source[member].text();
  }
  const auto data = source["data"].word();
  if (!data.empty()) {
    const bool encoded = source["type"].word() == "base64";
    attachment.size_bytes = encoded ? decoded_base64_size(data) : data.size();
    attachment.hash = to.arena().join({"xxh3:", jsonlog::to_hex(to.hash(data))});
  }
  return attachment;
}

std::string_view attachment_words(const Mapping& to, Value block) {
  const auto attachment = describe_attachment(to, block);
  const auto what =
      attachment.media_type.empty() ? bounded_word(block["type"].word()) : attachment.media_type;
  if (attachment.size_bytes == UINT64_MAX) return to.arena().join({"[", what, "]"});
  return to.arena().join({"[", what, ", ", std::to_string(attachment.size_bytes), " bytes]"});
}

bool is_unreadable(Value text) noexcept {
  return !text.is_string() && !(text.exists() && text.kind() == jsonlog::JsonKind::kNull);
}

std::string_view result_text(const Mapping& to, Value content) {
  if (content.is_string()) return content.text();
  if (content.is_object()) return block_words(to, content);
  std::vector<std::string_view> texts;
  for (const Value block : content.items()) {
    texts.push_back(block_words(to, block));
  }
  return joined(to, texts);
}

std::string_view call_id(const Mapping& to, Value id, size_t number) {
  const auto logged = id.word();
  if (!logged.empty()) return logged;
  return to.arena().join({to.record.key(), "/", std::to_string(number)});
}

void map_tool_result(const Mapping& to, Value block, size_t number) {
  const auto call = call_id(to, block["tool_use_id"], number);
  auto result = to.draft(KATO_ASSISTANT_TOOL_RESULT, to.part("result", call, number));
  result.tool_call_id = call;
  result.text = result_text(to, block["content"]);
  if (block["is_error"].is_true()) result.payload_flags |= KATO_PAYLOAD_IS_ERROR;
  if (result.text.starts_with(kPersisted)) result.payload_flags |= KATO_PAYLOAD_TRUNCATED;
  to.record.emit(result);
}

std::string_view joined(const Mapping& to, std::span<const std::string_view> texts) {
  if (texts.size() == 1) return texts.front();
  std::vector<std::string_view> pieces;
  for (const auto text : texts) {
    if (!pieces.empty()) pieces.push_back("\n\n");
    pieces.push_back(text);
  }
  return to.arena().join(pieces);
}

}  // namespace kato::claude
