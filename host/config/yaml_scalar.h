// What a word without quotes means in YAML 1.2 (core schema): "yes" and "on" are text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/config/yaml_tree.h"

namespace kato {

[[nodiscard]] std::optional<bool> as_boolean(const YamlNode& node);
// Decimal digits only, without a sign.
[[nodiscard]] std::optional<uint64_t> as_unsigned(const YamlNode& node);
// Text: in quotes, or a word that means nothing else.
[[nodiscard]] bool is_text(const YamlNode& node);

// For messages: "text ('lots')", "a list", "nothing".
[[nodiscard]] std::string describe(const YamlNode& node);

}  // namespace kato
