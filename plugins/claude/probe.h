// Whose log a file is, from its first lines, its path and its companions.
#pragma once

#include <kato/provider.hpp>

namespace kato::claude {

[[nodiscard]] sdk::Probe probe(const kato_probe_input& input);

}  // namespace kato::claude
