// Whose a twin is, and what is said of one that is not as it should be.
#pragma once

#include <string>
#include <string_view>

namespace kato {

struct TwinFile {
  std::string path;
  std::string session_id;  // whose events it holds, and no others
};

// "twin PATH is damaged WHAT; ...", with the remedy. what: where, and what is wrong there.
[[nodiscard]] std::string damaged_twin(const TwinFile& twin, std::string_view what);

// What is wrong with an event of another session.
[[nodiscard]] std::string event_of_other(std::string_view session_id);

}  // namespace kato
