#include "host/session/twin_file.h"

#include <fmt/format.h>

#include "host/event/event_id.h"

namespace kato {

std::string damaged_twin(const TwinFile& twin, std::string_view what) {
  return fmt::format(
      "twin {} is damaged {}; it was not touched. While the log is there, remove it with: kato "
      "snapshot remove {}. What is recorded goes on then, from a copy that is made again",
      twin.path, what, short_id(twin.session_id));
}

std::string event_of_other(std::string_view session_id) {
  return fmt::format("an event of session {}, not of this one", short_id(session_id));
}

}  // namespace kato
