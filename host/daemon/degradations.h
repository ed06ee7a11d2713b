// What does not work as it should, since when, and why.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "host/base/clock.h"

namespace kato {

struct Degradation {
  std::string cause;
  UnixMillis since;
};

// [one thread at a time]
class Degradations {
 public:
  // The clock must outlive this.
  explicit Degradations(const Clock& clock) : clock_(clock) {}

  // what: a name that stays the same while it lasts. True if that was not known, with that cause.
  bool note(const std::string& what, std::string_view cause);
  // It works again. True if it did not.
  bool clear(const std::string& what) { return all_.erase(what) > 0; }
  // Those whose name begins so, except those for which `lasts` holds.
  void clear_below(std::string_view beginning,
                   const std::function<bool(const std::string& what)>& lasts);

  [[nodiscard]] const std::map<std::string, Degradation>& all() const noexcept { return all_; }

 private:
  const Clock& clock_;
  std::map<std::string, Degradation> all_;  // by what
};

}  // namespace kato
