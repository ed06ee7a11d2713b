// Says what is to be worked on next. Knows nothing of the work.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "host/base/clock.h"

namespace kato {

enum class Urgency : uint8_t {
  kLive = 0,      // somebody waits for it
  kBackfill = 1,  // whenever there is time
};

struct Priority {
  Urgency urgency = Urgency::kBackfill;
  int64_t recency = 0;  // the higher, the earlier, among what is equally urgent
};

// 100 ms after the first failure, doubling up to 25.6 s.
[[nodiscard]] std::chrono::milliseconds retry_delay(uint32_t failures) noexcept;

// Keys with work, one step at a time. What is live goes before backfill, the newest first; but a
// live key that has had a step lets those go first that have had fewer, so that a long catching-up
// delays nobody. A key that failed waits, and waits longer each time until it succeeds.
//
// [one thread at a time]
class Scheduler {
 public:
  // The clock must outlive the scheduler.
  explicit Scheduler(const Clock& clock) : clock_(clock) {}

  // The key has work. If that is known, the more urgent and the newer priority holds. A key that
  // waits after a failure goes on waiting; one that is being worked on will have its turn again.
  void mark(const std::string& key, Priority priority);

  // Hands out the next key that is ready and no less urgent than `least`; done, more or failed must
  // be called for it.
  [[nodiscard]] std::optional<std::string> next(Urgency least = Urgency::kBackfill);
  // There was no more to do, unless it was marked meanwhile.
  void done(const std::string& key);
  // The step is over, but not the work.
  void more(const std::string& key, Priority priority);
  void failed(const std::string& key);
  // The key has work, but not before that time.
  void wait_until(const std::string& key, Priority priority,
                  std::chrono::steady_clock::time_point due);

  // Its work no longer matters.
  void forget(const std::string& key);

  // When next(least) has something to hand out: nothing if there is no such work. One that waits
  // after a failure counts, however urgent it is.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due(
      Urgency least = Urgency::kBackfill) const;

  [[nodiscard]] size_t ready_count() const noexcept { return ready_.size(); }
  [[nodiscard]] size_t waiting_count() const noexcept { return waiting_.size(); }
  // Whether there is work of that key, now or later.
  [[nodiscard]] bool has(const std::string& key) const { return tasks_.contains(key); }
  // How often the key has failed since it last succeeded.
  [[nodiscard]] uint32_t failures(const std::string& key) const;

 private:
  enum class Place : uint8_t { kReady, kWaiting, kWorkedOn };
  struct Task {
    Priority priority;
    Place place = Place::kReady;
    bool marked_again = false;  // while it was worked on
    uint32_t steps = 0;         // since it was last done, if live
    uint32_t failures = 0;
    uint64_t order = 0;  // of arrival, among equals
    std::chrono::steady_clock::time_point due;
  };
  using Tasks = std::unordered_map<std::string, Task>;
  struct Before {
    bool operator()(const Tasks::value_type* one, const Tasks::value_type* other) const noexcept;
  };
  struct DueBefore {
    bool operator()(const Tasks::value_type* one, const Tasks::value_type* other) const noexcept;
  };

  [[nodiscard]] bool has_ready(Urgency least) const;
  void put(Tasks::value_type& task, Place place);
  void put_in(Tasks::value_type& task);
  void take_out(Tasks::value_type& task);
  void wake_up();
  Tasks::value_type* worked_on(const std::string& key);

  const Clock& clock_;
  Tasks tasks_;
  std::set<Tasks::value_type*, Before> ready_;
  std::set<Tasks::value_type*, DueBefore> waiting_;
  uint64_t arrivals_ = 0;
};

}  // namespace kato
