// The items at the beginning of a document's list that are, byte by byte, what and where they were
// in the document before: they need not be parsed again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <kato/provider.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace kato::jsonlog {

// An item of a list that was parsed, in the document as it was written.
struct DocumentItem {
  uint64_t hash = 0;
  size_t begin = 0;
  size_t end = 0;  // behind its last byte; blanks, a comma and blanks follow up to the next one
};

// From the first item's beginning to that of the item `items`.
struct UnchangedStretch {
  size_t begin = 0;
  size_t length = 0;
  size_t items = 0;

  // Where in the document something lies that lies there in the document without the stretch.
  [[nodiscard]] size_t place_of(size_t begin_without) const noexcept {
    return begin_without < begin ? begin_without : begin_without + length;
  }
  // The same for what ends there.
  [[nodiscard]] size_t end_of(size_t end_without) const noexcept {
    return end_without <= begin ? end_without : end_without + length;
  }
};

// How many of them are followed by a comma and the next item's place, as they were. The last one
// never counts. Nothing is known yet of what stands around them: if `text` without them is JSON,
// and the list's first item is where they stood, then `text` is JSON, and they are its first items.
[[nodiscard]] size_t count_unchanged(std::string_view text, const std::vector<DocumentItem>& before,
                                     const sdk::Host& host);

// The text without the stretch, with kPaddingBytes readable behind it, in `room`.
std::string_view without(std::string_view text, const UnchangedStretch& stretch, std::string& room);

}  // namespace kato::jsonlog
