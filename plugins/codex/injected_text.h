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

// The subtype of a text that is one element of the client's from its first to its last character:
// "<environment_context>...</environment_context>". Empty for other texts. known_only: of names
// that are known here; else any name_of_several_words counts, which is how the client names all of
// its elements and nobody names those of a page.
[[nodiscard]] std::string_view subtype_of_element(const Line& line, std::string_view text,
                                                  bool known_only);

// "<user_shell_command>": what was typed behind a "!", and what came of it.
struct ShellText {
  std::string_view command;  // empty: it has another form
  std::string_view output;
};
[[nodiscard]] ShellText split_shell_text(std::string_view text) noexcept;

// The person's request, which an IDE puts behind a description of what is open in it.
struct IdeText {
  std::string_view context;  // empty if there is none
  std::string_view request;
};
[[nodiscard]] IdeText split_ide_text(std::string_view text) noexcept;

}  // namespace kato::codex
