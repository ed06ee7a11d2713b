#include "tests/crash/comparison.h"

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <sstream>

#include <fmt/format.h>

#include "host/base/time_text.h"

#include "tests/support/text.h"

namespace kato::test {
namespace {

struct EventLine {
  std::string id;
  std::string captured;  // empty: no capture time
  uint64_t offset = 0;
};

std::string between(const std::string& line, const std::string& before, char end) {
  const auto at = line.find(before);
  if (at == std::string::npos) return {};
  const auto from = at + before.size();
  const auto to = line.find(end, from);
  return to == std::string::npos ? std::string() : line.substr(from, to - from);
}

// Of whole lines that are events.
std::vector<EventLine> events_of(const std::string& text) {
  std::vector<EventLine> events;
  size_t at = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
    const auto line = text.substr(at, end - at);
    at = end + 1;
    EventLine event{.id = between(line, R"("eventId":")", '"'),
                    .captured = between(line, R"("capturedAt":")", '"'),
                    .offset = 0};
    if (event.id.empty()) continue;
    const auto offset = between(line, R"("kind":"byte-offset","value":)", '}');
    event.offset = offset.empty() ? 0 : std::stoull(offset);
    events.push_back(std::move(event));
  }
  return events;
}

std::string without_capture_times(const std::string& text) {
  static const std::regex kCaptured(R"re(,?"capturedAt":"[^"]*")re");
  static const std::regex kEmpty(R"re("time":\{\},)re");
  return std::regex_replace(std::regex_replace(text, kCaptured, ""), kEmpty, "");
}

std::map<std::string, size_t> counted(const Scenario& scenario, const std::string& text) {
  std::map<std::string, size_t> counts;
  const auto events = events_of(text);
  for (const auto& event : events) {
    ++counts[event.id];
  }
  if (events.empty()) {
    for (const auto& marker : scenario.markers) {
      counts[marker] = count_of(text, marker);
    }
  }
  return counts;
}

std::string first_difference(const std::string& expected, const std::string& found) {
  const auto at = static_cast<size_t>(
      std::mismatch(expected.begin(), expected.end(), found.begin(), found.end()).first -
      expected.begin());
  const size_t from = at < 40 ? 0 : at - 40;
  return fmt::format("at byte {} of {} (expected {}):\n    expected ...{}\n    found    ...{}", at,
                     found.size(), expected.size(), expected.substr(from, 160),
                     from < found.size() ? found.substr(from, 160) : "");
}

void compare_file(const Scenario& scenario, const std::string& name, const std::string& expected,
                  const std::string& found, Difference& difference) {
  auto wanted = counted(scenario, expected);
  for (const auto& [event, count] : counted(scenario, found)) {
    const auto want = wanted[event];
    if (count > want) difference.doubled += count - want;
  }
  const auto have = counted(scenario, found);
  for (const auto& [event, want] : wanted) {
    const auto got = have.find(event);
    const auto count = got == have.end() ? 0 : got->second;
    if (count < want) difference.lost += want - count;
  }
  const auto one = without_capture_times(expected);
  const auto other = without_capture_times(found);
  if (one == other) return;
  ++difference.files;
  difference.notes.push_back(name + " differs " + first_difference(one, other));
}

// An event may have the time of a daemon that watched when it came.
bool is_honest(const Outcome& outcome, const EventLine& event) {
  if (event.captured.empty()) return true;
  const auto next = outcome.watched_from.upper_bound(event.offset);
  if (next == outcome.watched_from.begin()) return false;  // there before any daemon was
  return std::ranges::any_of(std::prev(next)->second, [&](UnixMillis watched) {
    return format_rfc3339(watched) == event.captured;
  });
}

void compare_times(const Outcome& outcome, Difference& difference) {
  std::map<std::string, std::string> durable;
  for (const auto& event : events_of(outcome.twin_at_kill)) {
    durable[event.id] = event.captured;
  }
  std::map<std::string, std::string> final;
  for (const auto& event : events_of(outcome.twin)) {
    final[event.id] = event.captured;
    const auto was = durable.find(event.id);
    const bool kept = was == durable.end() || was->second == event.captured;
    if (kept && is_honest(outcome, event)) continue;
    ++difference.times;
    difference.notes.push_back(fmt::format(
        "event {} at {} has the capture time '{}', {}", event.id, event.offset, event.captured,
        kept ? "when no such daemon watched" : "at the kill it had '" + was->second + "'"));
  }
  for (const auto& [path, content] : outcome.destinations) {
    for (const auto& event : events_of(content)) {
      const auto in_twin = final.find(event.id);
      if (in_twin == final.end() || in_twin->second == event.captured) continue;
      ++difference.times;
      difference.notes.push_back(
          fmt::format("event {} has the capture time '{}' in {}, '{}' in "
                      "the twin",
                      event.id, event.captured, path, in_twin->second));
    }
  }
}

}  // namespace

Difference compare(const Scenario& scenario, const Outcome& reference, const Outcome& outcome) {
  Difference difference;
  for (const auto& [path, expected] : reference.destinations) {
    const auto found = outcome.destinations.find(path);
    compare_file(scenario, path, expected, found == outcome.destinations.end() ? "" : found->second,
                 difference);
  }
  compare_file(scenario, "the twin", reference.twin, outcome.twin, difference);
  compare_times(outcome, difference);
  return difference;
}

}  // namespace kato::test
