// Typed values out of one map of the config, with a problem for everything that is not right.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "host/base/environment.h"
#include "host/config/config_keys.h"
#include "host/config/problem.h"
#include "host/config/yaml_tree.h"

namespace kato {

// What all readers of one file share.
struct ReadContext {
  const Environment& environment;
  std::string file;
  Problems& problems;

  void report(TextPosition where, std::string what, std::string remedy) const {
    problems.push_back({file, where, std::move(what), std::move(remedy)});
  }
};

// Reads leave their target as it was where the key is missing or its value is wrong.
class MapReader {
 public:
  // Reports unknown keys. `map` must be a map and outlive the reader.
  MapReader(const YamlNode& map, const ConfigSection& section, const ReadContext& context);

  // The value; NULL if the key is not there.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
  // The same, with a problem if it is not there.
  [[nodiscard]] const YamlNode* require(std::string_view key, std::string_view example) const;
  // The items of a list; nothing where it is missing or no list.
  [[nodiscard]] std::optional<std::span<const YamlNode>> list(std::string_view key) const;
  // The map below the key; NULL if it is missing or no map.
  [[nodiscard]] const YamlNode* map(std::string_view key) const;

  void boolean(std::string_view key, bool& out) const;
  void boolean(std::string_view key, std::optional<bool>& out) const;
  void number(std::string_view key, uint64_t& out, uint64_t least, uint64_t most) const;
  void text(std::string_view key, std::string& out) const;
  void text(std::string_view key, std::optional<std::string>& out) const;
  // One of the names that kato::to_name gives for the values.
  template <class Enum, size_t kCount>
  void choice(std::string_view key, Enum& out, const Enum (&values)[kCount]) const {
    std::string_view names[kCount];
    for (size_t i = 0; i < kCount; ++i) {
      names[i] = to_name(values[i]);
    }
    if (const auto index = choice_index(key, names)) out = values[*index];
  }

 private:
  [[nodiscard]] std::optional<size_t> choice_index(std::string_view key,
                                                   std::span<const std::string_view> names) const;
  void report_unknown(const YamlMember& member) const;

  const YamlNode& map_;
  const ConfigSection& section_;
  const ReadContext& context_;
};

// The node's text, with a problem if it has none. `what` is what it is, in a sentence.
[[nodiscard]] std::optional<std::string> read_text(const YamlNode& node, std::string_view what,
                                                   const ReadContext& context);
// The same for a path: expanded and absolute.
[[nodiscard]] std::optional<std::string> read_path(const YamlNode& node, std::string_view what,
                                                   const ReadContext& context);
// The same for a path that may have tokens; it is absolute, or begins with "{state}" or
// "{project}".
[[nodiscard]] std::optional<std::string> read_template(const YamlNode& node, std::string_view what,
                                                       std::span<const std::string_view> tokens,
                                                       const ReadContext& context);

}  // namespace kato
