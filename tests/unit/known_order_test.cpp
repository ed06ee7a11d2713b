#include "host/ingest/known_order.h"

#include "host/base/hash.h"

#include "tests/support/catch.h"

using namespace kato;

namespace {

EventId id(uint64_t number) {
  return hash128({std::to_string(number)});
}

}  // namespace

TEST_CASE("events are found by their id, and by what they said from a place on", "[ingest]") {
  KnownOrder order;
  CHECK_FALSE(order.place_of(id(0)));
  CHECK_FALSE(order.next_with(7, 0));
  constexpr uint64_t kMany = 5000;
  constexpr uint64_t kContents = 1000;  // each is said five times
  for (uint64_t i = 0; i < kMany; ++i) {
    order.add(id(i), i % kContents);
  }
  REQUIRE(order.size() == kMany);
  CHECK_FALSE(order.place_of(id(kMany)));
  CHECK_FALSE(order.next_with(kContents, 0));
  CHECK(order.count_of(kContents) == 0);
  for (uint64_t i = 0; i < kMany; ++i) {
    REQUIRE(order.place_of(id(i)) == i);
    REQUIRE(order.content_of(id(i)) == i % kContents);
    REQUIRE(order.next_with(i % kContents, i) == i);
    const bool is_last = i + kContents >= kMany;
    REQUIRE(order.next_with(i % kContents, i + 1) ==
            (is_last ? std::nullopt : std::optional(i + kContents)));
  }
  CHECK(order.count_of(0) == 5);
}

TEST_CASE("an id that comes again keeps its first place", "[ingest]") {
  KnownOrder order;
  order.add(id(1), 10);
  order.add(id(1), 20);
  CHECK(order.place_of(id(1)) == 0);
  CHECK(order.content_of(id(1)) == 10);
  CHECK(order.next_with(20, 0) == 1);
}
