// Who wrote a text that stands under the role "user": a person, or the client in the person's name.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "plugins/jsonlog/arena.h"
#include "slash_command.h"

namespace kato::claude {

enum class Author : uint8_t {
  kPerson,  // typed: words, a slash command, a shell line
  kClient,  // meant for the model: system.message
  kNotice,  // about what happened: provider.info
  kNobody   // blank
};

struct UserText {
  Author author = Author::kNobody;
  std::string_view subtype;  // kClient, kNotice
  std::string_view text;     // kPerson: as it was typed: "/review 12", "!ls"
};

// `text`: one whole text block or content. Texts made anew live in `arena`.
[[nodiscard]] UserText classify(std::string_view text, jsonlog::Arena& arena);

// For a text that the line itself marks as injected (isMeta): which kind of injection.
[[nodiscard]] std::string_view injected_subtype(std::string_view text) noexcept;

// A piece that the client wrapped in tags and put into a person's text.
struct Insertion {
  std::string_view subtype;
  std::string_view text;
};

// What remains of `text` without the client's insertions, which are appended to `found`.
[[nodiscard]] std::string_view without_insertions(std::string_view text, jsonlog::Arena& arena,
                                                  std::vector<Insertion>& found);

// What a local command printed, without the tags around it.
[[nodiscard]] std::string_view output_words(std::string_view text, jsonlog::Arena& arena);

// True for the result that the client makes up when a person declines a tool.
[[nodiscard]] bool is_rejection(std::string_view result) noexcept;

// What the person said when declining a tool, out of the result that the client made of it; empty
// if nothing was said.
[[nodiscard]] std::string_view words_in_rejection(std::string_view result) noexcept;

}  // namespace kato::claude
