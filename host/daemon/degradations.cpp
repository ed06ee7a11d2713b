#include "host/daemon/degradations.h"

namespace kato {

bool Degradations::note(const std::string& what, std::string_view cause) {
  const auto [entry, is_new] = all_.try_emplace(what);
  if (is_new) entry->second.since = clock_.now();
  const bool is_news = is_new || entry->second.cause != cause;
  entry->second.cause = cause;
  return is_news;
}

void Degradations::clear_below(std::string_view beginning,
                               const std::function<bool(const std::string& what)>& lasts) {
  std::erase_if(all_, [&](const auto& entry) {
    return entry.first.starts_with(beginning) && !lasts(entry.first);
  });
}

}  // namespace kato
