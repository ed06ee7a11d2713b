// Sessions that are written as a journal: one JSON object a line, appended (0.39 and newer).
#pragma once

#include <kato/provider.hpp>
#include <memory>

namespace kato::gemini {

// nullptr: the saved state does not fit.
[[nodiscard]] std::unique_ptr<sdk::Decoder> open_journal(const kato_open_input& input);

}  // namespace kato::gemini
