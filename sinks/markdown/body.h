// The text of a message as a block of the recording.
#pragma once

#include <kato/sink.hpp>
#include <string_view>

namespace kato::markdown {

// Writes `text` as it is, without empty lines before and behind it, and one newline. A code fence
// or an HTML block that it leaves open is closed by a line of its own, so that it swallows nothing
// of what follows. italic: running text (not code, not marks of lists and headings) stands between
// emphasis marks. Writes nothing for a text of nothing but blanks: see has_body.
void write_body(std::string_view text, bool italic, sdk::BytesWriter& out);

[[nodiscard]] bool has_body(std::string_view text);

}  // namespace kato::markdown
