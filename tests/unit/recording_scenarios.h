// What the tests of kills, edits and power losses play at a desk.
#pragma once

#include <string>
#include <string_view>

#include "tests/unit/recording_desk.h"

namespace kato::test {

// A recording of six texts, its head alone, and an export of the first three with and without it.
inline constexpr std::string_view kAll =
    "# title\n1 text 1\n2 text 2\n3 text 3\n4 text 4\n5 text 5\n6 text 6\n";
inline constexpr std::string_view kTitle = "# title\n";
inline constexpr std::string_view kExport = "# title\n1 text 1\n2 text 2\n3 text 3\n";
inline constexpr std::string_view kBody = "1 text 1\n2 text 2\n3 text 3\n";

// A recording from the first text on, committed.
void begin(Desk& desk);
// Serves it up to six texts: several writes behind one commit.
Status record_on(Desk& desk);
// Into a.txt, which holds the note unless that is empty; committed.
void ask_for_export(Desk& desk, const std::string& note);

// The names of what lies beside a.txt.
[[nodiscard]] std::string leftovers(Desk& desk);
// The first one of it is gone; nothing else is.
[[nodiscard]] std::string without(std::string text, std::string_view part);

}  // namespace kato::test
