#include "notice.h"

#include <vector>

#include "parts.h"
#include "project_facts.h"

namespace kato::gemini {
namespace {

bool is_interruption(std::string_view text) {
  return text == "Request cancelled." || text == "User cancelled the request.";
}

std::string_view subtype_of(std::string_view type, std::string_view text) {
  if (type == "warning") return "warning";
  if (type == "info") return is_interruption(text) ? "interruption" : "notice";
  const bool api = text.find("API Error") != std::string_view::npos ||
                   text.find("API error") != std::string_view::npos;
  return api ? "api-error" : "error";
}

kato_level level_of(std::string_view type) {
  if (type == "warning") return KATO_LEVEL_WARNING;
  return type == "error" ? KATO_LEVEL_ERROR : KATO_LEVEL_INFO;
}

}  // namespace

void map_notice(const Message& message) {
  std::vector<std::string_view> texts;
  std::vector<std::string_view> media;
  uint64_t unknown = 0;
  for_each_part(message.fields().content, [&](const Part& part) {
    if (part.kind == PartKind::kText) texts.push_back(part.value.text());
    if (part.kind == PartKind::kInlineData) media.push_back(part.value["mimeType"].text());
    if (part.kind == PartKind::kUnknown) message.emit_raw(name_of(part), unknown++);
  });
  const auto text = message.joined(texts, {});
  auto draft = message.draft(KATO_PROVIDER_INFO, "text");
  if (!media.empty()) {
    // A tool's pictures and the like, handed to the model.
    draft.subtype = "binary-content";
    draft.text = message.joined(media, ", ");
  } else if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    message.record().ignore("empty-notice");
    return;
  } else {
    draft.subtype = subtype_of(message.type(), text);
    draft.text = text;
    learn_directory(message, text);
  }
  draft.level = level_of(message.type());
  message.emit(draft);
}

}  // namespace kato::gemini
