// The blocks of an item of the user's role.
#pragma once

#include <string_view>
#include <vector>

#include "injected_text.h"
#include "line.h"

namespace kato::codex {

struct UserItem {
  std::string_view words;    // that may be a person's, joined
  std::string_view clients;  // the last text of the client's
  bool persons = false;      // the client says that the words are
  bool mixed = false;        // there are blocks of the client's, too
  bool images = false;
  bool unknown = false;  // there are parts of a form that is not known
};

[[nodiscard]] UserItem read_user_item(const Line& line);
[[nodiscard]] bool says_something(const UserItem& item) noexcept;

// One block of text. `index`: its place among all blocks.
struct TextBlock {
  size_t index = 0;
  std::string_view text;
  std::string_view kind;  // that the client notes, if it does
  BlockClass meaning;
};
// But for the tags around images.
[[nodiscard]] std::vector<TextBlock> text_blocks(const Line& line);

// A block that is neither text nor image.
[[nodiscard]] bool is_unknown_block(jsonlog::Value block) noexcept;

// The images of an item.
[[nodiscard]] std::vector<sdk::Attachment> images_of(const Line& line);

}  // namespace kato::codex
