// Time that stands still until a test moves it.
#pragma once

#include <chrono>

#include "host/base/clock.h"

namespace kato::test {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] UnixMillis now() const override { return now_; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return steady_; }

  void advance(std::chrono::milliseconds by) {
    now_.value += by.count();
    steady_ += by;
  }
  // The wall clock alone, as a person may.
  void set(UnixMillis now) { now_ = now; }

 private:
  UnixMillis now_{1'772'000'000'000};
  std::chrono::steady_clock::time_point steady_{std::chrono::hours(1000)};
};

}  // namespace kato::test
