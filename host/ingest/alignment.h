// Brings what a log states again together with the events that are known.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "host/event/event.h"
#include "host/ingest/known_order.h"

namespace kato {

// One draft, as far as it matters for comparing.
struct Statement {
  EventId id{};
  uint64_t content = 0;
  std::optional<uint64_t> place;  // of the known event with this id
  // Part of what was said. What is merely noted by the client (provider.info, provider.raw) is
  // known by its id, or by standing where a match is expected, and proves nothing.
  bool is_said = true;
  bool is_left_out = false;  // decided for good: not told, and not known either
  // Stated by a document, whose log gives it an id of its own.
  bool has_own_id = false;
};

enum class Match : uint8_t { kNone, kById, kByContent };

struct Aligned {
  std::vector<Match> matches;        // of each statement
  std::optional<size_t> last_match;  // the last statement of what was said that is known
  bool any_by_id = false;            // of what was said: the log kept its keys
  uint64_t known_end = 0;            // the place behind the last known event that was matched
};

// In order: by id first; then by content, between what is certain (ids, and contents that occur
// once on both sides). What is stated twice is matched where it is stated first. A document that
// begins with what is known by its id kept its ids: what has an unknown one of its own is new
// there, though just that was said before, and perhaps taken back.
[[nodiscard]] Aligned align(const KnownOrder& known, std::span<const Statement> statements);

// Where all of a log is stated: what stands before the last match, but not where it stood when it
// came, is matched too. What a message got later (a call, another wording) is known behind what was
// said in between.
void match_moved(const KnownOrder& known, std::span<const Statement> statements, Aligned& aligned);

// How many of the statements, from the first, reach to the last one of what was said that is known
// by its id as an event in front of that place.
[[nodiscard]] size_t end_of_places(const KnownOrder& known, std::span<const Statement> statements,
                                   uint64_t before_place);

[[nodiscard]] bool is_said(EventKind kind) noexcept;

}  // namespace kato
