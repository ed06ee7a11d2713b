// Columns for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/clock.h"

namespace kato {

// Two blanks between columns, none at the ends of lines. Control characters become blanks.
[[nodiscard]] std::string as_table(const std::vector<std::vector<std::string>>& rows);

// "5 min", "3 h", "12 d", "8 mon", "2 y".
[[nodiscard]] std::string age_text(UnixMillis since, UnixMillis now);

}  // namespace kato
