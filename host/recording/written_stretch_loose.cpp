// Bytes of which some are not known, looked for in a stretch.
#include <algorithm>

#include "host/recording/written_stretch.h"

namespace kato {
namespace {

constexpr uint64_t kLooselySearchedBytes = uint64_t{64} << 10;
constexpr size_t kFewestLooseBytes = 4;

std::optional<size_t> next_line(std::string_view text, size_t at) {
  const auto end = text.find('\n', at);
  return end == std::string_view::npos ? std::nullopt : std::optional(end + 1);
}

bool fits(std::string_view there, const LooseBytes& loose) {
  for (size_t i = 0; i < there.size(); ++i) {
    if (loose.mask[i] == 0 && there[i] != loose.bytes[i]) return false;
  }
  return true;
}

// The bytes as they stand at the beginning, with what is torn off of them.
std::optional<std::string> fitted(std::string_view there, const LooseBytes& loose) {
  there = there.substr(0, loose.bytes.size());
  if (!fits(there, loose)) return std::nullopt;
  const bool is_torn_before_the_last = loose.mask.find_last_not_of('\0') + 1 > there.size();
  if (is_torn_before_the_last) return std::nullopt;
  return std::string(there) + loose.bytes.substr(there.size());
}

}  // namespace

// The words before the unknown bytes may stand there only because of them: a key of JSON.
Result<bool> WrittenStretch::ends_within_unknown(File& file, const LooseBytes& loose,
                                                 size_t matched) const {
  const auto first = loose.mask.find_first_not_of('\0');
  if (skipped_ > 0 || first == std::string::npos || first < kFewestLooseBytes) return false;
  const auto there = read(file, at_, loose.bytes.size());
  if (!there) return forward(there);
  const auto last = loose.mask.find_last_not_of('\0');
  return there->size() > matched && there->size() <= last && fits(*there, loose);
}

// After a power loss it may stand behind a person's text: at the beginning of one of the next
// lines. Where the place is not certain, at that of one before it, too.
Result<std::optional<std::string>> WrittenStretch::match(File& file,
                                                         const LooseBytes& loose) const {
  if (skipped_ > 0 || loose.bytes.empty()) return std::nullopt;
  const auto here = read(file, at_, loose.bytes.size());
  if (!here) return forward(here);
  auto found = fitted(*here, loose);
  if (found || !after_power_loss_) return found;
  const auto before = at_ - std::min(at_, kLooselySearchedBytes);
  const auto from = std::clamp(seek_from_.value_or(at_), before, at_);
  const auto further = at_ - from + kLooselySearchedBytes;
  const auto there = read(file, from, loose.bytes.size() + further);
  if (!there) return forward(there);
  auto line = from == 0 ? std::optional<size_t>(0) : next_line(*there, 0);
  for (; line; line = next_line(*there, *line)) {
    const auto rest = std::string_view(*there).substr(*line);
    if (rest.size() < kFewestLooseBytes) break;
    found = fitted(rest, loose);
    if (!found) continue;
    const auto is_earlier = earlier_.stands_at(file, from + *line, loose.bytes.size());
    if (!is_earlier) return forward(is_earlier);
    if (!*is_earlier) return found;
  }
  return std::nullopt;
}

}  // namespace kato
