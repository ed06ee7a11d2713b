// A YAML mapping as the flat list of its parse events: enough to see whether an edit of its text
// changed what it was meant to change and nothing else. Aliases stay aliases, so the list is never
// larger than the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kato::markdown {

struct YamlEvent {
  enum class Kind { kNull, kAlias, kScalar, kSequence, kMap, kEnd };

  Kind kind = Kind::kNull;
  std::string tag;    // "?": a plain scalar, "!": a quoted one, else as written
  std::string value;  // a scalar's text, or the number of an anchor
  bool flow = false;  // [ ] or { }
  size_t line = 0;    // 0-based
  size_t column = 0;  // 0-based, in bytes

  // Where it stands does not count.
  [[nodiscard]] bool same_as(const YamlEvent& other) const {
    return kind == other.kind && tag == other.tag && value == other.value && flow == other.flow;
  }
};

// One entry of the mapping, by index into the events: key, value from `begin` up to `end`.
struct YamlEntry {
  size_t key = 0;
  size_t begin = 0;
  size_t end = 0;
};

struct YamlMapping {
  std::vector<YamlEvent> events;
  std::vector<YamlEntry> entries;

  [[nodiscard]] const YamlEntry* find(std::string_view key) const;
};

// Nothing unless `text` is one valid document that is a block mapping whose keys are scalars, each
// once.
[[nodiscard]] std::optional<YamlMapping> parse_mapping(std::string_view text);

}  // namespace kato::markdown
