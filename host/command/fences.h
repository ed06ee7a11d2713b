// Which lines of a message are inside of a code fence.
#pragma once

#include <cstddef>
#include <string_view>

namespace kato {

[[nodiscard]] std::string_view trim_blanks(std::string_view text);

// Fed line by line. A fence is three or more of ` or ~ at any indentation, also right behind list
// markers; it ends with a line of at least as many of the same character alone, or with the text.
class FenceTracker {
 public:
  // Takes the next line, without its line break. True if the line belongs to a fence: its opening,
  // what is inside, its end.
  bool takes(std::string_view line);

 private:
  char mark_ = 0;      // 0: outside
  size_t length_ = 0;  // of the opening
};

}  // namespace kato
