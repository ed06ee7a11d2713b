#include "attachments.h"

#include <string>

#include "plugins/jsonlog/record_key.h"

namespace kato::codex {
namespace {

uint64_t decoded_size(std::string_view base64) noexcept {
  const size_t padding = base64.ends_with("==") ? 2 : (base64.ends_with('=') ? 1 : 0);
  const size_t whole = base64.size() / 4 * 3;
  return whole >= padding ? whole - padding : 0;
}

}  // namespace

sdk::Attachment attachment_of_url(const Line& line, std::string_view url) {
  sdk::Attachment attachment;
  constexpr std::string_view kData = "data:";
  const size_t comma = url.find(',');
  if (!url.starts_with(kData) || comma == std::string_view::npos) {
    attachment.name = url;
    return attachment;
  }
  const std::string_view head = url.substr(kData.size(), comma - kData.size());
  const std::string_view body = url.substr(comma + 1);
  attachment.media_type = head.substr(0, head.find(';'));
  if (head.ends_with(";base64")) attachment.size_bytes = decoded_size(body);
  attachment.hash = line.arena().join({"xxh3:", jsonlog::to_hex(line.hash(body))});
  return attachment;
}

std::string_view describe(const Line& line, const sdk::Attachment& attachment) {
  if (attachment.media_type.empty()) return line.arena().join({"[", attachment.name, "]"});
  if (attachment.size_bytes == UINT64_MAX) {
    return line.arena().join({"[", attachment.media_type, "]"});
  }
  return line.arena().join(
      {"[", attachment.media_type, ", ", std::to_string(attachment.size_bytes), " bytes]"});
}

}  // namespace kato::codex
