// Plugins get their options as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/config/source_map.h"
#include "host/config/yaml_tree.h"

namespace kato {

enum class PlainType : uint8_t { kText, kNull, kBoolean, kInteger, kReal, kNotANumber };

// What a word without quotes means in YAML 1.2's core schema. kNotANumber: ".inf", ".nan".
[[nodiscard]] PlainType plain_type(std::string_view word);

// The node as JSON. What JSON cannot say (infinity, integers over 64 bits) goes to `problems`.
[[nodiscard]] std::string to_json(const YamlNode& node, const std::string& file,
                                  Problems& problems);

// Adds the places of the node and of all below it.
void map_places(const YamlNode& node, const std::string& pointer, SourceMap& places);

}  // namespace kato
