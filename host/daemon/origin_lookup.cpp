#include "host/daemon/origin_lookup.h"

#include "host/event/event_id.h"
#include "host/session/known_events.h"

namespace kato {
namespace {

struct Lookup {
  FileSystem& files;
  const StateFolder& state;
  MetaStore& metas;
  const SessionIndex& index;

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

  [[nodiscard]] Result<std::optional<Origin>> beginning_with(std::string_view record_key,
                                                             const std::string& own_id) const {
    for (const auto& session_id : index.sessions_beginning_with(record_key)) {
      if (session_id == own_id) continue;
      const auto known = index.find(session_id);
      const bool is_child =
          known && make_session_id(known->identity.provider,
                                   known->identity.parent_provider_session_id) == own_id;
      if (is_child) continue;
      auto origin = of_session(session_id);
      if (!origin || *origin) return origin;
    }
    return std::nullopt;
  }
};

}  // namespace

OriginLookup make_origin_lookup(FileSystem& files, const StateFolder& state, MetaStore& metas,
                                const SessionIndex& index) {
  const Lookup lookup{.files = files, .state = state, .metas = metas, .index = index};
  return {.beginning_with =
              [lookup](std::string_view record_key, const std::string& own_id) {
                return lookup.beginning_with(record_key, own_id);
              },
          .of_session =
              [lookup](const std::string& session_id) { return lookup.of_session(session_id); }};
}

}  // namespace kato
