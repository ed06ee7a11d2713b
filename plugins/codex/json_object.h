// A small JSON object put together from slices of the log.
#pragma once

#include <string>
#include <string_view>

#include "line.h"

namespace kato::codex {

class JsonObject {
 public:
  // key: needs no escapes. Nothing if the value is missing or null.
  void add(std::string_view key, jsonlog::Value value) {
    const auto kind = value.kind();
    if (kind == jsonlog::JsonKind::kMissing || kind == jsonlog::JsonKind::kNull) return;
    text_ += text_.empty() ? "{\"" : ",\"";
    text_ += key;
    text_ += "\":";
    text_ += value.json();
  }
  // Of another object, under the same names.
  void add_all(jsonlog::Value from, std::initializer_list<std::string_view> keys) {
    for (const auto key : keys) {
      add(key, from[key]);
    }
  }
  // Empty if nothing was added.
  [[nodiscard]] std::string_view finish(const Line& line) {
    if (text_.empty()) return {};
    text_ += '}';
    return line.arena().copy(text_);
  }

 private:
  std::string text_;
};

}  // namespace kato::codex
