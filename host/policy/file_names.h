// Names for files, made of what a conversation is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/clock.h"

namespace kato {

// A time as a calendar shows it somewhere.
struct CivilTime {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  bool operator==(const CivilTime&) const = default;
};
[[nodiscard]] CivilTime civil_time(UnixMillis time, int32_t utc_offset_s);

// One component of a path that every file system takes: no slashes, controls or \ : * ? " < > |,
// blanks in a row made one, no blanks, dots or dashes at its ends, at most max_bytes. `otherwise`
// if nothing is left.
[[nodiscard]] std::string safe_name(std::string_view text, size_t max_bytes,
                                    std::string_view otherwise);

// Lower-case letters and digits joined by single dashes; letters of other scripts stay. At most
// max_bytes, cut at a dash where there is one. "untitled" if nothing is left.
[[nodiscard]] std::string slug(std::string_view text, size_t max_bytes);

// Of the last component, lower-case, without the dot; empty if there is none (".hidden", "name.").
[[nodiscard]] std::string extension_of(std::string_view path);

}  // namespace kato
