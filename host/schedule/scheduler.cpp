#include "host/schedule/scheduler.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace kato {
namespace {

constexpr std::chrono::milliseconds kFirstDelay{100};
constexpr uint32_t kMaxDoublings = 8;

Priority stronger(const Priority& one, const Priority& other) {
  return {.urgency = std::min(one.urgency, other.urgency),
          .recency = std::max(one.recency, other.recency)};
}

}  // namespace

std::chrono::milliseconds retry_delay(uint32_t failures) noexcept {
  const uint32_t doublings = failures == 0 ? 0 : failures - 1;
  return kFirstDelay * (1U << std::min(doublings, kMaxDoublings));
}

bool Scheduler::Before::operator()(const Tasks::value_type* one,
                                   const Tasks::value_type* other) const noexcept {
  const auto rank = [](const Task& task) {
    return std::tuple(task.priority.urgency, task.steps, -task.priority.recency, task.order);
  };
  return rank(one->second) < rank(other->second);
}

bool Scheduler::DueBefore::operator()(const Tasks::value_type* one,
                                      const Tasks::value_type* other) const noexcept {
  return std::tuple(one->second.due, one->second.order) <
         std::tuple(other->second.due, other->second.order);
}

void Scheduler::put(Tasks::value_type& task, Place place) {
  task.second.place = place;
  task.second.order = ++arrivals_;
  put_in(task);
}

void Scheduler::put_in(Tasks::value_type& task) {
  if (task.second.place == Place::kReady) ready_.insert(&task);
  if (task.second.place == Place::kWaiting) waiting_.insert(&task);
}

void Scheduler::take_out(Tasks::value_type& task) {
  if (task.second.place == Place::kReady) ready_.erase(&task);
  if (task.second.place == Place::kWaiting) waiting_.erase(&task);
}

void Scheduler::mark(const std::string& key, Priority priority) {
  const auto [found, is_new] = tasks_.try_emplace(key);
  auto& task = found->second;
  if (is_new) {
    task.priority = priority;
    return put(*found, Place::kReady);
  }
  if (task.place == Place::kWorkedOn) {
    task.priority = task.marked_again ? stronger(task.priority, priority) : priority;
    task.marked_again = true;
    return;
  }
  // The place in the sets depends on the priority; the order of arrival stays.
  take_out(*found);
  task.priority = stronger(task.priority, priority);
  put_in(*found);
}

void Scheduler::wake_up() {
  const auto now = clock_.steady();
  while (!waiting_.empty() && (*waiting_.begin())->second.due <= now) {
    auto& task = **waiting_.begin();
    take_out(task);
    put(task, Place::kReady);
  }
}

// What is more urgent comes first, so the first one tells.
bool Scheduler::has_ready(Urgency least) const {
  return !ready_.empty() && (*ready_.begin())->second.priority.urgency <= least;
}

std::optional<std::string> Scheduler::next(Urgency least) {
  wake_up();
  if (!has_ready(least)) return std::nullopt;
  auto& task = **ready_.begin();
  take_out(task);
  task.second.place = Place::kWorkedOn;
  task.second.marked_again = false;
  return task.first;
}

// A key that was forgotten during its step may have been marked anew: that is another task.
Scheduler::Tasks::value_type* Scheduler::worked_on(const std::string& key) {
  const auto found = tasks_.find(key);
  if (found == tasks_.end() || found->second.place != Place::kWorkedOn) return nullptr;
  return &*found;
}

void Scheduler::done(const std::string& key) {
  auto* const found = worked_on(key);
  if (found == nullptr) return;
  auto& task = found->second;
  if (!task.marked_again) {
    tasks_.erase(key);
    return;
  }
  task.failures = 0;
  task.steps = 0;
  put(*found, Place::kReady);
}

void Scheduler::more(const std::string& key, Priority priority) {
  auto* const found = worked_on(key);
  if (found == nullptr) return;
  auto& task = found->second;
  task.priority = task.marked_again ? stronger(task.priority, priority) : priority;
  task.steps = task.priority.urgency == Urgency::kLive ? task.steps + 1 : 0;
  task.failures = 0;
  put(*found, Place::kReady);
}

void Scheduler::failed(const std::string& key) {
  auto* const found = worked_on(key);
  if (found == nullptr) return;
  auto& task = found->second;
  ++task.failures;
  task.due = clock_.steady() + retry_delay(task.failures);
  put(*found, Place::kWaiting);
}

void Scheduler::wait_until(const std::string& key, Priority priority,
                           std::chrono::steady_clock::time_point due) {
  const auto [found, is_new] = tasks_.try_emplace(key);
  if (!is_new) take_out(*found);
  found->second.priority = priority;
  found->second.due = due;
  put(*found, Place::kWaiting);
}

void Scheduler::forget(const std::string& key) {
  const auto found = tasks_.find(key);
  if (found == tasks_.end()) return;
  take_out(*found);
  tasks_.erase(found);
}

std::optional<std::chrono::steady_clock::time_point> Scheduler::due(Urgency least) const {
  if (has_ready(least)) return clock_.steady();
  if (waiting_.empty()) return std::nullopt;
  return (*waiting_.begin())->second.due;
}

uint32_t Scheduler::failures(const std::string& key) const {
  const auto found = tasks_.find(key);
  return found == tasks_.end() ? 0 : found->second.failures;
}

}  // namespace kato
