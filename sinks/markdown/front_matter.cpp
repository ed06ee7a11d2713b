#include "front_matter.h"

#include <algorithm>
#include <array>
#include <kato/sink.hpp>

#include "text.h"

namespace kato::markdown {
namespace {

constexpr size_t kTitleCharacters = 60;
constexpr size_t kSlugBytes = 24;
constexpr size_t kMaxValueCharacters = 200;

std::string slug_of(std::string_view title) {
  std::string slug;
  for (const char c : title) {
    const bool kept = is_ascii_letter(c) || is_ascii_digit(c);
    if (kept) {
      slug += ascii_lower(c);
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
    if (slug.size() == kSlugBytes) break;
  }
  while (!slug.empty() && slug.back() == '-') {
    slug.pop_back();
  }
  return slug.empty() ? "conversation" : slug;
}

// Words and shapes that YAML 1.1 or 1.2 reads as something else than a string.
bool reads_as_string(std::string_view plain) {
  constexpr std::array<std::string_view, 10> kReserved{"true", "false", "null", "yes", "no",
                                                       "on",   "off",   "y",    "n",   "nan"};
  std::string lower;
  for (const char c : plain) {
    lower += ascii_lower(c);
  }
  if (std::find(kReserved.begin(), kReserved.end(), lower) != kReserved.end()) return false;
  if (is_ascii_letter(plain.front())) return true;
  // What begins with a digit may be a number or a date, unless it is shaped like a UUID.
  constexpr size_t kUuidBytes = 36;
  return plain.size() == kUuidBytes && plain[8] == '-' && plain[13] == '-' && plain[18] == '-' &&
         plain[23] == '-';
}

bool is_plain(std::string_view value) {
  if (value.empty() || !(is_ascii_letter(value.front()) || is_ascii_digit(value.front()))) {
    return false;
  }
  const auto allowed = [](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || std::string_view("._/@-").contains(c);
  };
  return std::all_of(value.begin(), value.end(), allowed) && reads_as_string(value);
}

void append_quoted(std::string& out, std::string_view value) {
  out += '\'';
  for (const char c : value) {
    if (c == '\'') out += '\'';
    out += c;
  }
  out += '\'';
}

std::string one_line(std::string_view text, size_t most) {
  std::string line;
  append_one_line(line, text, most);
  return line;
}

void add(std::vector<std::string>& values, std::string_view value) {
  std::string line = one_line(value, kMaxValueCharacters);
  if (line.empty() || std::find(values.begin(), values.end(), line) != values.end()) return;
  values.push_back(std::move(line));
}

void append_array_line(std::string& out, const GrowingArray& array) {
  if (array.values.empty()) return;
  out.append(array.key).append(": [");
  for (const std::string& value : array.values) {
    if (&value != &array.values.front()) out += ", ";
    append_yaml_scalar(out, value);
  }
  out += "]\n";
}

void copy_list(const kato_str* list, size_t count, std::vector<std::string>& out) {
  for (size_t i = 0; list != nullptr && i < count; ++i) {
    out.emplace_back(sdk::view(list[i]));
  }
}

}  // namespace

HeadFacts head_facts(const kato_recording_context* context) {
  HeadFacts facts;
  if (context == nullptr) return facts;
  const auto known = sdk::complete(context);
  if (known.session != nullptr) {
    const auto session = sdk::complete(known.session);
    facts.provider = sdk::view(session.provider);
    facts.session_id = sdk::view(session.session_id);
  }
  facts.short_id = sdk::view(known.short_id);
  facts.recording_id = sdk::view(known.recording_id);
  facts.title = sdk::view(known.title);
  if (KATO_HAS_FIELD(kato_recording_context, context, created_unix_ms)) {
    facts.created_unix_ms = known.created_unix_ms;
  }
  copy_list(known.models, known.model_count, facts.models);
  copy_list(known.event_kinds, known.event_kind_count, facts.event_kinds);
  return facts;
}

std::vector<GrowingArray> growing_arrays(const HeadFacts& facts, const Options& options) {
  GrowingArray participants{.key = "participants", .values = {}};
  if (!options.user_name.empty()) add(participants.values, "user." + options.user_name);
  for (const std::string& model : facts.models) {
    add(participants.values, facts.provider.empty() ? model : facts.provider + "." + model);
  }
  GrowingArray recordings{.key = "recordingIds", .values = {}};
  add(recordings.values, facts.recording_id);
  GrowingArray tags{.key = "tags", .values = {}};
  for (const std::string& tag : options.tags) {
    add(tags.values, tag);
  }
  GrowingArray kinds{.key = "conversationEventKinds", .values = {}};
  if (options.include_event_kinds) {
    for (const std::string& kind : facts.event_kinds) {
      add(kinds.values, kind);
    }
  }
  return {std::move(participants), std::move(recordings), std::move(tags), std::move(kinds)};
}

std::string render_front_matter(const HeadFacts& facts, const Options& options) {
  const std::string known_title = one_line(facts.title, kTitleCharacters);
  const std::string title = known_title.empty() ? "Untitled conversation" : known_title;
  std::string id = slug_of(title);
  if (!facts.short_id.empty()) id += "-" + facts.short_id;
  std::string head = "---\nid: ";
  append_yaml_scalar(head, one_line(id, kMaxValueCharacters));
  head += "\ntitle: ";
  append_quoted(head, title);
  head += "\ndesc: ''\n";
  if (facts.created_unix_ms != KATO_NO_TIME) {
    const std::string created = std::to_string(facts.created_unix_ms);
    head += "created: " + created + "\n";
    if (options.include_updated) head += "updated: " + created + "\n";
  }
  const auto arrays = growing_arrays(facts, options);
  append_array_line(head, arrays[0]);
  if (!facts.session_id.empty()) {
    head += "sessionId: ";
    append_yaml_scalar(head, one_line(facts.session_id, kMaxValueCharacters));
    head += '\n';
  }
  for (size_t i = 1; i < arrays.size(); ++i) {
    append_array_line(head, arrays[i]);
  }
  head += "---\n";
  return head;
}

void append_yaml_scalar(std::string& out, std::string_view value) {
  if (is_plain(value)) {
    out += value;
  } else {
    append_quoted(out, value);
  }
}

}  // namespace kato::markdown
