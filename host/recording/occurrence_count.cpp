#include "host/recording/occurrence_count.h"

#include <algorithm>

namespace kato {

void OccurrenceCount::add(std::string_view piece) {
  left_ += piece;
  for (auto at = left_.find(wanted_); at != std::string::npos; at = left_.find(wanted_, at + 1)) {
    ++value_;
  }
  left_.erase(0, left_.size() - std::min(left_.size(), wanted_.size() - 1));
}

}  // namespace kato
