// Where the tests find what they are about. Asked at run time, so that compiled tests do not depend
// on the folder that they were built in.
#pragma once

#include <optional>
#include <string>

namespace kato::test {

// The top of the source tree, and the build folder; without a slash at the end.
[[nodiscard]] std::string source_dir();
[[nodiscard]] std::string binary_dir();

// The folder `corpus` of real logs below $KATO_SHARED_DIR, else below ../shared beside the source
// tree: it lies outside of the repository, and a clone of a user has none. Nothing if it is not
// there: then the test says so with WARN and returns.
[[nodiscard]] std::optional<std::string> corpus_folder();

}  // namespace kato::test
