#include "host/daemon/origin_lookup.h"

#include <algorithm>

#include "host/daemon/log_age.h"
#include "host/event/event_id.h"
#include "host/session/known_events.h"

namespace kato {
namespace {

using AgeOfSession = std::pair<LogAge, std::string>;

struct Lookup {
  FileSystem& files;
  const StateFolder& state;
  MetaStore& metas;
  const SessionIndex& index;
  std::vector<std::string> own_logs;

  [[nodiscard]] Result<std::optional<Origin>> of_session(const std::string& session_id) const {
    const auto known = index.find(session_id);
    if (!known) return std::nullopt;
    const auto key = make_session_key(known->identity.provider, session_id);
    const auto meta = metas.load(key);
    if (!meta || !*meta) return std::nullopt;  // its own session says what is wrong with it
    auto events = std::make_shared<EventIdSet>();
    const auto read = read_known_events(files, state.ids(key), (*meta)->known_ids,
                                        [&](const KnownEvent& event) { events->insert(event.id); });
    if (!read) return std::nullopt;  // likewise
    return Origin{.session_id = session_id, .events = std::move(events)};
  }

  // Nothing: none of them is there.
  [[nodiscard]] std::optional<LogAge> oldest_of(const std::vector<std::string>& paths) const {
    std::optional<LogAge> oldest;
    for (const auto& path : paths) {
      const auto info = files.info(path);
      if (!info) continue;
      const auto age = age_of_log(files, path, *info);
      if (!oldest || age < *oldest) oldest = age;
    }
    return oldest;
  }

  // The oldest first. One whose logs are gone was there before.
  [[nodiscard]] std::vector<AgeOfSession> older_beginning_with(std::string_view record_key,
                                                               const std::string& own_id) const {
    std::vector<AgeOfSession> older;
    for (auto& session_id : index.sessions_beginning_with(record_key)) {
      if (session_id == own_id) continue;
      const auto known = index.find(session_id);
      if (!known) continue;
      const bool is_child = make_session_id(known->identity.provider,
                                            known->identity.parent_provider_session_id) == own_id;
      if (is_child) continue;
      std::vector<std::string> paths;
      for (const auto& source : known->sources) {
        paths.push_back(source.path);
      }
      older.emplace_back(oldest_of(paths).value_or(LogAge{}), std::move(session_id));
    }
    const auto own_age = older.empty() ? std::nullopt : oldest_of(own_logs);
    if (own_age) {
      std::erase_if(older, [&](const AgeOfSession& other) { return *own_age <= other.first; });
    }
    std::ranges::sort(older);
    return older;
  }

  [[nodiscard]] Result<std::optional<Origin>> beginning_with(std::string_view record_key,
                                                             const std::string& own_id) const {
    for (const auto& [age, session_id] : older_beginning_with(record_key, own_id)) {
      auto origin = of_session(session_id);
      if (!origin || *origin) return origin;
    }
    return std::nullopt;
  }
};

}  // namespace

OriginLookup make_origin_lookup(FileSystem& files, const StateFolder& state, MetaStore& metas,
                                const SessionIndex& index, std::vector<std::string> own_logs) {
  const Lookup lookup{.files = files,
                      .state = state,
                      .metas = metas,
                      .index = index,
                      .own_logs = std::move(own_logs)};
  return {.beginning_with =
              [lookup](std::string_view record_key, const std::string& own_id) {
                return lookup.beginning_with(record_key, own_id);
              },
          .of_session =
              [lookup](const std::string& session_id) { return lookup.of_session(session_id); }};
}

}  // namespace kato
