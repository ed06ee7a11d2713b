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

SourceChange compare_source(const SourceStamp& known, const SourceRule& rule,
                            const std::optional<FileInfo>& now,
                            const HeadFingerprint& head) noexcept {
  if (!now) return SourceChange::kMissing;
  if (is_untouched(known, *now)) return SourceChange::kUnchanged;
  if (rule.growth == SourceGrowth::kDocument) return SourceChange::kRewritten;
  if (known.id != now->id) return SourceChange::kReplaced;
  if (head.length_bytes < known.head.length_bytes) return SourceChange::kTruncated;
  if (head != known.head) return SourceChange::kReplaced;
  if (now->size_bytes == known.size_bytes) return SourceChange::kUnchanged;
  // The size of what is packed says nothing of what is in it.
  if (rule.packing != SourcePacking::kNone) return SourceChange::kReplaced;
  return now->size_bytes > known.size_bytes ? SourceChange::kGrown : SourceChange::kTruncated;
}

}  // namespace kato
