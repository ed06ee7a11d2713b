// The members of a JSON object that may be cut off anywhere: the first bytes of a file.
#pragma once

#include <string_view>

namespace kato::jsonlog {

// One member of the outermost object.
struct Member {
  std::string_view key;    // as it stands between its quotes
  std::string_view value;  // its JSON; what there is of it, if it is cut off
  bool whole = false;      // the value's end was seen
};

// Walks over the members of the object at the front of a text, without looking into their values.
// Forgiving: what it hands out of a text that is no JSON is of no meaning, but never out of bounds.
class MemberScan {
 public:
  explicit MemberScan(std::string_view text) noexcept;

  // False: there is no further member, or it is cut off before its value begins.
  bool next(Member& member) noexcept;
  // The closing brace was seen.
  [[nodiscard]] bool complete() const noexcept { return complete_; }
  // The text begins with an object.
  [[nodiscard]] bool is_object() const noexcept { return is_object_; }

 private:
  void skip_blanks() noexcept;
  bool take(char expected) noexcept;
  // Moves behind a string that begins here. False: it is cut off.
  bool skip_string() noexcept;
  bool skip_value() noexcept;

  std::string_view text_;
  size_t at_ = 0;
  bool is_object_ = false;
  bool complete_ = false;
};

}  // namespace kato::jsonlog
