// What the client told its display: event_msg.
#pragma once

#include <vector>

#include "line.h"

namespace kato::codex {

// Whether the event says what a person wrote: user_message, or item_completed with a UserMessage.
[[nodiscard]] bool is_user_event(const Line& line) noexcept;

// What the event says that a person or the assistant said; empty if it says no such thing.
[[nodiscard]] std::string_view words_of_event(const Line& line);

// user_item: the item of the same words stood directly before; images: of that item.
struct PairedItem {
  bool there = false;
  std::vector<sdk::Attachment> images;
};
void on_event(Line& line, PairedItem user_item);

}  // namespace kato::codex
