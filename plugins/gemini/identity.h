// Whose session a file holds.
#pragma once

#include <kato/provider.hpp>

namespace kato::gemini {

// By the header of a journal, or the members of a document, as far as the first bytes show them.
[[nodiscard]] sdk::Probe probe(const kato_probe_input& input);

}  // namespace kato::gemini
