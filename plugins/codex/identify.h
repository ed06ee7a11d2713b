// Whose file it is: from its first line, or from its name where the first line does not say.
#pragma once

#include <kato/provider.hpp>

namespace kato::codex {

[[nodiscard]] sdk::Probe identify(const kato_probe_input& input);

// Whether the path is that of a document (spring 2025), not of a rollout of lines.
[[nodiscard]] bool is_document_path(std::string_view path) noexcept;

}  // namespace kato::codex
