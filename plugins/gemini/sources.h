// Where Gemini CLI keeps its sessions.
#pragma once

#include <kato/provider.h>

namespace kato::gemini {

// Static data.
[[nodiscard]] const kato_source_description& source_description();

}  // namespace kato::gemini
