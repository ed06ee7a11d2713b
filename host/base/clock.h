// Time comes in through this interface, never from the system directly.
#pragma once

#include <chrono>
#include <cstdint>

namespace kato {

// Milliseconds since 1970 UTC.
struct UnixMillis {
  int64_t value = 0;
  auto operator<=>(const UnixMillis&) const = default;
};

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  Clock(Clock&&) = delete;
  Clock& operator=(Clock&&) = delete;
  virtual ~Clock() = default;

  // Wall time; may jump in both directions.
  [[nodiscard]] virtual UnixMillis now() const = 0;
  // For waiting and measuring; never goes back.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] UnixMillis now() const override;
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override;
};

}  // namespace kato
