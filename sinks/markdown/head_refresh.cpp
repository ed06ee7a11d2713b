#include "head_refresh.h"

#include <algorithm>

#include "text.h"
#include "yaml_events.h"

namespace kato::markdown {
namespace {

// Front matter beyond this is nobody's front matter; it is left alone.
constexpr size_t kMaxYamlBytes = size_t{64} << 10U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct FrontMatter {
  size_t yaml_begin = 0;
  size_t yaml_end = 0;  // where the closing line begins
  size_t end = 0;       // behind the closing line
  std::string_view newline;
};

bool is_marker(std::string_view line) {
  return line.starts_with("---") && line.find_first_not_of(" \t", 3) == std::string_view::npos;
}

std::optional<FrontMatter> find_front_matter(std::string_view file) {
  FrontMatter found;
  std::string_view rest = file;
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  if (!is_marker(take_line(rest)) || rest.empty()) return std::nullopt;
  found.yaml_begin = file.size() - rest.size();
  found.newline = file.substr(0, found.yaml_begin).ends_with("\r\n") ? "\r\n" : "\n";
  while (!rest.empty()) {
    found.yaml_end = file.size() - rest.size();
    if (found.yaml_end - found.yaml_begin > kMaxYamlBytes) break;
    if (!is_marker(take_line(rest))) continue;
    found.end = file.size() - rest.size();
    return found;
  }
  return std::nullopt;
}

// Where line number `line` of `text` begins.
size_t line_begin(std::string_view text, size_t line) {
  size_t at = 0;
  for (; line > 0; --line) {
    const size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return text.size();
    at = end + 1;
  }
  return at;
}

// Where the list that opens with '[' at `open` is closed; npos if it is not.
size_t flow_list_end(std::string_view text, size_t open) {
  size_t depth = 0;
  char quote = 0;
  char before = ' ';  // the last character that was not blank: quotes begin only behind a mark
  for (size_t at = open; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++at;
      if (c == quote) quote = 0;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      if (--depth == 0) return at;
    } else if ((c == '"' || c == '\'') && std::string_view("[{,:").contains(before)) {
      quote = c;
    } else if (c == '#' && at > open && std::string_view(" \t\n").contains(text[at - 1])) {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (at < text.size() && !std::string_view(" \t\r\n").contains(text[at])) before = text[at];
  }
  return std::string_view::npos;
}

// One way to write the new values into the text. Whether it is right is seen by parsing again.
struct Edit {
  size_t at = 0;
  std::string text;
};

class ListEditor {
 public:
  ListEditor(std::string_view yaml, const YamlMapping& mapping, std::string_view newline)
      : yaml_(yaml), mapping_(mapping), newline_(newline) {}

  // The edits to try, best first. entry: NULL if the key is not there yet.
  [[nodiscard]] std::vector<Edit> edits(const YamlEntry* entry, std::string_view key,
                                        const std::vector<std::string>& scalars) const {
    if (entry == nullptr) {
      return {{.at = yaml_.size(), .text = line_of(key, scalars)}};
    }
    const YamlEvent& value = mapping_.events[entry->begin];
    if (value.kind == YamlEvent::Kind::kNull) return null_edits(*entry, scalars);
    if (value.kind != YamlEvent::Kind::kSequence) return {};
    return value.flow ? flow_edits(value, scalars) : block_edits(*entry, scalars);
  }

 private:
  static std::string joined(const std::vector<std::string>& scalars) {
    std::string text;
    for (const std::string& scalar : scalars) {
      text.append(text.empty() ? "" : ", ").append(scalar);
    }
    return text;
  }

  [[nodiscard]] std::string line_of(std::string_view key,
                                    const std::vector<std::string>& scalars) const {
    return std::string(key) + ": [" + joined(scalars) + "]" + std::string(newline_);
  }

  // "key:" with nothing behind it.
  [[nodiscard]] std::vector<Edit> null_edits(const YamlEntry& entry,
                                             const std::vector<std::string>& scalars) const {
    const size_t begin = line_begin(yaml_, mapping_.events[entry.key].line);
    const size_t colon = yaml_.find(':', begin);
    if (colon == std::string_view::npos) return {};
    return {{.at = colon + 1, .text = " [" + joined(scalars) + "]"}};
  }

  [[nodiscard]] std::vector<Edit> flow_edits(const YamlEvent& value,
                                             const std::vector<std::string>& scalars) const {
    const size_t open = line_begin(yaml_, value.line) + value.column;
    if (open >= yaml_.size() || yaml_[open] != '[') return {};
    const size_t close = flow_list_end(yaml_, open);
    if (close == std::string_view::npos) return {};
    const size_t last = yaml_.find_last_not_of(" \t\r\n", close - 1);
    std::string text = joined(scalars);
    if (yaml_[last] == ',') {
      text.insert(0, " ");
    } else if (last != open) {
      text.insert(0, ", ");
    }
    return {{.at = last + 1, .text = text}, {.at = close, .text = text}};
  }

  [[nodiscard]] std::vector<Edit> block_edits(const YamlEntry& entry,
                                              const std::vector<std::string>& scalars) const {
    const size_t indent = mapping_.events[entry.begin].column;
    const size_t first = line_begin(yaml_, mapping_.events[entry.begin].line);
    const size_t next = entry.end < mapping_.events.size() - 1
                            ? line_begin(yaml_, mapping_.events[entry.end].line)
                            : yaml_.size();
    std::string text;
    for (const std::string& scalar : scalars) {
      text.append(indent, ' ').append("- ").append(scalar).append(newline_);
    }
    size_t behind_last = next;
    for (size_t at = first; at < next;) {
      const size_t end = std::min(yaml_.find('\n', at), yaml_.size() - 1) + 1;
      const bool item =
          yaml_.find_first_not_of(' ', at) == at + indent && yaml_[at + indent] == '-';
      if (item) behind_last = end;
      at = end;
    }
    return {{.at = behind_last, .text = text}, {.at = next, .text = text}};
  }

  std::string_view yaml_;
  const YamlMapping& mapping_;
  std::string_view newline_;
};

YamlEvent event_of(YamlEvent::Kind kind, std::string_view tag, std::string_view value) {
  YamlEvent event;
  event.kind = kind;
  event.tag = tag;
  event.value = value;
  return event;
}

// The events that the mapping must have after `scalars` were added to `entry` (NULL: to a new key).
std::vector<YamlEvent> expected_events(const YamlMapping& mapping, const YamlEntry* entry,
                                       std::string_view key,
                                       const std::vector<std::string>& scalars,
                                       const std::vector<std::string>& values) {
  using Kind = YamlEvent::Kind;
  std::vector<YamlEvent> added;
  added.reserve(values.size() + 3);
  for (size_t i = 0; i < values.size(); ++i) {
    added.push_back(event_of(Kind::kScalar, scalars[i].starts_with('\'') ? "!" : "?", values[i]));
  }
  std::vector<YamlEvent> events = mapping.events;
  const auto position = [&events](size_t index) {
    return events.begin() + static_cast<std::ptrdiff_t>(index);
  };
  if (entry != nullptr && events[entry->begin].kind == Kind::kSequence) {
    events.insert(position(entry->end - 1), added.begin(), added.end());
    return events;
  }
  added.insert(added.begin(), event_of(Kind::kSequence, "?", {}));
  added.front().flow = true;
  added.push_back(event_of(Kind::kEnd, {}, {}));
  if (entry == nullptr) {
    added.insert(added.begin(), event_of(Kind::kScalar, "?", key));
    events.insert(position(events.size() - 1), added.begin(), added.end());
  } else {
    events.erase(position(entry->begin));
    events.insert(position(entry->begin), added.begin(), added.end());
  }
  return events;
}

bool same_events(const std::vector<YamlEvent>& a, const std::vector<YamlEvent>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const YamlEvent& x, const YamlEvent& y) { return x.same_as(y); });
}

std::vector<std::string> missing_values(const YamlMapping& mapping, const YamlEntry* entry,
                                        const std::vector<std::string>& values) {
  std::vector<std::string> missing;
  for (const std::string& value : values) {
    bool known = false;
    for (size_t at = entry == nullptr ? 0 : entry->begin; entry != nullptr && at < entry->end;
         ++at) {
      const YamlEvent& event = mapping.events[at];
      known = known || (event.kind == YamlEvent::Kind::kScalar && event.value == value);
    }
    if (!known) missing.push_back(value);
  }
  return missing;
}

// `yaml` with the values that its list lacks; unchanged if that cannot be done without doubt.
std::string grown(const std::string& yaml, const GrowingArray& array, std::string_view newline) {
  const auto mapping = parse_mapping(yaml);
  if (!mapping) return yaml;
  const YamlEntry* entry = mapping->find(array.key);
  const auto missing = missing_values(*mapping, entry, array.values);
  if (missing.empty()) return yaml;
  std::vector<std::string> scalars;
  for (const std::string& value : missing) {
    append_yaml_scalar(scalars.emplace_back(), value);
  }
  const auto expected = expected_events(*mapping, entry, array.key, scalars, missing);
  const ListEditor editor(yaml, *mapping, newline);
  for (const Edit& edit : editor.edits(entry, array.key, scalars)) {
    std::string edited = yaml;
    edited.insert(edit.at, edit.text);
    const auto result = parse_mapping(edited);
    if (result && same_events(result->events, expected)) return edited;
  }
  return yaml;
}

}  // namespace

std::optional<NewHead> refresh_front_matter(std::string_view existing,
                                            const std::vector<GrowingArray>& arrays) {
  const auto found = find_front_matter(existing);
  if (!found) return std::nullopt;
  const std::string before(existing.substr(found->yaml_begin, found->yaml_end - found->yaml_begin));
  std::string yaml = before;
  for (const GrowingArray& array : arrays) {
    yaml = grown(yaml, array, found->newline);
  }
  if (yaml == before) return std::nullopt;
  NewHead head{.replaced_bytes = found->end,
               .head = std::string(existing.substr(0, found->yaml_begin))};
  head.head += yaml;
  head.head += existing.substr(found->yaml_end, found->end - found->yaml_end);
  return head;
}

}  // namespace kato::markdown
