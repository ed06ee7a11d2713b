// Another file beside one that cannot be used.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace kato {

// NAME-2.md, NAME-3.md, ...: the first that is not taken; the path itself if all are.
[[nodiscard]] std::string sibling_path(const std::string& path,
                                       const std::function<bool(const std::string&)>& is_taken);

// Whether it might be one of those.
[[nodiscard]] bool is_sibling(std::string_view candidate, std::string_view path);

}  // namespace kato
