// The files of the folder config/, as this build was made with them.
#pragma once

#include <string_view>

namespace kato {

[[nodiscard]] std::string_view default_config_yaml() noexcept;  // kato.yaml, commented
[[nodiscard]] std::string_view config_schema_json() noexcept;   // kato.schema.json, for editors

}  // namespace kato
