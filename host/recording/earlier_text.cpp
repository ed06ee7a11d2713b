#include "host/recording/earlier_text.h"

#include <algorithm>
#include <ranges>
#include <unordered_map>

#include "host/recording/destination_file.h"
#include "host/recording/text_lines.h"

namespace kato {
namespace {

constexpr uint64_t kMostComparedBytes = uint64_t{64} << 20;
// Above that its lines are too much alike to say where they stand.
constexpr size_t kMostPairs = size_t{1} << 18;
constexpr size_t kNone = SIZE_MAX;

std::vector<TextLine> lines_of(std::string_view text) {
  std::vector<TextLine> lines;
  size_t at = 0;
  while (const auto line = next_line(text, at)) {
    lines.push_back(*line);
  }
  return lines;
}

struct Pair {
  size_t one = 0;  // indices of lines
  size_t other = 0;
  size_t before = kNone;  // the pair before it in its selection
  size_t length = 1;      // of that up to here
};

// The longest selection of equal lines that ascends in both; of those that are as long, one that
// ends first in the others (Hunt and Szymanski 1977). None if that is too much to find out.
std::vector<Pair> longest_common(const std::vector<TextLine>& ones,
                                 const std::vector<TextLine>& others) {
  std::unordered_map<std::string_view, std::vector<size_t>> places;
  for (size_t i = 0; i < ones.size(); ++i) {
    places[ones[i].text].push_back(i);
  }
  std::vector<Pair> pairs;
  std::vector<size_t> ends;  // of the best selection of each length: its last pair
  for (size_t j = 0; j < others.size(); ++j) {
    const auto equal = places.find(others[j].text);
    if (equal == places.end()) continue;
    if (pairs.size() + equal->second.size() > kMostPairs) return {};
    for (const size_t i : std::views::reverse(equal->second)) {
      const auto at =
          std::ranges::lower_bound(ends, i, {}, [&](size_t end) { return pairs[end].one; });
      if (at != ends.end() && pairs[*at].one == i) continue;
      const auto before = at == ends.begin() ? kNone : *std::prev(at);
      const auto length = static_cast<size_t>(at - ends.begin()) + 1;
      pairs.push_back({.one = i, .other = j, .before = before, .length = length});
      if (at == ends.end()) {
        ends.push_back(pairs.size() - 1);
      } else {
        *at = pairs.size() - 1;
      }
    }
  }
  const auto last = std::ranges::find(pairs, ends.size(), &Pair::length);
  std::vector<Pair> selected;
  for (auto i = last == pairs.end() ? kNone : static_cast<size_t>(last - pairs.begin()); i != kNone;
       i = pairs[i].before) {
    selected.push_back(pairs[i]);
  }
  std::ranges::reverse(selected);
  return selected;
}

}  // namespace

Status EarlierText::find_in(File& file, uint64_t begin_bytes) {
  found_.clear();
  const auto there = read_behind(file, begin_bytes, kMostComparedBytes);
  if (!there) return forward(there);
  const auto mine = lines_of(text_);
  const auto files = lines_of(*there);
  for (const auto& pair : longest_common(mine, files)) {
    found_.push_back(
        {.in_text = mine[pair.one].begin, .in_file = begin_bytes + files[pair.other].begin});
  }
  return {};
}

std::optional<uint64_t> EarlierText::begin_in_file() const {
  return found_.empty() ? std::nullopt : std::optional(found_.front().in_file);
}

std::optional<uint64_t> EarlierText::end_in_file() const {
  if (found_.empty()) return std::nullopt;
  const auto& last = found_.back();
  const auto rest = std::string_view(text_).substr(last.in_text);
  const bool is_last_line = is_blank(rest.substr(std::min(rest.find('\n'), rest.size())));
  return is_last_line ? std::optional(last.in_file + rest.size()) : std::nullopt;
}

std::optional<uint64_t> EarlierText::last_in_file() const {
  return found_.empty() ? std::nullopt : std::optional(found_.back().in_file);
}

std::optional<uint64_t> EarlierText::before_end_in_file() const {
  return found_.size() < 2 ? std::nullopt : std::optional(found_[found_.size() - 2].in_file);
}

Result<bool> EarlierText::stands_at(File& file, uint64_t offset_bytes,
                                    uint64_t length_bytes) const {
  if (found_.empty()) return false;
  const auto there = read_range(file, offset_bytes, offset_bytes + length_bytes);
  if (!there) return forward(there);
  const auto lines = lines_of(*there);
  if (lines.empty() || !text_.contains(*there)) return false;
  return std::ranges::binary_search(found_, offset_bytes + lines.front().begin, {},
                                    &Found::in_file);
}

Result<bool> EarlierText::repeats(File& file, uint64_t offset_bytes, uint64_t length_bytes) const {
  const auto there = read_range(file, offset_bytes, offset_bytes + length_bytes);
  if (!there) return forward(there);
  return text_.find(*there) != text_.rfind(*there);
}

}  // namespace kato
