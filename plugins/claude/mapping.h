// What all the mappings of lines share: the line, the memory, and short ways to emit.
#pragma once

#include <kato/provider.hpp>
#include <string_view>

#include "envelope.h"
#include "memory.h"
#include "plugins/jsonlog/log_record.h"

namespace kato::claude {

// What does not change while a source is decoded.
struct Session {
  std::string id;         // as in the log; a sub-agent's: its parent's
  bool is_agent = false;  // the source is a sub-agent's own
};

// One line on its way to events.
struct Mapping {
  jsonlog::LogRecord& record;
  const Envelope& line;
  Memory& memory;
  const Session& session;
  uint32_t draft_flags = 0;  // kato_draft_flag of every draft of the line

  [[nodiscard]] jsonlog::Arena& arena() const noexcept { return record.arena(); }
  [[nodiscard]] uint64_t hash(std::string_view text) const { return record.host().hash(text); }

  [[nodiscard]] sdk::Draft draft(kato_event_kind kind, std::string_view part_key) const;
  // KATO_USER_MESSAGE, KATO_ASSISTANT_MESSAGE, KATO_ASSISTANT_THINKING.
  void text(kato_event_kind kind, std::string_view part_key, std::string_view text) const;
  void system_message(std::string_view part_key, std::string_view subtype,
                      std::string_view text) const;

  struct Info {
    std::string_view subtype;
    std::string_view text;
    std::string_view data_json;
    kato_level level = KATO_LEVEL_INFO;
  };
  void info(std::string_view part_key, const Info& info) const;
  // provider.raw for a part of the line.
  void raw(std::string_view part_key, std::string_view raw_type) const;
  // provider.raw for the whole line.
  void raw_line() const { raw("raw", record.type()); }
  // "<name>/<number>"
  [[nodiscard]] std::string_view part(std::string_view name, size_t number) const;
  // "<name>/<id>", or "<name>/<number>" if the log gives no id or a monstrous one.
  [[nodiscard]] std::string_view part(std::string_view name, std::string_view id,
                                      size_t number) const;
};

// Each maps one kind of line, completely: emits, or ignores for a reason.
void map_assistant(const Mapping& to);
void map_user(const Mapping& to);
void map_system(const Mapping& to);
void map_attachment(const Mapping& to);
// Lines without a uuid. False: the type is not known.
bool map_bookkeeping(const Mapping& to);
// A sub-agent's line within its parent's log (Claude Code 1.0).
void map_sidechain(const Mapping& to);

}  // namespace kato::claude
