// Holds a decoder of a test to what the host checks of a plugin's.
#pragma once

#include <memory>
#include <vector>

#include "host/plugin/provider_handle.h"

namespace kato::test {

// held: of the state that it was opened with; nullptr: not known.
[[nodiscard]] std::unique_ptr<Decoder> make_checked_decoder(std::unique_ptr<Decoder> decoder,
                                                            const std::vector<HeldRecord>* held);

}  // namespace kato::test
