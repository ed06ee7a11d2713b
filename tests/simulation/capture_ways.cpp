#include "tests/simulation/capture_ways.h"

#include <algorithm>
#include <map>
#include <string>

namespace kato::simulation {
namespace {

constexpr uint32_t kFewestCaptures = 3;  // of fewer, one or the other was first
constexpr uint32_t kMostCaptures = 6;    // of more, nothing is tried

uint32_t most_captures_into_one(const Conversation& conversation) {
  std::map<std::string, uint32_t> counts;
  uint32_t most = 0;
  for (const auto& spoken : conversation.spoken) {
    for (const auto& order : spoken.orders) {
      if (order.kind == OrderKind::kCapture) most = std::max(most, ++counts[order.path]);
    }
  }
  return most;
}

bool is_any_done_twice(const Conversation& conversation) {
  return std::ranges::any_of(conversation.spoken, &Spoken::may_be_done_twice);
}

}  // namespace

std::vector<CaptureWay> usual_ways(const Conversation& conversation) {
  std::vector<CaptureWay> ways{{.siblings_first = false}, {.siblings_first = true}};
  if (is_any_done_twice(conversation)) {
    ways.push_back({.siblings_first = false, .captures_twice = true});
    ways.push_back({.siblings_first = true, .captures_twice = true});
  }
  return ways;
}

std::vector<CaptureWay> other_ways(const Conversation& conversation) {
  std::vector<CaptureWay> ways;
  const auto captures = most_captures_into_one(conversation);
  if (captures < kFewestCaptures || captures > kMostCaptures) return ways;
  for (uint32_t beside = 0; beside < uint32_t{1} << captures; ++beside) {
    ways.push_back({.beside = beside});
    if (is_any_done_twice(conversation)) {
      ways.push_back({.captures_twice = true, .beside = beside});
    }
  }
  return ways;
}

}  // namespace kato::simulation
