// Which recordings and exports cannot be written at present, why, and when to try again.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/base/clock.h"
#include "host/base/error.h"

namespace kato {

struct DegradedDestination {
  std::string what;
  std::string cause;
};

// Lives as long as the daemon, beyond the sessions at work. [one thread at a time]
class ServingHealth {
 public:
  // clock: must outlive it.
  explicit ServingHealth(const Clock& clock) : clock_(clock) {}

  // A destination that is missing counts as such only after this time: editors save by deleting.
  static constexpr std::chrono::milliseconds kMissingGrace{2000};

  // id: of the recording or export; what: the name it is told by. True if that is news: not at each
  // attempt while the cause lasts, and not while a destination may be about to come back.
  bool failed(const std::string& session_id, const std::string& id, const std::string& what,
              const Error& why);
  // Whether a handle was all that one of them lacked since this was asked last.
  [[nodiscard]] bool take_lack_of_handles() { return std::exchange(lacked_handles_, false); }
  void served(const std::string& id) { troubles_.erase(id); }
  // Whatever failed is tried at once.
  void forget_session(const std::string& session_id);

  // What a power loss left in the destinations of a session is found out once in a run.
  void recovered(const std::string& session_id) { recovered_.insert(session_id); }
  [[nodiscard]] bool is_recovered(const std::string& session_id) const {
    return recovered_.contains(session_id);
  }

  // False while the back-off after a failure lasts.
  [[nodiscard]] bool may_try(const std::string& id) const;
  // When the first of the session's destinations that fail is to be tried again.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due(
      const std::string& session_id) const;
  [[nodiscard]] std::vector<DegradedDestination> degraded(const std::string& session_id) const;

 private:
  struct Trouble {
    std::string session_id;
    DegradedDestination told;
    std::string news;  // the cause that was given as such last
    bool missing = false;
    uint32_t failures = 0;
    std::chrono::steady_clock::time_point first;
    std::chrono::steady_clock::time_point next;
  };
  const Clock& clock_;
  std::map<std::string, Trouble> troubles_;  // by id
  std::set<std::string> recovered_;          // sessions with recordings
  bool lacked_handles_ = false;
};

}  // namespace kato
