// What the head of a recording may say: the same at every attempt, whatever came since.
#include "host/daemon/head_summary.h"

#include "host/event/event_line.h"

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;

namespace {

const SessionRef kSession{"claude", "own id", "session id"};

EventId id_of(uint8_t number) {
  EventId id{};
  id.front() = number;
  return id;
}

// A twin to which messages are appended.
class Twin {
 public:
  void say(uint8_t number, std::string_view text) {
    Event event;
    event.body.kind = EventKind::kUserMessage;
    event.body.payload.text = text;
    event.id = id_of(number);
    event.seq = number;
    append_event_line(lines_, kSession, event);
    lines_.push_back('\n');
    folder_.write("twin", lines_);
  }
  [[nodiscard]] std::string title(const PeriodMark& begin) {
    HeadSummary head;
    const TwinSource twin{.file = {.path = folder_ / "twin", .session_id = kSession.session_id},
                          .size_bytes = lines_.size(),
                          .generation = 1,
                          .last_lines = {}};
    const auto summary = head.gather(files_, twin, begin, UINT64_MAX);
    REQUIRE(summary);
    REQUIRE(*summary);
    return (**summary).title();
  }

 private:
  test::TemporaryFolder folder_;
  test::FaultyFileSystem files_;
  std::string lines_;
};

}  // namespace

TEST_CASE("P1: a head says what was known where its recording began", "[runtime][P1]") {
  Twin twin;
  twin.say(1, "first words");
  const PeriodMark begin{.seq = 2, .event_id = id_of(2), .time = {}};
  CHECK(twin.title(begin) == "first words");
  twin.say(2, "where it begins");
  CHECK(twin.title({.seq = 2, .event_id = id_of(2), .time = {}}) == "first words");
}

TEST_CASE("P1: so it does though the message that it began with is nowhere any more",
          "[runtime][P1]") {
  Twin twin;
  const PeriodMark begin{.seq = 1, .event_id = id_of(9), .time = {}};
  twin.say(2, "said later");
  CHECK(twin.title(begin) == SessionSummary().title());
}
