// Writing JSON by hand, for the hot path. Config-sized JSON is nlohmann's.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace kato {

// Appends `text` as a JSON string with its quotes. `text` must be valid UTF-8. Escapes what JSON
// demands and nothing else.
void append_json_string(std::string& out, std::string_view text);

// Appends the members of one object: begins it when made, closes it when destroyed.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_.push_back('{'); }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;
  JsonObject(JsonObject&&) = delete;
  JsonObject& operator=(JsonObject&&) = delete;
  ~JsonObject() { out_.push_back('}'); }

  // Keys are written as they are: no character of them may need an escape.
  void text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
  }
  void text_if_present(std::string_view name, std::string_view value) {
    if (value.data() != nullptr) text(name, value);
  }
  template <std::integral Number>
  void number(std::string_view name, Number value) {
    key(name);
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    out_.append(digits, static_cast<size_t>(end - digits));
  }
  void flag_if_set(std::string_view name, bool value) {
    if (!value) return;
    key(name);
    out_.append("true");
  }
  // Valid JSON without newlines.
  void raw_if_present(std::string_view name, std::string_view json) {
    if (json.data() == nullptr) return;
    key(name);
    out_.append(json);
  }
  // `"name":`; the caller appends the value.
  void key(std::string_view name) {
    if (!first_) out_.push_back(',');
    first_ = false;
    out_.push_back('"');
    out_.append(name);
    out_.append("\":");
  }

 private:
  std::string& out_;
  bool first_ = true;
};

// Appends "[", each element by `append_one`, and "]".
template <class Range, class AppendOne>
void append_json_array(std::string& out, const Range& range, AppendOne&& append_one) {
  out.push_back('[');
  bool first = true;
  for (const auto& element : range) {
    if (!first) out.push_back(',');
    first = false;
    append_one(element);
  }
  out.push_back(']');
}

}  // namespace kato
