// An event as a line of a twin, and back.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "host/base/error.h"
#include "host/event/event.h"

namespace kato {

inline constexpr int kEventSchemaVersion = 1;

// Appends the event as one line of JSON without its newline: keys in the order of docs/events.md,
// absent rather than null, no blanks. Texts must be valid UTF-8, raw JSON valid and on one line.
void append_event_line(std::string& out, const SessionRef& session, const Event& event);

// The session that a line of append_event_line names, as told by its beginning; empty: by so much
// of it none.
[[nodiscard]] std::string_view session_id_of_line(std::string_view line);

// Reads lines that append_event_line wrote. Keeps a parser and buffers: one per thread, reused.
class EventLineReader {
 public:
  EventLineReader();
  ~EventLineReader();
  EventLineReader(const EventLineReader&) = delete;
  EventLineReader& operator=(const EventLineReader&) = delete;
  EventLineReader(EventLineReader&&) = delete;
  EventLineReader& operator=(EventLineReader&&) = delete;

  // `line`: without its newline. Texts of the event live until the next call. kUnsupported: a
  // schema version that this build does not know; kInvalid: not such a line.
  [[nodiscard]] Result<Event> read(std::string_view line);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace kato
