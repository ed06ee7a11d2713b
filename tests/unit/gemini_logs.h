// The built plugin and the logs that its laws are checked on.
#pragma once

#include <filesystem>
#include <kato/testkit/provider_laws.hpp>
#include <vector>

namespace kato::test {

[[nodiscard]] const kato_provider_api& gemini_api();
// Session files, sorted; not what else lies in the client's folders.
[[nodiscard]] std::vector<std::filesystem::path> gemini_sessions_below(
    const std::filesystem::path& folder);
[[nodiscard]] testkit::ProviderLawInput gemini_law_input(const std::filesystem::path& path,
                                                         size_t mutants);

}  // namespace kato::test
