// Bytes as text (RFC 4648, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kato {

[[nodiscard]] std::string to_base64(std::string_view bytes);

// Nothing if `text` is not what to_base64 gives.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace kato
