#include "host/source/source_state.h"

#include "host/base/hash.h"

namespace kato {

HeadFingerprint fingerprint_of(std::string_view head) noexcept {
  return {.length_bytes = static_cast<uint32_t>(head.size()), .hash = hash64(head)};
}

bool is_untouched(const SourceStamp& known, const FileInfo& now) noexcept {
  return now.type == FileType::kRegular && known.id == now.id &&
         known.size_bytes == now.size_bytes && known.mtime_ns == now.mtime_ns;
}

}  // namespace kato
