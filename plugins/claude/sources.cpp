#include "sources.h"

#include <kato/common.hpp>

namespace kato::claude {
namespace {

using sdk::str;

// ~/.config/claude was used by clients around 1.0.30.
constexpr kato_str kRoots[] = {str("${CLAUDE_CONFIG_DIR:-~/.claude}/projects"),
                               str("${XDG_CONFIG_HOME:-~/.config}/claude/projects")};

constexpr kato_companion_pattern kAgentCompanions[] = {
    {sizeof(kato_companion_pattern), str(kAgentMeta), str("{dir}/{stem}.meta.json")}};
constexpr kato_companion_pattern kMainCompanions[] = {
    {sizeof(kato_companion_pattern), str(kCustomTitle), str("{dir}/{stem}/custom-title.json")}};

constexpr kato_source_pattern kPatterns[] = {
    // Sub-agents beside the sessions (2.0.x).
    {sizeof(kato_source_pattern), KATO_GROWTH_APPEND, KATO_PACKING_NONE, 0, str("*/agent-*.jsonl"),
     nullptr, 0, kAgentCompanions, 1},
    // Sub-agents below their session (2.1.x), also those of workflows; journal.jsonl there is none.
    {sizeof(kato_source_pattern), KATO_GROWTH_APPEND, KATO_PACKING_NONE, 0,
     str("*/*/subagents/**/agent-*.jsonl"), nullptr, 0, kAgentCompanions, 1},
    // Sessions. Forks, and resumed sessions of 1.0.x, begin with a copy of another one.
    {sizeof(kato_source_pattern), KATO_GROWTH_APPEND, KATO_PACKING_NONE,
     KATO_SOURCE_MAY_COPY_HISTORY, str("*/*.jsonl"), nullptr, 0, kMainCompanions, 1},
};

constexpr kato_source_description kDescription = {
    sizeof(kato_source_description), 0, kRoots, 2, kPatterns, 3};

}  // namespace

const kato_source_description& describe() {
  return kDescription;
}

}  // namespace kato::claude
