// What stands in the conversation as the user's: a person's words, and what the client adds.
//
// Codex writes a person's words twice: as an item of the user's role, and as an event. The client's
// own texts of that role have no event. So an item that could be a person's is held back, with the
// items of that role behind it, until another record tells: its words are told by the event, and an
// item without an event is the client's (in files that have such events at all).
#pragma once

#include <string_view>
#include <vector>

#include "line.h"

namespace kato::codex {

enum class Fate : uint8_t { kDone, kHold };

// What is known of a held item, packed into its tag: the hash of its words, whether there is more
// in it than they, and whether it looks like the client's, unless an event says just the same.
struct HeldItem {
  uint64_t words = 0;  // its lowest bits are not kept
  bool has_more = false;
  bool clients = false;

  static constexpr uint64_t kMoreBit = 1;
  static constexpr uint64_t kClientsBit = 2;
  static constexpr uint64_t kWordsBits = ~(kMoreBit | kClientsBit);

  [[nodiscard]] uint64_t packed() const noexcept {
    return (words & kWordsBits) | (has_more ? kMoreBit : 0) | (clients ? kClientsBit : 0);
  }
  [[nodiscard]] static HeldItem unpack(uint64_t tag) noexcept {
    return {tag & kWordsBits, (tag & kMoreBit) != 0, (tag & kClientsBit) != 0};
  }
  [[nodiscard]] bool is_of(uint64_t hash) const noexcept { return words == (hash & kWordsBits); }
};

// An item of the user's role, at first sight. kHold: another record tells.
Fate on_user_item(Line& line);
// No event says that a person wrote it. opens_log: the log's first such event is of a later item.
void release_user_item(Line& line, bool opens_log);
// An event tells the person's words: what is left are the client's.
void finish_user_item(Line& line);

struct UserEvent {
  std::string_view text;
  std::string_view kind;  // of text, as clients of autumn 2025 noted: "plain", "user_instructions"
  std::vector<sdk::Attachment> attachments;
  bool typed = false;   // into a prompt, as the client says
  bool paired = false;  // its item came directly before it
};
void on_user_event(Line& line, UserEvent event);

}  // namespace kato::codex
