// Real logs lie outside of the repository; a clone of a user has none.
#pragma once

#include <optional>
#include <string>

namespace kato::test {

// The folder `corpus` below $KATO_SHARED_DIR, else below ../shared beside the source tree. Nothing
// if it is not there: then the test says so with WARN and returns.
[[nodiscard]] std::optional<std::string> corpus_folder();

}  // namespace kato::test
