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
  const auto type = name(line.type);
  if (line.shape == Shape::kOther) {
    return line.record.root()["record_type"].is_string() ? "record_type" : "line";
  }
  const auto kind = name(line.kind);
  const auto last = line.item.is_object() ? name(line.item["type"].word()) : name(line.role);
  const auto first = line.shape == Shape::kBare ? std::string_view("bare") : type;
  if (kind.empty()) return first;
  if (last.empty()) return line.arena().join({first, "/", kind});
  return line.arena().join({first, "/", kind, "/", last});
}

}  // namespace kato::codex
