#include <vector>

#include "host/schedule/scheduler.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace kato;
using kato::test::FakeClock;
using namespace std::chrono_literals;

namespace {

constexpr Priority live(int64_t recency) {
  return {.urgency = Urgency::kLive, .recency = recency};
}
constexpr Priority backfill(int64_t recency) {
  return {.urgency = Urgency::kBackfill, .recency = recency};
}

std::vector<std::string> all_of(Scheduler& scheduler) {
  std::vector<std::string> order;
  while (const auto key = scheduler.next()) {
    order.push_back(*key);
    scheduler.done(*key);
  }
  return order;
}

struct Fixture {
  FakeClock clock;
  Scheduler scheduler{clock};
};

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("live goes before backfill, and the newest first", "[schedule]") {
  Fixture f;
  CHECK_FALSE(f.scheduler.due());
  f.scheduler.mark("old", backfill(1));
  f.scheduler.mark("new", backfill(9));
  f.scheduler.mark("live old", live(0));
  f.scheduler.mark("live new", live(5));
  CHECK(f.scheduler.due() == f.clock.steady());
  CHECK(f.scheduler.ready_count() == 4);
  CHECK(all_of(f.scheduler) == Keys{"live new", "live old", "new", "old"});
  CHECK_FALSE(f.scheduler.due());
}

TEST_CASE("a key that is marked again moves up, never down", "[schedule]") {
  Fixture f;
  f.scheduler.mark("a", backfill(1));
  f.scheduler.mark("b", backfill(2));
  f.scheduler.mark("a", live(0));
  f.scheduler.mark("a", backfill(0));
  CHECK(all_of(f.scheduler) == Keys{"a", "b"});
}

TEST_CASE("equals are worked on in the order in which they came", "[schedule]") {
  Fixture f;
  for (const auto* key : {"c", "a", "b"}) {
    f.scheduler.mark(key, live(1));
  }
  f.scheduler.mark("c", live(1));
  CHECK(all_of(f.scheduler) == Keys{"c", "a", "b"});
}

TEST_CASE("a long backfill is worked on to its end, but not before anything live", "[schedule]") {
  Fixture f;
  f.scheduler.mark("long", backfill(2));
  f.scheduler.mark("other", backfill(1));
  CHECK(f.scheduler.next() == "long");
  f.scheduler.mark("message", live(0));
  f.scheduler.more("long", backfill(2));
  CHECK(f.scheduler.next() == "message");
  f.scheduler.done("message");
  CHECK(f.scheduler.next() == "long");
  f.scheduler.done("long");
  CHECK(f.scheduler.next() == "other");
}

TEST_CASE("a live key with much to do lets the others go first after a step", "[schedule]") {
  Fixture f;
  f.scheduler.mark("much", live(9));
  f.scheduler.mark("little", live(1));
  CHECK(f.scheduler.next() == "much");
  f.scheduler.more("much", live(9));
  CHECK(f.scheduler.next() == "little");
  f.scheduler.more("little", live(1));
  CHECK(f.scheduler.next() == "much");
}

TEST_CASE("work that comes during a step is not forgotten", "[schedule]") {
  Fixture f;
  f.scheduler.mark("a", backfill(1));
  CHECK(f.scheduler.next() == "a");
  CHECK_FALSE(f.scheduler.next());
  f.scheduler.mark("a", live(1));
  CHECK_FALSE(f.scheduler.next());
  f.scheduler.mark("b", backfill(5));
  f.scheduler.done("a");
  CHECK(all_of(f.scheduler) == Keys{"a", "b"});
}

TEST_CASE("a key that fails waits 100 ms, doubling up to 25.6 s", "[schedule]") {
  Fixture f;
  f.scheduler.mark("bad", live(1));
  auto delay = 100ms;
  for (int failures = 1; failures <= 12; ++failures) {
    REQUIRE(f.scheduler.next() == "bad");
    f.scheduler.failed("bad");
    CHECK(f.scheduler.failures("bad") == static_cast<uint32_t>(failures));
    CHECK(f.scheduler.due() == f.clock.steady() + delay);
    f.scheduler.mark("bad", live(1));
    f.clock.advance(delay - 1ms);
    CHECK_FALSE(f.scheduler.next());
    f.clock.advance(1ms);
    delay = std::min(delay * 2, 25600ms);
  }
  REQUIRE(f.scheduler.next() == "bad");
  f.scheduler.more("bad", live(1));
  CHECK(f.scheduler.failures("bad") == 0);
}

TEST_CASE("one key's failures do not delay another", "[schedule]") {
  Fixture f;
  f.scheduler.mark("bad", live(9));
  f.scheduler.mark("good", backfill(1));
  CHECK(f.scheduler.next() == "bad");
  f.scheduler.failed("bad");
  CHECK(f.scheduler.waiting_count() == 1);
  CHECK(f.scheduler.next() == "good");
  f.scheduler.done("good");
  CHECK_FALSE(f.scheduler.next());
  CHECK(f.scheduler.due() == f.clock.steady() + 100ms);
}

TEST_CASE("a forgotten key has no work, wherever it was", "[schedule]") {
  Fixture f;
  for (const auto* key : {"ready", "waiting", "worked on"}) {
    f.scheduler.mark(key, live(1));
  }
  f.scheduler.forget("ready");
  CHECK(f.scheduler.next() == "waiting");
  f.scheduler.failed("waiting");
  f.scheduler.forget("waiting");
  CHECK(f.scheduler.next() == "worked on");
  f.scheduler.forget("worked on");
  f.scheduler.mark("worked on", live(1));
  f.scheduler.done("worked on");
  CHECK(f.scheduler.next() == "worked on");
  f.scheduler.forget("worked on");
  f.scheduler.more("worked on", live(1));
  f.clock.advance(1h);
  CHECK_FALSE(f.scheduler.next());
  CHECK_FALSE(f.scheduler.due());
}

TEST_CASE("the wall clock may jump without any effect", "[schedule]") {
  Fixture f;
  f.scheduler.mark("a", live(1));
  CHECK(f.scheduler.next() == "a");
  f.scheduler.failed("a");
  f.clock.set(UnixMillis{0});
  CHECK_FALSE(f.scheduler.next());
}
