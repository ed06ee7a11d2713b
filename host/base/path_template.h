// Texts with "{token}" in them: default destinations and allowed folders.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/base/error.h"

namespace kato {

// The default destination where none is configured.
inline constexpr std::string_view kBuiltInDestination =
    "{state}/recordings/{provider}-{shortId}-{date}.md";

// The tokens that a default destination may have. "{state}" only at its beginning.
[[nodiscard]] std::span<const std::string_view> destination_tokens() noexcept;
// The tokens that an allowed folder may have, at its beginning only.
[[nodiscard]] std::span<const std::string_view> folder_tokens() noexcept;

// Replaces every "{token}" by what `value_of` gives for it; it is told where in the text the token
// stands. kInvalid where that is nothing, or where a brace has no partner. Values are not expanded
// again.
using TokenValue = std::function<std::optional<std::string>(std::string_view token, size_t offset)>;
[[nodiscard]] Result<std::string> fill_template(std::string_view text, const TokenValue& value_of);

// Whether fill_template will find only these tokens, "{state}" only at the beginning.
[[nodiscard]] Status check_template(std::string_view text,
                                    std::span<const std::string_view> tokens);

}  // namespace kato
