// Reads a twin, line by line or event by event.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/event/event_line.h"
#include "host/io/file_system.h"
#include "host/session/twin_file.h"

namespace kato {

struct TwinLine {
  std::string_view text;      // without its end
  uint64_t offset_bytes = 0;  // of its first byte
  uint64_t end_bytes = 0;     // where the next one begins
};

struct TwinEvent {
  Event event;
  std::string_view text;  // of the line
  uint64_t offset_bytes = 0;
  uint64_t end_bytes = 0;
};

// [one thread at a time] The file is open as long as this lives.
class TwinReader {
 public:
  // Reads [begin_bytes, end_bytes) of the session's twin; begin_bytes must begin a line. What is
  // appended meanwhile is not seen.
  [[nodiscard]] static Result<TwinReader> open(FileSystem& files, const TwinFile& twin,
                                               uint64_t begin_bytes, uint64_t end_bytes);
  // The same of whole lines that stand there at begin_bytes, without a look at the file.
  [[nodiscard]] static TwinReader over_lines(std::string lines, const TwinFile& twin,
                                             uint64_t begin_bytes);

  // Nothing at the end. Views live until the next call. An unfinished last line is not a line.
  [[nodiscard]] Result<std::optional<TwinLine>> next_line();
  // kInvalid, kUnsupported: the line is not an event that this build knows, or it is another
  // session's; the message names the file, the offset and the remedy.
  [[nodiscard]] Result<std::optional<TwinEvent>> next_event();
  // What is wrong with the line at which next_event() failed last, and where: "at byte 12: ...".
  [[nodiscard]] const std::string& damage() const noexcept { return damage_; }
  [[nodiscard]] bool is_at_another_session() const noexcept { return is_at_another_session_; }
  // Goes on until behind the event of that id; nothing if it is not in what is left.
  [[nodiscard]] Result<std::optional<TwinLine>> find(const EventId& id);

 private:
  TwinReader(std::unique_ptr<File> file, TwinFile twin, uint64_t begin_bytes, uint64_t end_bytes);
  Result<bool> fill();
  Result<Event> read_event(std::string_view line);

  std::unique_ptr<File> file_;  // none: all of it is in the buffer
  TwinFile twin_;
  std::unique_ptr<EventLineReader> events_;
  std::string buffer_;
  size_t at_ = 0;       // of the next line in the buffer
  uint64_t first_ = 0;  // offset of the buffer's first byte
  uint64_t end_bytes_ = 0;
  std::string damage_;
  bool is_at_another_session_ = false;
};

struct TwinCheck {
  uint64_t end_bytes = 0;  // of its last line, or of the last one before the damage
  std::string damage;      // see TwinReader::damage(); empty: it is whole
};

// Reads all of a twin.
[[nodiscard]] Result<TwinCheck> check_twin(FileSystem& files, const TwinFile& twin);

}  // namespace kato
