// One record of a rollout while it is being mapped.
#pragma once

#include <kato/provider.hpp>
#include <string_view>

#include "plugins/jsonlog/json.h"
#include "plugins/jsonlog/log_record.h"
#include "rollout_state.h"

namespace kato::codex {

// What a line may be.
enum class Shape : uint8_t {
  kEnvelope,  // {timestamp, type, payload}
  kBare,      // an item of the conversation without an envelope, as until autumn 2025
  kOther
};

struct Line {
  // What a record says of itself: one look at each of its members.
  Line(jsonlog::LogRecord& log_record, RolloutState& rollout, const Session& of_session,
       jsonlog::Json& inner_json);

  jsonlog::LogRecord& record;
  RolloutState& state;
  const Session& session;
  jsonlog::Json& inner;  // for JSON that stands in a string; its values live until it parses again

  Shape shape = Shape::kOther;
  std::string_view type;  // of an envelope; else that of the bare item
  std::string_view timestamp;
  jsonlog::Value ordinal;

  jsonlog::Value payload;  // of an envelope; else the line itself
  std::string_view kind;   // its type
  std::string_view role;
  std::string_view id;
  jsonlog::Value item;          // of an event that says that one was completed
  jsonlog::Value notes;         // the client's, on where an item comes from
  std::string_view named_turn;  // the turn that the payload names
  std::string_view turn_id;     // that, or the one that is running

  uint64_t held_tag = 0;  // by which the record is recognised if it is held back

  [[nodiscard]] jsonlog::Arena& arena() const { return record.arena(); }
  [[nodiscard]] uint64_t hash(std::string_view text) const { return record.host().hash(text); }

  // Whether prompts come from another agent: by what is known of the session, or as its log says.
  [[nodiscard]] bool is_sub_agents() const noexcept { return session.sub_agent || state.sub_agent; }

  // With turn, model and inheritance filled in.
  [[nodiscard]] sdk::Draft draft(kato_event_kind what, std::string_view part_key) const;

  // A draft of a kind that has a text and a subtype. Nothing if the text is empty.
  void emit_text(kato_event_kind what, std::string_view part_key, std::string_view subtype,
                 std::string_view text) const;
  // provider.info; data: one JSON value, or empty.
  void emit_info(std::string_view subtype, std::string_view text, std::string_view data = {},
                 kato_level level = KATO_LEVEL_UNSET) const;
};

// Without the blanks and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

// The form of the event that the line is.
[[nodiscard]] EventForm form_of_event(const Line& line) noexcept;
// True if an event of the other form has told the text, which is forgotten then; else it is
// remembered that one of this form does.
bool told_by_other_form(const Line& line, uint64_t hash, TextMemory& forms);

// Hash of a text as the two forms of it are compared: blanks and line ends do not count.
[[nodiscard]] uint64_t twin_hash(const Line& line, std::string_view text);

}  // namespace kato::codex
