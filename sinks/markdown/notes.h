// The smaller things in a recording: attachments, the options and answers of a decision, what the
// provider reports.
#pragma once

#include <cstddef>
#include <kato/sink.hpp>
#include <string>

namespace kato::markdown {

// The longest label (a tool, an option, a file) that is shown, in characters.
constexpr size_t kMaxLabelCharacters = 200;

// A list, one line for each attachment.
void write_attachments(const kato_payload& payload, sdk::BytesWriter& out);

// A list, one line for each option.
void write_options(const kato_payload& payload, sdk::BytesWriter& out);

// What the person chose and wrote; "(none)" for neither.
[[nodiscard]] std::string answer_of(const kato_payload& payload);

// A quote.
void write_info(const kato_payload& payload, bool revised, sdk::BytesWriter& out);

}  // namespace kato::markdown
