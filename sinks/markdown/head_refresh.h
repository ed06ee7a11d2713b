// The head of a file that exists already, when a recording begins in it: the arrays of its front
// matter grow, all else stays byte for byte.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "front_matter.h"

namespace kato::markdown {

struct NewHead {
  size_t replaced_bytes = 0;  // of `existing`
  std::string head;
};

// Nothing if there is nothing to add, and for a file without front matter or with front matter
// that is not a YAML mapping. A key whose value is no list is left as it is.
[[nodiscard]] std::optional<NewHead> refresh_front_matter(std::string_view existing,
                                                          const std::vector<GrowingArray>& arrays);

}  // namespace kato::markdown
