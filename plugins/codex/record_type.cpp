// Names of records in the ledger.
#include <algorithm>

#include "rollout_decoder.h"

namespace kato::codex {
namespace {

// A name that a log may have put anything into.
std::string_view name(std::string_view word) noexcept {
  constexpr size_t kLongest = 48;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
  };
  const bool plain = word.size() <= kLongest && std::all_of(word.begin(), word.end(), is_plain);
  return plain ? word : "?";
}

}  // namespace

std::string_view type_of(const Line& line) {
  const auto root = line.record.root();
  const auto type = name(root["type"].word());
  if (line.shape == Shape::kOther) {
    if (root["record_type"].is_string()) return "record_type";
    return type.empty() ? "line" : type;
  }
  const auto inner = name(line.payload["type"].word());
  const auto role = name(line.payload["role"].word());
  const auto item = line.payload["item"];
  const auto last = item.is_object() ? name(item["type"].word()) : role;
  const auto first = line.shape == Shape::kBare ? std::string_view("bare") : type;
  if (inner.empty()) return first;
  if (last.empty()) return line.arena().join({first, "/", inner});
  return line.arena().join({first, "/", inner, "/", last});
}

}  // namespace kato::codex
