#include "host/ingest/alignment.h"

#include <initializer_list>
#include <string>

#include "host/base/hash.h"

#include "tests/support/catch.h"

using namespace kato;

namespace {

// A log that states what is known, and more. Things are told apart by their number.
struct Log {
  KnownOrder known;
  std::vector<Statement> statements;

  static EventId id(uint64_t number) { return hash128({std::to_string(number)}); }

  void know(uint64_t number, uint64_t content) { known.add(id(number), content); }
  void state(uint64_t number, uint64_t content, bool is_said = true) {
    statements.push_back({.id = id(number),
                          .content = content,
                          .place = known.place_of(id(number)),
                          .is_said = is_said});
  }
  void state_own(uint64_t number, uint64_t content) {
    state(number, content);
    statements.back().has_own_id = true;
  }
  [[nodiscard]] Aligned aligned() const { return align(known, statements); }
};

using Matches = std::vector<Match>;

}  // namespace

TEST_CASE("what follows all that is known is new, though it was said before", "[ingest]") {
  Log log;
  for (uint64_t i = 0; i < 3; ++i) {
    log.know(i, 7);
  }
  for (uint64_t i = 0; i < 5; ++i) {
    log.state(i, 7, i != 2);
  }
  const auto aligned = log.aligned();
  CHECK(aligned.matches ==
        Matches{Match::kById, Match::kById, Match::kById, Match::kNone, Match::kNone});
  CHECK(aligned.last_match == 1);  // the third proves nothing
  CHECK(aligned.any_by_id);
  CHECK(aligned.known_end == 3);
}

TEST_CASE("what is known need not be stated from its beginning", "[ingest]") {
  Log log;
  for (uint64_t i = 0; i < 4; ++i) {
    log.know(i, i);
  }
  log.state(2, 2);
  log.state(3, 3);
  CHECK(log.aligned().matches == Matches{Match::kById, Match::kById});
  CHECK(log.aligned().known_end == 4);
}

TEST_CASE("what is known beyond the last statement may be stated under another id", "[ingest]") {
  Log log;
  for (uint64_t i = 0; i < 3; ++i) {
    log.know(i, i);
  }
  log.state(0, 0);
  log.state(10, 1);
  log.state(11, 9);
  const auto aligned = log.aligned();
  CHECK(aligned.matches == Matches{Match::kById, Match::kByContent, Match::kNone});
  CHECK(aligned.known_end == 2);
}

TEST_CASE("statements out of their order are known by their ids", "[ingest]") {
  Log log;
  for (uint64_t i = 0; i < 3; ++i) {
    log.know(i, i);
  }
  for (const uint64_t i : std::initializer_list<uint64_t>{1, 0, 2, 2, 20, 0}) {
    log.state(i, i);
  }
  const auto aligned = log.aligned();
  CHECK(aligned.matches == Matches{Match::kById, Match::kById, Match::kById, Match::kById,
                                   Match::kNone, Match::kById});
  CHECK(aligned.last_match == 2);
  CHECK(aligned.known_end == 3);
}

TEST_CASE("what is merely noted holds nothing that was said from its place", "[ingest]") {
  Log log;
  log.know(0, 10);
  log.know(1, 11);
  log.know(2, 12);
  log.state(5, 10);
  log.state(2, 12, false);  // known behind the second
  log.state(6, 11);
  CHECK(log.aligned().matches == Matches{Match::kByContent, Match::kById, Match::kByContent});
}

TEST_CASE("what is known by its id is not stated by another id too", "[ingest][P1]") {
  Log log;
  log.know(0, 0);
  log.know(9, 9);  // stated at the end of every log, as a title is
  log.know(1, 7);
  log.state(0, 0);
  log.state(1, 7, false);
  log.state(2, 2);
  log.state(3, 7, false);
  log.state(9, 9, false);
  CHECK(log.aligned().matches ==
        Matches{Match::kById, Match::kById, Match::kNone, Match::kNone, Match::kById});
}

TEST_CASE("words that moved are not stated by another id too", "[ingest][P1]") {
  Log log;
  for (uint64_t i = 0; i < 3; ++i) {
    log.know(i, i);
  }
  log.state(2, 2);
  log.state(0, 0);
  log.state(1, 1);
  log.state(10, 2);
  CHECK(log.aligned().matches == Matches{Match::kById, Match::kById, Match::kById, Match::kNone});
}

TEST_CASE("what moved is matched as often as it is known", "[ingest][P1]") {
  Log log;
  log.know(0, 0);
  log.know(1, 1);
  log.know(2, 7);  // came late, behind what was said in between
  log.state(10, 0);
  log.state(11, 7);
  log.state(12, 7);
  log.state(13, 1);
  auto aligned = log.aligned();
  match_moved(log.known, log.statements, aligned);
  CHECK(aligned.matches ==
        Matches{Match::kByContent, Match::kByContent, Match::kNone, Match::kByContent});
}

TEST_CASE("a log that keeps its ids may say what it took back anew", "[ingest][P2]") {
  Log log;
  for (uint64_t i = 0; i < 4; ++i) {
    log.know(i, i);
  }
  log.state_own(9, 9);  // part of the first that came late
  log.state_own(0, 0);
  log.state_own(1, 1);
  log.state_own(10, 20);
  log.state_own(11, 2);
  log.state(12, 3);
  auto aligned = log.aligned();
  match_moved(log.known, log.statements, aligned);
  CHECK(aligned.matches == Matches{Match::kNone, Match::kById, Match::kById, Match::kNone,
                                   Match::kNone, Match::kByContent});
}

TEST_CASE("a log that gave its beginning another id may have given others to all", "[ingest][P1]") {
  Log log;
  for (uint64_t i = 0; i < 3; ++i) {
    log.know(i, i);
  }
  log.state_own(10, 0);
  log.state_own(1, 1);
  log.state_own(12, 2);
  CHECK(log.aligned().matches == Matches{Match::kByContent, Match::kById, Match::kByContent});
}

TEST_CASE("what revises known words is not stated by another id too", "[ingest][P2]") {
  Log log;
  log.know(0, 0);
  log.know(1, 1);
  log.know(20, 2);  // the first, worded anew
  log.state(0, 2);
  log.state(1, 1);
  log.state(3, 2);
  CHECK(log.aligned().matches == Matches{Match::kById, Match::kById, Match::kNone});
}

TEST_CASE("one part that came late holds no words from their places", "[ingest][P1]") {
  Log log;
  for (uint64_t i = 0; i < 4; ++i) {
    log.know(i, i);
  }
  log.state(10, 0);
  log.state(3, 3);
  log.state(11, 1);
  log.state(12, 2);
  CHECK(log.aligned().matches ==
        Matches{Match::kByContent, Match::kById, Match::kByContent, Match::kByContent});
}

TEST_CASE("where nothing is known nothing matches", "[ingest]") {
  Log log;
  log.state(1, 1);
  CHECK(log.aligned().matches == Matches{Match::kNone});
  CHECK_FALSE(log.aligned().last_match);
}
