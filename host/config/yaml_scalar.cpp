#include "host/config/yaml_scalar.h"

#include <charconv>

#include <fmt/format.h>

#include "host/base/utf8.h"
#include "host/config/yaml_json.h"

namespace kato {
namespace {

constexpr size_t kShownBytes = 40;

bool is_plain_scalar(const YamlNode& node) {
  return node.kind == YamlNode::Kind::kScalar && node.plain;
}

}  // namespace

std::optional<bool> as_boolean(const YamlNode& node) {
  if (!is_plain_scalar(node)) return std::nullopt;
  if (node.text == "true" || node.text == "True" || node.text == "TRUE") return true;
  if (node.text == "false" || node.text == "False" || node.text == "FALSE") return false;
  return std::nullopt;
}

std::optional<uint64_t> as_unsigned(const YamlNode& node) {
  if (!is_plain_scalar(node)) return std::nullopt;
  uint64_t value = 0;
  const char* const end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

bool is_text(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) return false;
  return !node.plain || plain_type(node.text) == PlainType::kText;
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "empty";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
    case YamlNode::Kind::kScalar:
      break;
  }
  const auto shown = utf8_prefix(node.text, kShownBytes);
  const auto* const more = shown.size() < node.text.size() ? "..." : "";
  return fmt::format("{} '{}{}'", is_text(node) ? "the text" : "the value", shown, more);
}

}  // namespace kato
