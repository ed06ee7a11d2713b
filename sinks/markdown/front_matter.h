// The front matter of a new file.
#pragma once

#include <cstdint>
#include <kato/sink.h>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"

namespace kato::markdown {

// What front matter is made of: the recording's context, owned.
struct HeadFacts {
  std::string provider;
  std::string session_id;
  std::string short_id;
  std::string recording_id;  // empty: an export
  std::string title;         // empty: unknown
  int64_t created_unix_ms = KATO_NO_TIME;
  std::vector<std::string> models;
  std::vector<std::string> event_kinds;
};

// `context` may be NULL.
[[nodiscard]] HeadFacts head_facts(const kato_recording_context* context);

// The arrays that grow when another recording begins in the file, in the order of a new file.
struct GrowingArray {
  std::string_view key;
  std::vector<std::string> values;
};
[[nodiscard]] std::vector<GrowingArray> growing_arrays(const HeadFacts& facts,
                                                       const Options& options);

// From "---\n" to "---\n".
[[nodiscard]] std::string render_front_matter(const HeadFacts& facts, const Options& options);

// Appends `value` as a YAML scalar that stands in a line, also within [ ]: plain where that reads
// back as the same string, else in single quotes.
void append_yaml_scalar(std::string& out, std::string_view value);

}  // namespace kato::markdown
