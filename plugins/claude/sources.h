// Where Claude Code keeps its logs.
#pragma once

#include <kato/provider.h>
#include <string_view>

namespace kato::claude {

// Companions, by the names that the patterns give them.
constexpr std::string_view kAgentMeta = "agent-meta";      // {"agentType","description",…}
constexpr std::string_view kCustomTitle = "custom-title";  // {"customTitle"}

[[nodiscard]] const kato_source_description& describe();

}  // namespace kato::claude
