// Texts as they are compared: white space does not count.
#pragma once

#include <string>
#include <string_view>

namespace kato {

// Appends `text` without the white space around it, each run within it as one blank, and a NUL.
// Takes about as long as copying it, where white space mostly stands alone.
void append_normalised(std::string& out, std::string_view text);

}  // namespace kato
