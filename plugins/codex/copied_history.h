// A file may begin with the history of another session: a fork's with that of the session it was
// forked from, a sub-agent's with its parent's. This finds out where the copy ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "plugins/jsonlog/json.h"
#include "plugins/jsonlog/state.h"

namespace kato::codex {

// The milliseconds since 1970 in a time-ordered id (UUID version 7); 0 for other ids.
[[nodiscard]] uint64_t time_in_id(std::string_view id) noexcept;
// Of "2026-02-25T16:26:55.012Z"; 0 if it does not look like that.
[[nodiscard]] uint64_t time_in_timestamp(std::string_view timestamp) noexcept;

class CopiedHistory {
 public:
  // The file's own first record, which is never a copy.
  void begin(jsonlog::Value own_meta, std::string_view own_id, std::string_view timestamp) noexcept;
  // To be told of each session_meta that follows.
  void on_meta(bool own) noexcept { copying_ = !own; }
  // To be told of each other record before it is looked at. turn_id: empty if it names none.
  void on_record(std::optional<int64_t> ordinal, std::string_view turn_id,
                 std::string_view timestamp) noexcept;

  [[nodiscard]] bool copying() const noexcept { return copying_; }

  void save(jsonlog::StateWriter& out) const;
  void restore(jsonlog::StateReader& in);

 private:
  uint64_t own_start_ordinal_ = 0;  // where the log says that its own part begins; 0: it does not
  uint64_t began_ms_ = 0;           // when the file was begun
  bool copying_ = false;
  bool turns_named_ = false;  // the copy names its turns
};

}  // namespace kato::codex
