// Folded blocks: <details> with a summary, and what they hold.
#pragma once

#include <cstddef>
#include <kato/sink.hpp>
#include <string_view>

namespace kato::markdown {

// `summary` is HTML already. What follows until close_details stands in the block.
void open_details(std::string_view summary, sdk::BytesWriter& out);
void close_details(sdk::BytesWriter& out);

// One JSON value, indented, in a fence that nothing in it can end. Any bytes are accepted: what is
// not JSON is passed on in some form.
void write_json(std::string_view json, sdk::BytesWriter& out);

// `text` in a fence longer than any fence in it, after `most` characters cut with a note that says
// so (0: never).
void write_fenced(std::string_view text, size_t most, sdk::BytesWriter& out);

}  // namespace kato::markdown
