// Where Codex keeps its rollouts.
#pragma once

#include <kato/provider.h>

namespace kato::codex {

// The name of the companion that lists the titles of threads.
constexpr const char* kTitleIndex = "title-index";

// Static data.
[[nodiscard]] const kato_source_description& source_description() noexcept;

}  // namespace kato::codex
