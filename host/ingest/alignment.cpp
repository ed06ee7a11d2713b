#include "host/ingest/alignment.h"

#include <algorithm>
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
    const auto at = std::ranges::lower_bound(ends, pairs[i].place, {},
                                             [&](size_t end) { return pairs[end].place; });
    if (at != ends.begin()) before[i] = *std::prev(at);
    if (at == ends.end()) {
      ends.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<Pair> selected;
  for (size_t i = ends.empty() ? SIZE_MAX : ends.back(); i != SIZE_MAX; i = before[i]) {
    selected.push_back(pairs[i]);
  }
  std::ranges::reverse(selected);
  return selected;
}

std::vector<Pair> pairs_by_id(const KnownOrder& known, std::span<const Statement> statements) {
  std::vector<Pair> pairs;
  for (size_t i = 0; i < statements.size(); ++i) {
    if (const auto place = known.place_of(statements[i].id)) {
      pairs.push_back({.statement = i, .place = *place});
    }
  }
  return longest_ascending(pairs);
}

// What can only be meant in one way: ids, and between them contents that occur once on both sides.
std::vector<Pair> certain_pairs(const KnownOrder& known, std::span<const Statement> statements) {
  std::unordered_map<uint64_t, size_t> times;
  for (const auto& statement : statements) {
    ++times[statement.content];
  }
  std::vector<Pair> pairs;
  size_t begin = 0;
  uint64_t from = 0;
  const auto by_content_until = [&](const Pair& fixed) {
    for (size_t i = begin; i < fixed.statement; ++i) {
      const auto& statement = statements[i];
      const bool once = statement.is_said && times[statement.content] == 1 &&
                        known.count_of(statement.content) == 1 && !known.place_of(statement.id);
      if (!once) continue;
      const auto place = known.next_with(statement.content, from);
      if (place && *place < fixed.place) pairs.push_back({.statement = i, .place = *place});
    }
  };
  for (const auto& fixed : pairs_by_id(known, statements)) {
    by_content_until(fixed);
    pairs.push_back(fixed);
    begin = fixed.statement + 1;
    from = fixed.place + 1;
  }
  by_content_until({.statement = statements.size(), .place = known.size()});
  return longest_ascending(pairs);
}

}  // namespace

Aligned align(const KnownOrder& known, std::span<const Statement> statements) {
  Aligned aligned;
  aligned.matches.resize(statements.size(), Match::kNone);
  auto certain = certain_pairs(known, statements);
  certain.push_back({.statement = statements.size(), .place = known.size()});
  size_t next = 0;
  uint64_t from = 0;
  for (const auto& fixed : certain) {
    for (; next < fixed.statement; ++next) {
      const auto& statement = statements[next];
      if (known.place_of(statement.id)) continue;  // out of order; known all the same
      const auto place = known.next_with(statement.content, from);
      if (!place || *place >= fixed.place) continue;
      aligned.matches[next] = Match::kByContent;
      from = *place + 1;
    }
    if (next == statements.size()) break;
    aligned.matches[next++] = Match::kByContent;
    from = fixed.place + 1;
  }
  aligned.known_end = from;
  for (size_t i = 0; i < statements.size(); ++i) {
    const bool by_id = known.place_of(statements[i].id).has_value();
    if (by_id) aligned.matches[i] = Match::kById;
    if (aligned.matches[i] == Match::kNone || !statements[i].is_said) continue;
    aligned.last_match = i;
    aligned.any_by_id = aligned.any_by_id || by_id;
  }
  return aligned;
}

Statement statement_of(const Draft& draft, const EventId& id, uint64_t content) {
  const auto kind = draft.body.kind;
  return {.id = id,
          .content = content,
          .is_said = kind != EventKind::kProviderInfo && kind != EventKind::kProviderRaw};
}

}  // namespace kato
