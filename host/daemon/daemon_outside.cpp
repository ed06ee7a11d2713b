// Logs that lie in no root and that somebody named: what is recorded of them is followed.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/session_lookup.h"
#include "host/event/event_id.h"

namespace kato {
namespace {

bool is_on(DesiredState state) {
  return state == DesiredState::kOn;
}

// Not one whose root is no longer in the config.
bool was_named(const SourceMeta& source) {
  return source.root.empty() || !source.path.starts_with(source.root + "/");
}

}  // namespace

// After a start, or with another config.
void Daemon::follow_recorded() {
  std::vector<std::string> keys;
  store_.index().for_each_recorded([&](const IndexedSession& session) {
    const bool is_recorded =
        std::ranges::any_of(session.recordings, is_on, &IndexedRecording::desired);
    if (!is_recorded) return;
    const bool is_outside = std::ranges::any_of(session.sources, [this](const auto& source) {
      return !wiring_->table.is_in_root(source.path);
    });
    if (!is_outside) return;
    keys.push_back(make_session_key(session.identity.provider, session.identity.session_id));
  });
  for (const auto& key : keys) {
    const auto meta = metas_.load(key);  // what is wrong with it is told when it is opened
    if (meta && *meta) follow_outside(**meta);
  }
}

void Daemon::follow_outside(const SessionMeta& meta) {
  if (input_.purpose != DaemonPurpose::kWatch) return;
  auto& table = wiring_->table;
  const bool is_recorded = std::ranges::any_of(meta.recordings, is_on, &RecordingMeta::desired);
  for (const auto& source : meta.sources) {
    if (table.is_in_root(source.path) || !was_named(source)) continue;
    if (!is_recorded) {
      table.rest(source.path);
      continue;
    }
    const auto found = kato::session_of_log(input_.files, *wiring_->assembly, source.path);
    if (found && found->ref.session_id == meta.identity.session_id) {
      table.follow(found->sources.front().file);
    } else if (!found) {
      note(LogLevel::kWarn, source.path + " cannot be followed: " + found.error().message());
    }
  }
}

}  // namespace kato
