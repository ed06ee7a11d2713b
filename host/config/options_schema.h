// Options against the JSON Schema (draft 7) that their plugin declares.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"

namespace kato {

// What is wrong with the options. `pointer` is the JSON pointer of the value, or of the unknown
// member.
struct OptionsProblem {
  std::string pointer;
  std::string what;
  std::string remedy;

  bool operator==(const OptionsProblem&) const = default;
};

// Empty if the options are valid. An empty schema allows only "{}". An error if the schema itself
// is not usable: that is the plugin's fault, not the person's.
[[nodiscard]] Result<std::vector<OptionsProblem>> check_options(std::string_view options_json,
                                                                std::string_view schema_json);

}  // namespace kato
