// Logs that lie in no root. What is recorded of those that somebody named is followed; what is said
// in those of a root, or a provider, that has left the config reaches no recording.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/degraded_names.h"
#include "host/daemon/session_interpreting.h"
#include "host/daemon/session_lookup.h"
#include "host/daemon/state_durability.h"
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

std::vector<SessionMeta> Daemon::recorded_outside() {
  std::vector<std::string> keys;
  store_.index().for_each_recorded([&](const IndexedSession& session) {
    const bool is_recorded =
        std::ranges::any_of(session.recordings, is_on, &IndexedRecording::desired);
    if (!is_recorded) return;
    const auto& provider = session.identity.provider;
    const bool is_outside = std::ranges::any_of(
        session.sources, [&](const auto& source) { return !is_in_root_of(provider, source.path); });
    if (!is_outside) return;
    keys.push_back(make_session_key(provider, session.identity.session_id));
  });
  std::vector<SessionMeta> metas;
  for (const auto& key : keys) {
    auto meta = metas_.load(key);  // what is wrong with it is told when it is opened
    if (meta && *meta) metas.push_back(std::move(**meta));
  }
  return metas;
}

bool Daemon::is_in_root_of(const std::string& provider, const std::string& path) const {
  if (!wiring_->table.is_in_root(path)) return false;
  return wiring_->table.source_at(path)->root->provider->identity().id == provider;
}

// After a start, or with another config.
void Daemon::follow_recorded() {
  for (const auto& meta : recorded_outside()) {
    follow_outside(meta);
  }
  note_unread();
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

// Why nothing is read of the session's logs, and the remedy; empty: they are read.
std::string Daemon::why_unread(const SessionMeta& meta) const {
  if (meta.sources.empty()) return {};
  const auto& provider = meta.identity.provider;
  if (auto in_use = wiring_->assembly->check_provider(provider); !in_use) {
    return in_use.error().message();
  }
  const bool watches = input_.purpose == DaemonPurpose::kWatch;
  const auto is_followed = [&](const std::string& path) {
    return !watches || wiring_->table.source_at(path) || !input_.files.info(path);
  };
  const bool is_read = std::ranges::any_of(meta.sources, [&](const SourceMeta& source) {
    return is_in_root_of(provider, source.path) || (was_named(source) && is_followed(source.path));
  });
  if (is_read) return {};
  const auto& source = meta.sources.back();
  if (was_named(source)) {
    return fmt::format(
        "no root of provider '{}' in the config holds its log {}; write one there, then: kato "
        "config reload",
        provider, source.path);
  }
  return fmt::format(
      "no root of provider '{}' in the config holds its log {} any more; write the root {} there "
      "again, then: kato config reload",
      provider, source.path, source.root);
}

// As it is now: also of what was stopped since, or is read again.
void Daemon::note_unread() {
  std::set<std::string> unread;
  for (const auto& meta : recorded_outside()) {
    const auto why = why_unread(meta);
    if (why.empty()) continue;
    const auto& session_id = meta.identity.session_id;
    const auto what = *unread.insert(recordings_name(session_id)).first;
    const Error cause(ErrorCode::kRefused,
                      fmt::format("what is said in it does not reach them: {}; or end them: kato "
                                  "record stop {}",
                                  why, short_id(session_id)));
    if (input_.purpose == DaemonPurpose::kWatch) {
      note_degraded(what, cause);
    } else {
      degraded_.note(what, cause.message());
    }
  }
  degraded_.clear_below(recordings_name({}),
                        [&](const std::string& what) { return unread.contains(what); });
}

// ---- To end recordings needs no more than the meta -------------------------------------------

// A session whose provider is not in use: it cannot be taken up.
std::optional<IndexedSession> Daemon::unserved_session(const ControlRequest& request) {
  std::optional<IndexedSession> session;
  if (request.session.empty()) {
    store_.index().for_each_recorded([&](const IndexedSession& one) {
      const bool is_its_log = std::ranges::any_of(
          one.sources, [&](const auto& source) { return source.path == request.source; });
      if (is_its_log) session = one;
    });
  } else if (!request.source.empty()) {
    return std::nullopt;
  } else if (const auto session_id = session_by_prefix(request.session)) {
    session = store_.index().find(*session_id);
  }
  const bool is_served = session && wiring_->assembly->check_provider(session->identity.provider);
  return is_served ? std::nullopt : session;
}

// The number of the commit stays, so that the session's write journal goes on to count.
Result<std::string> Daemon::stop_unserved(const IndexedSession& session, const Command& command) {
  const auto& session_id = session.identity.session_id;
  const auto key = make_session_key(session.identity.provider, session_id);
  auto stored = metas_.load(key);
  if (!stored) return forward(stored);
  if (!*stored) return fail(ErrorCode::kNotFound, "{} is gone", state_.meta(key));
  SessionMeta& meta = **stored;
  const auto done =
      interpret_for(wiring_->context, {}, meta, commanded_now(meta, command, input_.clock.now()),
                    [] { return Result<std::string>(""); });
  if (!done) return forward(done);
  if (auto met = check_met(command, *done, session_id); !met) return forward(met);
  if (done->changed) {
    const bool owed = store_.owing().contains(key);
    if (auto owes = store_.owe(key); !owes) return forward(owes);
    const auto durability = durability_of(wiring_->assembly->config().durability);
    if (auto kept = metas_.store(meta, durability); !kept) return forward(kept);
    if (auto noted = store_.committed(meta, owed); !noted) return forward(noted);
    destinations_.reset();
    note_unread();
  }
  return recordings_answer(meta);
}

}  // namespace kato
