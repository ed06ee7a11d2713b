// SHA-256, for one purpose: Gemini CLI names a project by the hash of its path.
#pragma once

#include <string>
#include <string_view>

namespace kato::gemini {

// 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace kato::gemini
