#include "host/config/yaml_json.h"

#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace kato {
namespace {

using Json = nlohmann::ordered_json;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view without_sign(std::string_view word) {
  if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
  return word;
}

bool all_digits(std::string_view word, std::string_view digits) {
  return !word.empty() && word.find_first_not_of(digits) == std::string_view::npos;
}

// Digits with at most one point, and an exponent: "1.", ".5", "1e3", "1.5E-3".
bool is_real(std::string_view word) {
  word = without_sign(word);
  size_t digits = 0;
  bool point = false;
  while (!word.empty() && (is_digit(word.front()) || (word.front() == '.' && !point))) {
    if (word.front() == '.') {
      point = true;
    } else {
      ++digits;
    }
    word.remove_prefix(1);
  }
  if (digits == 0) return false;
  if (word.empty()) return point;
  if (word.front() != 'e' && word.front() != 'E') return false;
  return all_digits(without_sign(word.substr(1)), "0123456789");
}

template <size_t kCount>
bool one_of(std::string_view word, const std::array<std::string_view, kCount>& words) {
  for (const auto candidate : words) {
    if (word == candidate) return true;
  }
  return false;
}

constexpr std::array<std::string_view, 5> kNullWords = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 6> kTruthWords = {"true",  "True",  "TRUE",
                                                         "false", "False", "FALSE"};
constexpr std::array<std::string_view, 3> kInfinityWords = {".inf", ".Inf", ".INF"};
constexpr std::array<std::string_view, 3> kNanWords = {".nan", ".NaN", ".NAN"};

template <class Number>
std::optional<Number> number(std::string_view digits, int base) {
  Number value{};
  const auto [stop, error] = std::from_chars(digits.begin(), digits.end(), value, base);
  if (error != std::errc() || stop != digits.end()) return std::nullopt;
  return value;
}

std::optional<Json> integer(std::string_view word) {
  if (word.starts_with("0x") || word.starts_with("0o")) {
    const auto value = number<uint64_t>(word.substr(2), word[1] == 'x' ? 16 : 8);
    return value ? std::optional<Json>(*value) : std::nullopt;
  }
  if (word.starts_with('-')) {
    const auto value = number<int64_t>(word, 10);
    return value ? std::optional<Json>(*value) : std::nullopt;
  }
  const auto value = number<uint64_t>(without_sign(word), 10);
  return value ? std::optional<Json>(*value) : std::nullopt;
}

std::optional<Json> real(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  double value = 0;
  const auto [stop, error] = std::from_chars(word.begin(), word.end(), value);
  if (error != std::errc() || stop != word.end()) return std::nullopt;
  return Json(value);
}

class Converter {
 public:
  Converter(const std::string& file, Problems& problems) : file_(file), problems_(problems) {}

  Json convert(const YamlNode& node) {
    switch (node.kind) {
      case YamlNode::Kind::kNull:
        return nullptr;
      case YamlNode::Kind::kScalar:
        return node.plain ? plain(node) : Json(node.text);
      case YamlNode::Kind::kSequence: {
        auto list = Json::array();
        for (const auto& item : node.items) {
          list.push_back(convert(item));
        }
        return list;
      }
      case YamlNode::Kind::kMap: {
        auto map = Json::object();
        for (const auto& member : node.members) {
          map[member.key] = convert(member.value);
        }
        return map;
      }
    }
    return nullptr;
  }

 private:
  Json plain(const YamlNode& node) {
    std::optional<Json> value;
    switch (plain_type(node.text)) {
      case PlainType::kNull:
        return nullptr;
      case PlainType::kBoolean:
        return node.text.front() == 't' || node.text.front() == 'T';
      case PlainType::kText:
        return node.text;
      case PlainType::kInteger:
        value = integer(node.text);
        break;
      case PlainType::kReal:
        value = real(node.text);
        break;
      case PlainType::kNotANumber:
        break;
    }
    if (value) return *value;
    problems_.push_back({file_, node.where,
                         fmt::format("the number '{}' cannot be handed to a plugin", node.text),
                         "write a smaller number, or put it into \"quotes\" as text"});
    return nullptr;
  }

  const std::string& file_;
  Problems& problems_;
};

}  // namespace

PlainType plain_type(std::string_view word) {
  if (one_of(word, kNullWords)) return PlainType::kNull;
  if (one_of(word, kTruthWords)) return PlainType::kBoolean;
  if (one_of(without_sign(word), kInfinityWords) || one_of(word, kNanWords)) {
    return PlainType::kNotANumber;
  }
  if (all_digits(without_sign(word), "0123456789")) return PlainType::kInteger;
  if (word.starts_with("0x") && all_digits(word.substr(2), "0123456789abcdefABCDEF")) {
    return PlainType::kInteger;
  }
  if (word.starts_with("0o") && all_digits(word.substr(2), "01234567")) return PlainType::kInteger;
  return is_real(word) ? PlainType::kReal : PlainType::kText;
}

std::string to_json(const YamlNode& node, const std::string& file, Problems& problems) {
  return Converter(file, problems).convert(node).dump();
}

void map_places(const YamlNode& node, const std::string& pointer, SourceMap& places) {
  places.add_value(pointer, node.where);
  size_t index = 0;
  for (const auto& item : node.items) {
    map_places(item, child_pointer(pointer, index++), places);
  }
  for (const auto& member : node.members) {
    const auto below = child_pointer(pointer, member.key);
    places.add_key(below, member.where);
    map_places(member.value, below, places);
  }
}

}  // namespace kato
