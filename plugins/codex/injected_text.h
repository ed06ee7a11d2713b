// Text that the client puts into a conversation on nobody's behalf, and how it is recognised.
#pragma once

#include <string_view>

#include "line.h"

namespace kato::codex {

// What a text block of a message is, by its first words or by the kind that the client noted.
// kind: "agents_md.instructions", "user.text"; empty in older logs.
struct BlockClass {
  bool persons = false;  // may be a person's own words
  bool abort_note = false;
  std::string_view subtype;  // of the system message, if it is the client's
};

// Of a block in a message of the user's role.
[[nodiscard]] BlockClass classify_user_block(const Line& line, std::string_view text,
                                             std::string_view kind);
// Of a block that nobody can have typed, whatever it says.
[[nodiscard]] BlockClass classify_client_block(const Line& line, std::string_view text,
                                               std::string_view kind);

// The person's request, which an IDE puts behind a description of what is open in it.
struct IdeText {
  std::string_view context;  // empty if there is none
  std::string_view request;
};
[[nodiscard]] IdeText split_ide_text(std::string_view text) noexcept;

}  // namespace kato::codex
