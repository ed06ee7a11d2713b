#include "host/recording/written_stretch.h"

#include <algorithm>

namespace kato {
namespace {

Result<std::string> read_up_to(File& file, uint64_t at, uint64_t end, uint64_t most) {
  std::string there(std::min(end - std::min(end, at), most), '\0');
  const auto got = file.read_at(at, there);
  if (!got) return forward(got);
  there.resize(*got);
  return there;
}

}  // namespace

Result<WrittenStretch> WrittenStretch::locate(DestinationFile& file, const UnsureStretch& stretch,
                                              const DestinationMark& after) {
  WrittenStretch found;
  found.at_ = stretch.offset_bytes;
  found.end_ = stretch.end_bytes;
  found.skipped_ = stretch.skipped_bytes;
  found.after_power_loss_ = stretch.after_power_loss;
  const auto file_bytes = file.info().size_bytes;
  if (stretch.after_power_loss) found.end_ = std::max(found.end_, file_bytes);
  const auto tail = find_tail(file.file(), file_bytes, after);
  if (!tail) return forward(tail);
  if (!*tail || **tail == after.size_bytes) return found;
  // Both may be less than zero as differences; together they wrap back.
  const uint64_t moved = **tail - after.size_bytes;
  found.at_ += moved;
  if (!stretch.after_power_loss) found.end_ += moved;
  return found;
}

std::optional<UnsureStretch> WrittenStretch::left() const {
  if (!goes_on()) return std::nullopt;
  return UnsureStretch{.offset_bytes = at_,
                       .end_bytes = end_,
                       .skipped_bytes = skipped_,
                       .begins_line = false,
                       .after_power_loss = after_power_loss_};
}

Result<size_t> WrittenStretch::match(File& file, std::string_view bytes) const {
  const auto skipped = std::min<uint64_t>(skipped_, bytes.size());
  bytes.remove_prefix(skipped);
  const auto there = read_up_to(file, at_, end_, bytes.size());
  if (!there) return forward(there);
  const auto [in_file, wanted] = std::ranges::mismatch(*there, bytes);
  return skipped + static_cast<size_t>(wanted - bytes.begin());
}

Result<size_t> WrittenStretch::take(File& file, std::string_view bytes) {
  if (!goes_on()) return size_t{0};
  const auto matched = match(file, bytes);
  if (!matched) return matched;
  const auto skipped = std::min<uint64_t>(skipped_, *matched);
  skipped_ -= skipped;
  at_ += *matched - skipped;
  if (*matched < bytes.size()) {
    skipped_ = 0;
    end_ = at_;
  }
  return matched;
}

Result<std::optional<std::string>> WrittenStretch::match(File& file,
                                                         const LooseBytes& loose) const {
  if (skipped_ > 0 || loose.bytes.empty()) return std::nullopt;
  auto there = read_up_to(file, at_, end_, loose.bytes.size());
  if (!there) return forward(there);
  if (there->size() < loose.bytes.size()) return std::nullopt;
  for (size_t i = 0; i < there->size(); ++i) {
    if (loose.mask[i] == 0 && (*there)[i] != loose.bytes[i]) return std::nullopt;
  }
  return std::move(*there);
}

}  // namespace kato
