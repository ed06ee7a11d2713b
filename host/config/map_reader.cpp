#include "host/config/map_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/expansion.h"
#include "host/base/nearest.h"
#include "host/base/path_template.h"
#include "host/config/yaml_scalar.h"

namespace kato {
namespace {

std::string listed(std::span<const std::string_view> names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

// Another kind of map in which the key would be right; NULL if there is none.
const ConfigSection* other_section_with(std::string_view key) {
  for (const auto* section : kConfigSections) {
    if (std::ranges::find(section->keys, key) != section->keys.end()) return section;
  }
  return nullptr;
}

void report_type(const YamlNode& node, std::string_view what, std::string_view wanted,
                 std::string remedy, const ReadContext& context) {
  context.report(node.where, fmt::format("{} must be {}, but is {}", what, wanted, describe(node)),
                 std::move(remedy));
}

std::string quoted(std::string_view key) {
  return fmt::format("'{}'", key);
}

// "yes" and its kin are truth values to many readers of YAML, but not in YAML 1.2.
std::string truth_remedy(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kScalar && !node.plain) return "remove the quotes";
  return "write true or false";
}

std::string text_remedy(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kMap) return "put text that begins with '{' into \"quotes\"";
  if (node.kind == YamlNode::Kind::kNull) {
    return "give it a value, or remove the key; a lone ~ must stand in \"quotes\"";
  }
  if (node.kind == YamlNode::Kind::kScalar) return "put it into \"quotes\"";
  return "write one text";
}

// "{state}" or "{project}", alone or before a slash.
bool has_base_token(std::string_view path) {
  for (const std::string_view token : {"{state}", "{project}"}) {
    if (!path.starts_with(token)) continue;
    const auto after = path.substr(token.size());
    return after.empty() || after.starts_with('/');
  }
  return false;
}

}  // namespace

MapReader::MapReader(const YamlNode& map, const ConfigSection& section, const ReadContext& context)
    : map_(map), section_(section), context_(context) {
  for (const auto& member : map.members) {
    if (std::ranges::find(section.keys, member.key) == section.keys.end()) report_unknown(member);
  }
}

void MapReader::report_unknown(const YamlMember& member) const {
  auto what = fmt::format("unknown key '{}' in {}", member.key, section_.place);
  std::string remedy;
  if (const auto* const other = other_section_with(member.key)) {
    remedy = fmt::format("it belongs into {}: check the indentation", other->place);
  } else if (const auto near = nearest(member.key, section_.keys)) {
    remedy = fmt::format("did you mean '{}'?", *near);
  } else {
    remedy = fmt::format("remove it; known here are: {}", listed(section_.keys));
  }
  context_.report(member.where, std::move(what), std::move(remedy));
}

const YamlNode* MapReader::find(std::string_view key) const {
  for (const auto& member : map_.members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

const YamlNode* MapReader::require(std::string_view key, std::string_view example) const {
  const auto* const node = find(key);
  if (node == nullptr) {
    context_.report(map_.where, fmt::format("{} has no '{}'", section_.place, key),
                    fmt::format("add '{}: {}'", key, example));
  }
  return node;
}

std::optional<std::span<const YamlNode>> MapReader::list(std::string_view key) const {
  const auto* const node = find(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == YamlNode::Kind::kSequence) return std::span<const YamlNode>(node->items);
  report_type(*node, quoted(key), "a list",
              node->kind == YamlNode::Kind::kNull ? "remove the key, or write [] for none"
                                                  : "begin each entry with '- '",
              context_);
  return std::nullopt;
}

const YamlNode* MapReader::map(std::string_view key) const {
  const auto* const node = find(key);
  if (node == nullptr || node->kind == YamlNode::Kind::kMap) return node;
  report_type(*node, quoted(key), "a map",
              node->kind == YamlNode::Kind::kNull ? "remove the key, or write {} for none"
                                                  : "write 'key: value' lines below it",
              context_);
  return nullptr;
}

void MapReader::boolean(std::string_view key, bool& out) const {
  std::optional<bool> value;
  boolean(key, value);
  if (value) out = *value;
}

void MapReader::boolean(std::string_view key, std::optional<bool>& out) const {
  const auto* const node = find(key);
  if (node == nullptr) return;
  if (const auto value = as_boolean(*node)) {
    out = value;
  } else {
    report_type(*node, quoted(key), "true or false", truth_remedy(*node), context_);
  }
}

void MapReader::number(std::string_view key, uint64_t& out, uint64_t least, uint64_t most) const {
  const auto* const node = find(key);
  if (node == nullptr) return;
  const auto value = as_unsigned(*node);
  if (!value) {
    report_type(*node, quoted(key), "a whole number",
                fmt::format("write digits only, for example {}", out), context_);
  } else if (*value < least || *value > most) {
    context_.report(node->where, fmt::format("'{}' is {}", key, *value),
                    fmt::format("choose a number from {} to {}", least, most));
  } else {
    out = *value;
  }
}

void MapReader::text(std::string_view key, std::string& out) const {
  std::optional<std::string> value;
  text(key, value);
  if (value) out = *std::move(value);
}

void MapReader::text(std::string_view key, std::optional<std::string>& out) const {
  const auto* const node = find(key);
  if (node == nullptr) return;
  if (auto value = read_text(*node, quoted(key), context_)) out = std::move(value);
}

std::optional<size_t> MapReader::choice_index(std::string_view key,
                                              std::span<const std::string_view> names) const {
  const auto* const node = find(key);
  if (node == nullptr) return std::nullopt;
  const bool is_scalar = node->kind == YamlNode::Kind::kScalar;
  const auto found = std::ranges::find(names, std::string_view(node->text));
  if (is_scalar && found != names.end()) return static_cast<size_t>(found - names.begin());
  const auto near = is_scalar ? nearest(node->text, names) : std::nullopt;
  report_type(*node, quoted(key), "one of " + listed(names),
              near ? fmt::format("did you mean '{}'?", *near) : "write one of these words",
              context_);
  return std::nullopt;
}

std::optional<std::string> read_text(const YamlNode& node, std::string_view what,
                                     const ReadContext& context) {
  if (!is_text(node)) {
    report_type(node, what, "text", text_remedy(node), context);
    return std::nullopt;
  }
  if (!node.text.empty()) return node.text;
  context.report(node.where, fmt::format("{} is empty", what), "give it a value");
  return std::nullopt;
}

std::optional<std::string> read_path(const YamlNode& node, std::string_view what,
                                     const ReadContext& context) {
  return read_template(node, what, {}, context);
}

std::optional<std::string> read_template(const YamlNode& node, std::string_view what,
                                         std::span<const std::string_view> tokens,
                                         const ReadContext& context) {
  const auto written = read_text(node, what, context);
  if (!written) return std::nullopt;
  auto path = expand_path(*written, context.environment);
  if (!path) {
    context.report(node.where, fmt::format("{} '{}' cannot be expanded", what, *written),
                   path.error().message());
    return std::nullopt;
  }
  if (!tokens.empty()) {
    if (const auto checked = check_template(*path, tokens); !checked) {
      context.report(node.where, fmt::format("{} '{}' has a token that is wrong", what, *written),
                     checked.error().message());
      return std::nullopt;
    }
  }
  if (path->starts_with('/') || (!tokens.empty() && has_base_token(*path))) return path.value();
  context.report(node.where, fmt::format("{} '{}' is not a full path", what, *written),
                 tokens.empty() ? "begin it with '/' or '~/'"
                                : "begin it with '/', '~/', \"{state}/\" or \"{project}/\"");
  return std::nullopt;
}

}  // namespace kato
