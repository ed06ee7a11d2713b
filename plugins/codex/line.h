// One record of a rollout while it is being mapped.
#pragma once

#include <kato/provider.hpp>
#include <string_view>

#include "plugins/jsonlog/json.h"
#include "plugins/jsonlog/log_record.h"
#include "rollout_state.h"

namespace kato::codex {

// The three things that a line may be.
enum class Shape : uint8_t {
  kEnvelope,  // {timestamp, type, payload}
  kBare,      // an item of the conversation without an envelope, as until autumn 2025
  kOther
};

struct Line {
  jsonlog::LogRecord& record;
  jsonlog::Value payload;  // of an envelope; a bare line itself
  RolloutState& state;
  const Session& session;
  jsonlog::Json& inner;  // for JSON that stands in a string; its values live until it parses again
  Shape shape = Shape::kOther;
  std::string_view turn_id;  // that the record belongs to

  [[nodiscard]] jsonlog::Arena& arena() const { return record.arena(); }
  [[nodiscard]] uint64_t hash(std::string_view text) const { return record.host().hash(text); }

  // With turn, model and inheritance filled in.
  [[nodiscard]] sdk::Draft draft(kato_event_kind kind, std::string_view part_key) const;

  // A draft of a kind that has a text and a subtype. Nothing if the text is empty.
  void emit_text(kato_event_kind kind, std::string_view part_key, std::string_view subtype,
                 std::string_view text) const;
  // provider.info; data: one JSON value, or empty.
  void emit_info(std::string_view subtype, std::string_view text, std::string_view data = {},
                 kato_level level = KATO_LEVEL_UNSET) const;
};

// Without the blanks and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

// Hash of a text as the two forms of it are compared: blanks around it do not count.
[[nodiscard]] uint64_t twin_hash(const Line& line, std::string_view text);

}  // namespace kato::codex
