#include <algorithm>
#include <array>
#include <kato/testkit/json_edit.hpp>
#include <vector>

namespace kato::testkit {
namespace {

constexpr size_t kDeepest = 256;
constexpr std::string_view kBlanks = " \t\r\n";

struct Span {
  size_t begin = 0;
  size_t end = 0;
};

struct Member {
  Span name;  // without the quotes
  Span value;
  size_t depth = 0;  // 0: of the record itself
};

// The members of an object and of all objects in it, and where the objects begin.
class Outline {
 public:
  explicit Outline(std::string_view text) : text_(text) { end_ = value(0, 0); }

  // Behind the value; npos: it is not one, or too deep.
  [[nodiscard]] size_t end() const { return end_; }
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  [[nodiscard]] const std::vector<size_t>& objects() const { return objects_; }

 private:
  static constexpr size_t kNone = std::string_view::npos;

  [[nodiscard]] size_t skip_blanks(size_t at) const {
    return std::min(text_.find_first_not_of(kBlanks, at), text_.size());
  }
  [[nodiscard]] char at(size_t place) const { return place < text_.size() ? text_[place] : '\0'; }
  // Behind the string that begins at `begin`.
  [[nodiscard]] size_t string(size_t begin) const {
    for (size_t place = begin + 1; place < text_.size(); ++place) {
      if (text_[place] == '\\') {
        ++place;
      } else if (text_[place] == '"') {
        return place + 1;
      }
    }
    return kNone;
  }
  size_t value(size_t begin, size_t depth) {
    if (depth > kDeepest) return kNone;
    const char first = at(begin);
    if (first == '"') return string(begin);
    if (first == '{' || first == '[') return container(begin, depth, first == '{' ? '}' : ']');
    const size_t end = std::min(text_.find_first_of(",}] \t\r\n", begin), text_.size());
    return end == begin ? kNone : end;
  }
  size_t container(size_t begin, size_t depth, char closing) {
    const bool is_object = closing == '}';
    if (is_object) objects_.push_back(begin);
    size_t place = skip_blanks(begin + 1);
    if (at(place) == closing) return place + 1;
    for (;;) {
      place = is_object ? member(place, depth) : value(place, depth + 1);
      if (place == kNone) return kNone;
      place = skip_blanks(place);
      if (at(place) == closing) return place + 1;
      if (at(place) != ',') return kNone;
      place = skip_blanks(place + 1);
    }
  }
  size_t member(size_t begin, size_t depth) {
    if (at(begin) != '"') return kNone;
    const size_t name_end = string(begin);
    if (name_end == kNone) return kNone;
    const size_t colon = skip_blanks(name_end);
    if (at(colon) != ':') return kNone;
    const size_t value_begin = skip_blanks(colon + 1);
    const size_t index = members_.size();
    members_.push_back({{begin + 1, name_end - 1}, {value_begin, value_begin}, depth});
    const size_t end = value(value_begin, depth + 1);
    if (end != kNone) members_[index].value.end = end;
    return end;
  }

  std::string_view text_;
  size_t end_ = kNone;
  std::vector<Member> members_;
  std::vector<size_t> objects_;
};

std::string_view piece(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

std::string replaced(std::string_view text, Span span, std::string_view with) {
  std::string out(text.substr(0, span.begin));
  out += with;
  out += text.substr(span.end);
  return out;
}

std::string new_name(Seeded& random) {
  return "unknownField" + std::to_string(random.below(100));
}

std::string with_field(std::string_view text, size_t object, Seeded& random) {
  static constexpr std::array<std::string_view, 6> kValues = {
      "null",
      "7",
      "true",
      "\"::stop\"",
      "{\"type\":\"text\",\"text\":\"nobody said this\"}",
      "[{\"role\":\"user\",\"content\":\"nobody said this\"}]"};
  const bool is_empty = text.find_first_not_of(kBlanks, object + 1) == text.find('}', object + 1);
  const auto field = "\"" + new_name(random) + "\":" + std::string(kValues[random.below(6)]) +
                     (is_empty ? "" : ",");
  return replaced(text, {object + 1, object + 1}, field);
}

std::string reordered(std::string_view text, const Outline& outline, Seeded& random) {
  std::vector<std::string_view> fields;
  for (const auto& member : outline.members()) {
    if (member.depth == 0) {
      fields.push_back(piece(text, {member.name.begin - 1, member.value.end}));
    }
  }
  for (size_t i = fields.size(); i > 1; --i) {
    std::swap(fields[i - 1], fields[random.below(i)]);
  }
  std::string out = "{";
  for (const auto field : fields) {
    if (out.size() > 1) out += ',';
    out += field;
  }
  return out + "}";
}

// With one of the commas around it.
std::string without(std::string_view text, const Member& member) {
  Span gone{member.name.begin - 1, member.value.end};
  const size_t next = text.find_first_not_of(kBlanks, gone.end);
  const size_t last = text.find_last_not_of(kBlanks, gone.begin - 1);
  if (next != std::string_view::npos && text[next] == ',') {
    gone.end = next + 1;
  } else if (last != std::string_view::npos && text[last] == ',') {
    gone.begin = last;
  }
  return replaced(text, gone, "");
}

std::string_view other_type(std::string_view value, Seeded& random) {
  static constexpr std::array<std::string_view, 8> kValues = {"null",
                                                              "false",
                                                              "12",
                                                              "\"unknown\"",
                                                              "[]",
                                                              "{}",
                                                              "[\"unknown\",1]",
                                                              "{\"value\":\"unknown\"}"};
  std::string_view other = value;
  while (other.front() == value.front()) {
    other = kValues[random.below(kValues.size())];
  }
  return other;
}

bool names_a_type(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "type", "subtype", "role", "kind", "operation", "status", "name", "phase", "source"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::string type_renamed(std::string_view text, const Outline& outline, Seeded& random) {
  std::vector<Span> types;
  for (const auto& member : outline.members()) {
    if (names_a_type(piece(text, member.name)) && text[member.value.begin] == '"') {
      types.push_back(member.value);
    }
  }
  if (types.empty()) return std::string(text);
  return replaced(text, types[random.below(types.size())], "\"brand_new\"");
}

}  // namespace

std::string_view change_text(RecordChange change) {
  static constexpr std::array<std::string_view, static_cast<size_t>(RecordChange::kCount)> kTexts =
      {"a field added",   "its fields reordered",    "a field added within", "a field renamed",
       "a field removed", "a field of another type", "a type renamed"};
  return kTexts[static_cast<size_t>(change)];
}

std::string_view object_in(std::string_view text) {
  const size_t begin = text.find('{');
  if (begin == std::string_view::npos) return {};
  const auto rest = text.substr(begin);
  const size_t end = Outline(rest).end();
  return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
}

std::string change_record(std::string_view object, RecordChange change, Seeded& random) {
  const Outline outline(object);
  const auto& members = outline.members();
  if (outline.end() != object.size() || members.empty()) return std::string(object);
  const Member& member = members[random.below(members.size())];
  switch (change) {
    case RecordChange::kAddField:
      return with_field(object, 0, random);
    case RecordChange::kReorder:
      return reordered(object, outline, random);
    case RecordChange::kAddFieldWithin:
      return with_field(object, outline.objects()[random.below(outline.objects().size())], random);
    case RecordChange::kRenameField:
      return replaced(object, member.name, new_name(random));
    case RecordChange::kRemoveField:
      return without(object, member);
    case RecordChange::kRetypeField:
      return replaced(object, member.value, other_type(piece(object, member.value), random));
    case RecordChange::kRenameType:
      return type_renamed(object, outline, random);
    case RecordChange::kCount:
      break;
  }
  return std::string(object);
}

}  // namespace kato::testkit
