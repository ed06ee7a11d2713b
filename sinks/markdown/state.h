// What the sink remembers between two events, and the form in which it is saved.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "heading.h"

namespace kato::markdown {

// Names by which a later event can be titled: the tool of a call, the key of a decision. Only the
// latest are kept; those which were asked for go before those which never were.
class KnownNames {
 public:
  static constexpr size_t kMost = 64;
  static constexpr size_t kMaxNameCharacters = 80;

  // kind: keeps ids of different kinds apart.
  void remember(char kind, std::string_view id, std::string_view name);
  // Empty: unknown. Valid until the next call.
  [[nodiscard]] std::string_view find(char kind, std::string_view id);

  void encode(std::string& out) const;
  // Takes one encoded line.
  [[nodiscard]] bool decode(std::string_view line);

 private:
  struct Entry {
    uint64_t key;
    bool asked;
    std::string name;
  };
  std::deque<Entry>::iterator entry_of(uint64_t key);

  std::deque<Entry> entries_;  // oldest first
};

struct State {
  static constexpr uint32_t kVersion = 1;

  bool follows_text = true;  // what comes next is separated from what is there by an empty line
  Speaker speaker;           // under whose heading the end of the file stands
  KnownNames names;

  [[nodiscard]] std::string encode() const;
  static std::optional<State> decode(std::string_view blob);
};

}  // namespace kato::markdown
