// Sessions for the tests of the index, each with a number.
#pragma once

#include <string>

#include "host/io/file_system.h"
#include "host/session/session_meta.h"

namespace kato::test {

[[nodiscard]] std::string source_path(int number);  // not UTF-8
// Of its source, as it was committed.
[[nodiscard]] FileInfo info_of(int number);
// Copied, recorded, all read. Two each begin with the same record, "first-" and half the number.
[[nodiscard]] SessionMeta meta_of(int number);

}  // namespace kato::test
