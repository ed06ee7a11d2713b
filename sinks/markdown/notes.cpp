#include "notes.h"

#include "body.h"
#include "text.h"

namespace kato::markdown {
namespace {

using sdk::view;

std::string_view level_name(int32_t level) {
  if (level == KATO_LEVEL_ERROR) return ", error";
  return level == KATO_LEVEL_WARNING ? ", warning" : "";
}

void append_part(std::string& line, std::string_view part) {
  if (part.empty()) return;
  line += line.ends_with(':') ? " " : ", ";
  append_one_line(line, part, kMaxLabelCharacters);
}

}  // namespace

void write_attachments(const kato_payload& payload, sdk::BytesWriter& out) {
  std::string line;
  const sdk::Strided<kato_attachment> list(payload.attachments, payload.attachment_count);
  for (size_t i = 0; i < list.size(); ++i) {
    const kato_attachment attachment = list[i];
    line = "- Attachment:";
    append_part(line, view(attachment.name));
    append_part(line, view(attachment.media_type));
    if (attachment.size_bytes != UINT64_MAX) {
      append_part(line, std::to_string(attachment.size_bytes) + " bytes");
    }
    line += '\n';
    out.write(line);
  }
}

void write_options(const kato_payload& payload, sdk::BytesWriter& out) {
  std::string line;
  const sdk::Strided<kato_option> options(payload.options, payload.option_count);
  for (size_t i = 0; i < options.size(); ++i) {
    const kato_option option = options[i];
    line = "- ";
    append_one_line(line, view(option.label), kMaxLabelCharacters);
    if (option.description.size > 0) {
      line += ": ";
      append_one_line(line, view(option.description), SIZE_MAX);
    }
    while (is_blank(line.back())) {
      line.pop_back();
    }
    line += '\n';
    out.write(line);
  }
}

std::string answer_of(const kato_payload& payload) {
  std::string answer;
  for (size_t i = 0; payload.selections != nullptr && i < payload.selection_count; ++i) {
    if (!answer.empty()) answer += ", ";
    append_one_line(answer, view(payload.selections[i]), kMaxLabelCharacters);
  }
  const std::string_view free_text = view(payload.free_text);
  if (has_body(free_text)) {
    if (!answer.empty()) answer += " — ";
    answer += without_outer_blank_lines(free_text);
  }
  return answer.empty() ? "(none)" : answer;
}

void write_info(const kato_payload& payload, bool revised, sdk::BytesWriter& out) {
  std::string block = "> [";
  append_one_line(block, view(payload.subtype), kMaxLabelCharacters);
  block += level_name(payload.level);
  block += revised ? "] (revised)" : "]";
  std::string_view text = without_outer_blank_lines(view(payload.text));
  if (!text.empty()) block += ' ';
  block += take_line(text);
  block += '\n';
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    block += line.empty() ? ">" : "> ";
    block += line;
    block += '\n';
  }
  out.write(block);
}

}  // namespace kato::markdown
