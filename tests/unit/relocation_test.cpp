// Cursors in a twin that was made again: the promise P2.
#include "host/daemon/relocation.h"

#include <algorithm>

#include "tests/support/catch.h"

using namespace kato;

namespace {

EventId id_of(uint8_t number) {
  EventId id{};
  id.front() = number;
  return id;
}

constexpr uint64_t kLineBytes = 100;

// Four events are known and the first two are written; the new twin holds these. The cursor of the
// recording in it.
WriteCursor moved(const std::vector<uint8_t>& in_new_twin, bool served) {
  Relocation relocation;
  for (uint8_t number = 1; number <= 4; ++number) {
    relocation.add_old({.seq = number, .event_id = id_of(number)});
  }
  uint64_t seq = 0;
  for (const uint8_t number : in_new_twin) {
    ++seq;
    relocation.add_new(
        {.position = {.seq = seq, .event_id = id_of(number)}, .end_bytes = seq * kLineBytes});
  }
  SessionMeta meta;
  meta.next_seq = 5;
  meta.recordings.resize(1);
  meta.recordings[0].cursor.written = EventPosition{.seq = 2, .event_id = id_of(2)};
  relocation.apply(meta, {.exists = true, .generation = 7, .size_bytes = seq * kLineBytes},
                   {served});
  return meta.recordings[0].cursor;
}

}  // namespace

TEST_CASE("P2: a cursor is found again by its event, or by the last one before it",
          "[runtime][P2]") {
  for (const auto& events : {std::vector<uint8_t>{1, 2, 3, 4}, {2, 3, 4}, {1, 3, 4}}) {
    const auto cursor = moved(events, false);
    const auto before = static_cast<uint64_t>(std::ranges::find(events, 3) - events.begin());
    CHECK(cursor.twin_generation == 7);
    CHECK(cursor.twin_offset == before * kLineBytes);
    CHECK(cursor.written->seq == before);
  }
}

TEST_CASE("P2: what came behind a cursor is written though nothing that is written is left",
          "[runtime][P2]") {
  CHECK(moved({3, 4}, false).twin_offset == 0);
  CHECK(moved({3, 4}, false).written->seq == 0);
  CHECK(moved({4}, false).twin_offset == 0);
  CHECK(moved({9, 4}, false).twin_offset == kLineBytes);  // behind what nobody knew
  CHECK(moved({9, 4}, false).written->seq == 1);
}

TEST_CASE("P2: nothing that nobody knew is written from a twin that was made again",
          "[runtime][P2]") {
  CHECK(moved({8, 9}, false).twin_offset == 2 * kLineBytes);
  CHECK(moved({3, 4}, true).twin_offset == 2 * kLineBytes);  // all of it was written already
}

TEST_CASE("P2: a start that was asked for behind an event is found by that event",
          "[runtime][P2]") {
  Relocation relocation;
  for (uint8_t number = 1; number <= 6; ++number) {
    relocation.add_old({.seq = number, .event_id = id_of(number)});
  }
  for (uint8_t number = 3; number <= 6; ++number) {  // the first two are nowhere any more
    const uint64_t seq = number - 2U;
    relocation.add_new(
        {.position = {.seq = seq, .event_id = id_of(number)}, .end_bytes = seq * kLineBytes});
  }
  SessionMeta meta;
  meta.next_seq = 7;
  meta.recordings.resize(1);
  // Behind the fourth event, which had the number 2 in the last twin.
  meta.recordings[0].periods = {
      {.start = {.seq = 3, .event_id = {}, .time = {}, .behind = id_of(4)}, .stop = {}}};
  relocation.apply(meta, {.exists = true, .generation = 7, .size_bytes = 4 * kLineBytes}, {false});
  CHECK(meta.recordings[0].periods[0].start.seq == 3);
}

TEST_CASE("P2: commands were obeyed up to the last event, also where it is one that nobody knew",
          "[runtime][P2]") {
  Relocation relocation;
  for (uint8_t number = 1; number <= 3; ++number) {
    relocation.add_old({.seq = number, .event_id = id_of(number)});
    relocation.add_new(
        {.position = {.seq = number, .event_id = id_of(number)}, .end_bytes = number * kLineBytes});
  }
  relocation.add_new({.position = {.seq = 4, .event_id = id_of(4)}, .end_bytes = 4 * kLineBytes});
  SessionMeta meta;
  meta.next_seq = 4;
  meta.command_cursor = EventPosition{.seq = 3, .event_id = id_of(3)};
  relocation.apply(meta, {.exists = true, .generation = 7, .size_bytes = 4 * kLineBytes}, {});
  CHECK(meta.command_cursor->seq == 4);
  CHECK(meta.command_cursor->event_id == id_of(4));
}
