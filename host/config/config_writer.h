// A config as text, for people and programs that ask what holds.
#pragma once

#include <string>

#include "host/config/config.h"

namespace kato {

// JSON with the keys of the YAML file, indented by two; what is not set is absent. Loading it again
// gives an equal config (JSON is YAML).
[[nodiscard]] std::string to_json(const Config& config);

}  // namespace kato
