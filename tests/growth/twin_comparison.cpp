#include "tests/growth/twin_comparison.h"

#include <algorithm>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

namespace kato::test {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Json> events_of(std::string_view lines) {
  std::vector<Json> events;
  std::map<std::string, size_t> places;  // by event id
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    auto event = Json::parse(lines.substr(0, end));
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    event.erase("seq");
    event.erase("inherited");  // who decodes one session at once knows no other, to find copies by
    if (event.contains("time")) {
      event["time"].erase("capturedAt");
      if (event["time"].empty()) event.erase("time");
    }
    const auto id = event.at("eventId").get<std::string>();
    if (const auto first = places.find(event.value("revises", "")); first != places.end()) {
      event["eventId"] = events[first->second]["eventId"];
      event.erase("revises");
      places[id] = first->second;
      events[first->second] = std::move(event);
    } else {
      places[id] = events.size();
      events.push_back(std::move(event));
    }
  }
  return events;
}

std::string difference(const std::vector<Json>& one, const std::vector<Json>& other) {
  for (size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
    if (one[i] == other[i]) continue;
    return "event " + std::to_string(i + 1) + ", as it grew:\n  " + one[i].dump() +
           "\nat once:\n  " + other[i].dump();
  }
  if (one.size() == other.size()) return {};
  const auto& longer = one.size() > other.size() ? one : other;
  return std::to_string(one.size()) + " events as it grew, " + std::to_string(other.size()) +
         " at once; the first that only one has:\n  " +
         longer[std::min(one.size(), other.size())].dump();
}

// Takes what a document says around its items out of `events`.
std::vector<Json> take_frame(std::vector<Json>& events) {
  const auto is_frame = [](const Json& event) {
    return event.at("source").at("cursor").at("kind") != "item-index";
  };
  std::vector<Json> frame;
  std::ranges::copy_if(events, std::back_inserter(frame), is_frame);
  std::erase_if(events, is_frame);
  for (auto& event : frame) {
    event.erase("source");  // where the end is, tells how long the list was
    // What is not understood is told once; which of its forms was the first depends on the growth.
    if (event.at("kind") != "provider.raw") continue;
    event.erase("eventId");
    event.at("payload").erase("length");
  }
  return frame;
}

// What an item says comes in parts, and the later ones may be known earlier.
void forget_places(std::vector<Json>& events) {
  const auto item_of = [](const Json& event) {
    const auto& cursor = event.at("source").at("cursor");
    return std::pair(cursor.at("kind").get<std::string>(), cursor.at("value").get<uint64_t>());
  };
  const auto by_id = [](const Json& one, const Json& other) {
    return one.at("eventId") < other.at("eventId");
  };
  for (auto begin = events.begin(); begin != events.end();) {
    const auto item = item_of(*begin);
    const auto end = std::find_if(begin, events.end(),
                                  [&](const Json& event) { return item_of(event) != item; });
    std::sort(begin, end, by_id);
    for (; begin != end; ++begin) {
      (*begin)["source"].erase("emitIndex");
    }
  }
}

}  // namespace

std::string difference_of_twins(std::string_view grown, std::string_view at_once,
                                bool is_document) {
  auto one = events_of(grown);
  auto other = events_of(at_once);
  if (!is_document) return difference(one, other);
  const auto said = take_frame(one);
  for (const auto& event : take_frame(other)) {
    if (std::ranges::find(said, event) == said.end()) return "only at once:\n  " + event.dump();
  }
  forget_places(one);
  forget_places(other);
  return difference(one, other);
}

}  // namespace kato::test
