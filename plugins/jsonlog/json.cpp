// Values: what is asked of a parsed text.
#include "json.h"

#include <charconv>

namespace kato::jsonlog {

std::string_view reason_of(JsonError error) noexcept {
  switch (error) {
    case JsonError::kTooDeep:
      return "too-deep";
    case JsonError::kTooLong:
      return "too-long";
    default:
      return "not-json";
  }
}

JsonKind Value::kind() const noexcept {
  switch (first()) {
    case '\0':
      return JsonKind::kMissing;
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
    case 'f':
      return JsonKind::kBool;
    case 'n':
      return JsonKind::kNull;
    default:
      return JsonKind::kNumber;
  }
}

std::string_view Value::text() const {
  const auto escaped = word();
  const size_t first_escape = escaped.find('\\');
  if (first_escape == std::string_view::npos) return escaped;
  return json_->unescape(escaped, first_escape);
}

std::string_view Value::unescape_key(std::string_view key) const {
  const size_t first_escape = key.find('\\');
  return first_escape == std::string_view::npos ? key : json_->unescape(key, first_escape);
}

Value Value::member_named(std::string_view name) const {
  for (const auto& [key, value] : members()) {
    if (unescape_key(key) == name) return value;
  }
  return {};
}

std::string_view Value::bytes() const noexcept {
  if (!exists()) return {};
  if (!is_object() && !is_array()) return json_->token_bytes(token_);
  const size_t begin = json_->positions_[token_];
  const size_t end = json_->positions_[json_->ends_[token_]] + 1;
  return {json_->text_ + begin, end - begin};
}

std::string_view Value::json() const {
  return exists() ? json_->repair_surrogates(bytes()) : std::string_view();
}

std::optional<int64_t> Value::integer() const noexcept {
  if (kind() != JsonKind::kNumber) return std::nullopt;
  const auto digits = json_->token_bytes(token_);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace kato::jsonlog
