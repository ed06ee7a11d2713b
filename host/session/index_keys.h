// What sessions are found by. It stands in a fixed form at the beginning of each line of the index,
// so that a start need not take the line apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/event/json_text.h"
#include "host/session/session_meta.h"

namespace kato {

struct SourceKeys {
  uint64_t path = 0;          // hash64 of it
  uint64_t stamp = 0;         // stamp_of what was committed
  uint64_t first_record = 0;  // hash64 of the first record's key; 0: none
};

struct SessionKeys {
  uint64_t session = 0;      // hash64 of its id
  bool is_recorded = false;  // has recordings, on or off
  std::vector<SourceKeys> sources;
};

[[nodiscard]] SessionKeys keys_of(const SessionMeta& meta);

// As the first members of `line`.
void append_keys(JsonObject& line, const SessionKeys& keys);
// Takes them from a line whose first members they are; from another one, nothing: false.
[[nodiscard]] bool read_keys(std::string_view line, SessionKeys& keys);

}  // namespace kato
