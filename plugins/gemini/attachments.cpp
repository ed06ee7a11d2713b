#include "attachments.h"

#include <string>

namespace kato::gemini {
namespace {

// Of what base64 text stands for.
uint64_t decoded_size(std::string_view base64) {
  while (base64.ends_with('=')) {
    base64.remove_suffix(1);
  }
  return base64.size() / 4 * 3 + base64.size() % 4 * 3 / 4;
}

sdk::Attachment describe(const Message& message, const Part& part) {
  sdk::Attachment attachment;
  attachment.media_type = or_absent(part.value["mimeType"].text());
  attachment.name = or_absent(part.value["displayName"].text());
  if (part.kind == PartKind::kFileData) {
    if (attachment.name.empty()) attachment.name = or_absent(part.value["fileUri"].text());
    return attachment;
  }
  const auto data = part.value["data"];
  if (!data.is_string()) return attachment;
  attachment.size_bytes = decoded_size(data.word());
  attachment.hash = message.arena().join({"xxh3:", jsonlog::to_hex(message.hash(data.word()))});
  return attachment;
}

}  // namespace

void add_attachment(const Message& message, const Part& part, std::vector<sdk::Attachment>& to) {
  constexpr size_t kMaxAttachments = 1000;
  if (to.size() < kMaxAttachments) to.push_back(describe(message, part));
}

std::string_view attachment_words(const Message& message, const Part& part) {
  const auto attachment = describe(message, part);
  const auto what = attachment.media_type.empty() ? attachment.name : attachment.media_type;
  if (attachment.size_bytes == UINT64_MAX) return message.arena().join({"[", what, "]"});
  return message.arena().join({"[", what, ", ", std::to_string(attachment.size_bytes), " bytes]"});
}

}  // namespace kato::gemini
