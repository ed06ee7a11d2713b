#include "host/ingest/alignment.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

namespace kato {
namespace {

struct Pair {
  size_t statement = 0;
  uint64_t place = 0;
};

// The longest selection of pairs (ascending by statement) whose places ascend too.
std::vector<Pair> longest_ascending(const std::vector<Pair>& pairs) {
  std::vector<size_t> ends;  // of the best selection of each length: index of its last pair
  std::vector<size_t> before(pairs.size(), SIZE_MAX);
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (ends.empty() || pairs[ends.back()].place < pairs[i].place) {  // as it mostly is
      if (!ends.empty()) before[i] = ends.back();
      ends.push_back(i);
      continue;
    }
    const auto at = std::ranges::lower_bound(ends, pairs[i].place, {},
                                             [&](size_t end) { return pairs[end].place; });
    if (at != ends.begin()) before[i] = *std::prev(at);
    *at = i;
  }
  std::vector<Pair> selected;
  for (size_t i = ends.empty() ? SIZE_MAX : ends.back(); i != SIZE_MAX; i = before[i]) {
    selected.push_back(pairs[i]);
  }
  std::ranges::reverse(selected);
  return selected;
}

constexpr size_t kNone = std::numeric_limits<size_t>::max();

struct PlaceRange {
  uint64_t begin = 0;
  uint64_t end = 0;
};

// The first place of that content in the range whose event no statement means by its id.
std::optional<uint64_t> next_unstated(const KnownOrder& known, uint64_t content, PlaceRange range,
                                      const std::vector<size_t>& stated_places) {
  auto place = known.next_with(content, range.begin);
  while (place && *place < range.end && stated_places[*place] != kNone) {
    place = known.next_with(content, *place + 1);
  }
  if (place && *place >= range.end) place.reset();
  return place;
}

struct FirstStatements {
  std::vector<size_t> of_statement;  // of its id
  std::vector<size_t> of_place;      // of the event that is known there; kNone: no id states it
};

// What an id is known for in other words than these may be known in these too, as a revision.
void claim_revisions(const KnownOrder& known, std::span<const Statement> statements,
                     FirstStatements& firsts) {
  for (size_t i = 0; i < statements.size(); ++i) {
    const auto& statement = statements[i];
    const bool is_first = firsts.of_statement[i] == i;
    if (!is_first || !statement.place || !statement.is_said) continue;
    if (known.content_at(*statement.place) == statement.content) continue;
    const auto place = next_unstated(known, statement.content, {*statement.place + 1, known.size()},
                                     firsts.of_place);
    if (place) firsts.of_place[*place] = i;
  }
}

// What states again what was stated before it, in the same log, does not tell how far the log got.
FirstStatements first_statements(const KnownOrder& known, std::span<const Statement> statements) {
  FirstStatements firsts;
  firsts.of_statement.reserve(statements.size());
  firsts.of_place.resize(known.size(), kNone);
  std::map<EventId, size_t> stated;
  for (size_t i = 0; i < statements.size(); ++i) {
    const auto& statement = statements[i];
    auto& first = statement.place ? firsts.of_place[*statement.place]
                                  : stated.emplace(statement.id, i).first->second;
    if (first == kNone) first = i;
    firsts.of_statement.push_back(first);
  }
  claim_revisions(known, statements, firsts);
  return firsts;
}

// Whether the first of what is known in any way is known by an id of the log's own.
bool keeps_ids(const KnownOrder& known, std::span<const Statement> statements) {
  const auto first = std::ranges::find_if(statements, [&](const Statement& statement) {
    return statement.is_said && (statement.place || known.count_of(statement.content) > 0);
  });
  return first != statements.end() && first->place && first->has_own_id;
}

// Which statements may be known by what they say.
class ByContent {
 public:
  ByContent(const KnownOrder& known, std::span<const Statement> statements)
      : keeps_ids_(keeps_ids(known, statements)) {}

  [[nodiscard]] bool may_match(const Statement& statement) const {
    return !statement.place && !(keeps_ids_ && statement.has_own_id);
  }

 private:
  bool keeps_ids_;
};

// How often the statements say what one of them says that is not known by its id.
std::unordered_map<uint64_t, size_t> times_of_unplaced(std::span<const Statement> statements,
                                                       const std::vector<size_t>& firsts) {
  std::unordered_map<uint64_t, size_t> times;
  for (const auto& statement : statements) {
    if (!statement.place && statement.is_said) times.emplace(statement.content, 0);
  }
  if (times.empty()) return times;
  for (size_t i = 0; i < statements.size(); ++i) {
    const auto found = times.find(statements[i].content);
    if (firsts[i] == i && found != times.end()) ++found->second;
  }
  return times;
}

// What can only be meant in one way: ids, and contents that occur once on both sides. As many of
// them as stand in one order; the others are known all the same, or moved.
std::vector<Pair> certain_pairs(const KnownOrder& known, std::span<const Statement> statements,
                                const FirstStatements& firsts, const ByContent& by_content) {
  const auto times = times_of_unplaced(statements, firsts.of_statement);
  const auto place_of = [&](const Statement& statement) {
    if (statement.place || !by_content.may_match(statement)) return statement.place;
    const bool is_once = times.at(statement.content) == 1 && known.count_of(statement.content) == 1;
    return is_once ? next_unstated(known, statement.content, {0, known.size()}, firsts.of_place)
                   : std::nullopt;
  };
  std::vector<Pair> pairs;
  pairs.reserve(statements.size() + 1);
  for (size_t i = 0; i < statements.size(); ++i) {
    if (firsts.of_statement[i] != i || !statements[i].is_said) continue;
    if (const auto place = place_of(statements[i])) {
      pairs.push_back({.statement = i, .place = *place});
    }
  }
  return longest_ascending(pairs);
}

// All that is known, or its end, is stated in its order, and then what nobody knows: as it mostly
// is. How many statements are known; nothing: it is otherwise.
std::optional<size_t> known_in_order(const KnownOrder& known,
                                     std::span<const Statement> statements) {
  size_t count = 0;
  std::optional<uint64_t> last;
  for (; count < statements.size() && statements[count].place; ++count) {
    if (last && *statements[count].place <= *last) return std::nullopt;
    last = statements[count].place;
  }
  const bool to_the_end = last && *last + 1 == known.size();
  const bool is_known_later =
      std::ranges::any_of(statements.subspan(count),
                          [](const Statement& statement) { return statement.place.has_value(); });
  if (!to_the_end || is_known_later) return std::nullopt;
  return count;
}

Aligned aligned_in_order(const KnownOrder& known, std::span<const Statement> statements,
                         size_t known_count) {
  Aligned aligned;
  aligned.matches.resize(statements.size(), Match::kNone);
  std::fill_n(aligned.matches.begin(), known_count, Match::kById);
  aligned.known_end = known.size();
  for (size_t i = known_count; i-- > 0 && !aligned.last_match;) {
    if (statements[i].is_said) aligned.last_match = i;
  }
  aligned.any_by_id = aligned.last_match.has_value();
  return aligned;
}

}  // namespace

Aligned align(const KnownOrder& known, std::span<const Statement> statements) {
  if (const auto count = known_in_order(known, statements)) {
    return aligned_in_order(known, statements, *count);
  }
  Aligned aligned;
  aligned.matches.resize(statements.size(), Match::kNone);
  const auto firsts = first_statements(known, statements);
  const ByContent by_content(known, statements);
  auto certain = certain_pairs(known, statements, firsts, by_content);
  certain.push_back({.statement = statements.size(), .place = known.size()});
  size_t next = 0;
  uint64_t from = 0;
  for (const auto& fixed : certain) {
    for (; next < fixed.statement; ++next) {
      const auto& statement = statements[next];
      const bool is_first = firsts.of_statement[next] == next;
      // With a place: out of order; known all the same.
      if (!is_first || !by_content.may_match(statement)) continue;
      const auto place =
          next_unstated(known, statement.content, {from, fixed.place}, firsts.of_place);
      if (!place) continue;
      aligned.matches[next] = Match::kByContent;
      from = *place + 1;
    }
    if (next == statements.size()) break;
    aligned.matches[next++] = Match::kByContent;
    from = fixed.place + 1;
  }
  aligned.known_end = from;
  for (size_t i = 0; i < statements.size(); ++i) {
    const bool by_id = statements[i].place.has_value();
    if (by_id) aligned.matches[i] = Match::kById;
    const size_t first = firsts.of_statement[i];
    if (first != i) aligned.matches[i] = aligned.matches[first];
    const bool proves = statements[i].is_said && first == i;
    if (aligned.matches[i] == Match::kNone || !proves) continue;
    aligned.last_match = i;
    aligned.any_by_id = aligned.any_by_id || by_id;
  }
  return aligned;
}

void match_moved(const KnownOrder& known, std::span<const Statement> statements, Aligned& aligned) {
  if (!aligned.last_match) return;
  const auto before_last = std::span(aligned.matches).first(*aligned.last_match);
  if (std::ranges::find(before_last, Match::kNone) == before_last.end()) return;
  const auto firsts = first_statements(known, statements).of_statement;
  const ByContent by_content(known, statements);
  std::unordered_map<uint64_t, size_t> met;  // how often each content is matched
  for (size_t i = 0; i < statements.size(); ++i) {
    if (firsts[i] != i || aligned.matches[i] == Match::kNone) continue;
    const auto place = statements[i].place;
    ++met[place ? known.content_at(*place) : statements[i].content];
  }
  for (size_t i = 0; i < *aligned.last_match; ++i) {
    if (firsts[i] != i) {
      aligned.matches[i] = aligned.matches[firsts[i]];
    } else if (aligned.matches[i] == Match::kNone && by_content.may_match(statements[i])) {
      auto& times = met[statements[i].content];
      if (times >= known.count_of(statements[i].content)) continue;
      aligned.matches[i] = Match::kByContent;
      ++times;
    }
  }
}

size_t end_of_places(const KnownOrder& known, std::span<const Statement> statements,
                     uint64_t before_place) {
  const auto firsts = first_statements(known, statements).of_statement;
  for (size_t i = statements.size(); i-- > 0;) {
    const auto& statement = statements[i];
    if (firsts[i] != i || !statement.is_said || !statement.place) continue;
    if (*statement.place < before_place) return i + 1;
  }
  return 0;
}

bool is_said(EventKind kind) noexcept {
  return kind != EventKind::kProviderInfo && kind != EventKind::kProviderRaw;
}

}  // namespace kato
