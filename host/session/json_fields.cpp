#include "host/session/json_fields.h"

#include <algorithm>
#include <array>
#include <limits>

#include "host/base/base64.h"
#include "host/base/time_text.h"
#include "host/base/utf8.h"

namespace kato {
namespace {

constexpr std::string_view kBytesPrefix = "base64:";

constexpr uint8_t kNoDigit = 0xF0;

constexpr auto kDigits = [] {
  std::array<uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (uint8_t i = 0; i < 10; ++i) {
    digits[size_t{'0'} + i] = i;
  }
  for (uint8_t i = 10; i < 16; ++i) {
    digits[size_t{'a'} + i - 10] = i;
  }
  return digits;
}();

constexpr uint8_t digit_of(char c) {
  return kDigits[static_cast<uint8_t>(c)];
}

}  // namespace

JsonFields::JsonFields(const nlohmann::json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object_.is_object()) first_ = fail(ErrorCode::kInvalid, "{}: not an object", where_);
}

std::string JsonFields::where(std::string_view name) const {
  return where_.empty() ? std::string(name) : where_ + "." + std::string(name);
}

void JsonFields::complain(std::string_view name, std::string_view what) {
  if (first_) first_ = fail(ErrorCode::kInvalid, "{}: {}", where(name), what);
}

const nlohmann::json* JsonFields::find(std::string_view name, Need need) {
  if (!first_) return nullptr;
  asked_.push_back(name);
  const auto found = object_.find(name);
  if (found != object_.end()) return &*found;
  if (need == Need::kMust) complain(name, "missing");
  return nullptr;
}

void JsonFields::text(std::string_view name, std::string& out, Need need) {
  const auto* const value = find(name, need);
  if (value == nullptr) return;
  if (!value->is_string()) return complain(name, "not a text");
  out = value->get_ref<const std::string&>();
}

template <class T>
void JsonFields::unsigned_number(std::string_view name, T& out, Need need) {
  const auto* const value = find(name, need);
  if (value == nullptr) return;
  if (!value->is_number_unsigned() || value->get<uint64_t>() > std::numeric_limits<T>::max()) {
    return complain(name, "not a number that can stand here");
  }
  out = value->get<T>();
}

void JsonFields::number(std::string_view name, uint64_t& out, Need need) {
  unsigned_number(name, out, need);
}

void JsonFields::number(std::string_view name, uint32_t& out, Need need) {
  unsigned_number(name, out, need);
}

void JsonFields::number(std::string_view name, int64_t& out, Need need) {
  const auto* const value = find(name, need);
  if (value == nullptr) return;
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() ||
                     value->get<uint64_t>() <= uint64_t{std::numeric_limits<int64_t>::max()});
  if (!fits) return complain(name, "not a number that can stand here");
  out = value->get<int64_t>();
}

void JsonFields::flag(std::string_view name, bool& out) {
  const auto* const value = find(name, Need::kMay);
  if (value == nullptr) return;
  if (!value->is_boolean()) return complain(name, "neither true nor false");
  out = value->get<bool>();
}

void JsonFields::hex(std::string_view name, uint64_t& out, Need need) {
  one_of(name, out, hex64_of, need);
}

void JsonFields::hex(std::string_view name, std::optional<Hash128>& out) {
  one_of(name, out, hex128_of);
}

void JsonFields::hex(std::string_view name, Hash128& out, Need need) {
  one_of(name, out, hex128_of, need);
}

void JsonFields::base64(std::string_view name, std::string& out) {
  one_of(name, out, from_base64);
}

void JsonFields::path(std::string_view name, std::string& out, Need need) {
  std::string written;
  text(name, written, need);
  if (written.empty()) return;
  auto path = path_of_json_text(written);
  if (!path) return complain(name, "not a path");
  out = std::move(*path);
}

void JsonFields::time(std::string_view name, std::optional<UnixMillis>& out) {
  one_of(name, out, parse_rfc3339);
}

void JsonFields::raw(std::string_view name, std::string& out) {
  if (const auto* const value = find(name, Need::kMay)) out = value->dump();
}

void JsonFields::take_object(const nlohmann::json& object, std::string at, const Take& take) {
  JsonFields fields(object, std::move(at));
  if (fields.first_) take(fields);
  if (auto done = fields.finish(); !done) first_ = std::move(done);
}

void JsonFields::object(std::string_view name, const Take& take, Need need) {
  const auto* const value = find(name, need);
  if (value != nullptr) take_object(*value, where(name), take);
}

void JsonFields::each(std::string_view name, const Take& take) {
  const auto* const value = find(name, Need::kMay);
  if (value == nullptr) return;
  if (!value->is_array()) return complain(name, "not a list");
  for (size_t i = 0; i < value->size() && first_; ++i) {
    take_object((*value)[i], fmt::format("{}[{}]", where(name), i), take);
  }
}

void JsonFields::with(std::string_view name, const Read& read) {
  const auto* const value = find(name, Need::kMay);
  if (value == nullptr) return;
  if (auto done = read(*value, where(name)); !done) first_ = std::move(done);
}

Status JsonFields::schema_version(uint32_t known) {
  uint32_t version = 0;
  number("schemaVersion", version, Need::kMust);
  if (!first_) return first_;
  if (version == known) return {};
  return fail(ErrorCode::kUnsupported, "schema version {}; this build of Kato knows version {}",
              version, known);
}

Status JsonFields::finish() {
  if (!first_) return first_;
  for (const auto& [name, value] : object_.items()) {
    if (std::ranges::find(asked_, name) != asked_.end()) continue;
    return fail(ErrorCode::kInvalid, "{}: unknown", where(name));
  }
  return {};
}

std::optional<uint64_t> hex64_of(std::string_view text) noexcept {
  if (text.size() != kHash64Digits) return std::nullopt;
  uint64_t value = 0;
  uint8_t wrong = 0;
  for (const char c : text) {
    const auto digit = digit_of(c);
    wrong |= digit;
    value = value << 4U | (digit & 0x0FU);
  }
  return wrong < kNoDigit ? std::optional(value) : std::nullopt;
}

std::optional<Hash128> hex128_of(std::string_view text) noexcept {
  Hash128 hash{};
  if (text.size() != hash.size() * 2) return std::nullopt;
  for (size_t i = 0; i < hash.size(); ++i) {
    const auto high = digit_of(text[2 * i]);
    const auto low = digit_of(text[2 * i + 1]);
    if (high == kNoDigit || low == kNoDigit) return std::nullopt;
    hash[i] = static_cast<uint8_t>(high << 4U | low);
  }
  return hash;
}

std::string json_text_of_path(const std::string& path) {
  return is_utf8(path) ? path : std::string(kBytesPrefix) + to_base64(path);
}

std::optional<std::string> path_of_json_text(const std::string& text) {
  if (!text.starts_with(kBytesPrefix)) return text;
  return from_base64(std::string_view(text).substr(kBytesPrefix.size()));
}

Result<nlohmann::json> parse_state_json(std::string_view text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return fail(ErrorCode::kInvalid, "not valid JSON");
  return json;
}

}  // namespace kato
