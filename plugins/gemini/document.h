// Sessions that are written as one JSON document, rewritten whole at each change (up to 0.38).
#pragma once

#include <kato/provider.hpp>
#include <memory>

namespace kato::gemini {

// nullptr: the saved state does not fit.
[[nodiscard]] std::unique_ptr<sdk::Decoder> open_document(const kato_open_input& input);

}  // namespace kato::gemini
