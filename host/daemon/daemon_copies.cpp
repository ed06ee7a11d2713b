// The copies of conversations: which there are, and how one is removed.
#include <algorithm>

#include "host/daemon/daemon.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/lost_events.h"
#include "host/daemon/state_durability.h"
#include "host/event/event_id.h"
#include "host/event/json_text.h"
#include "host/recording/write_recovery.h"
#include "host/session/twin_files.h"
#include "host/session/twin_reader.h"
#include "host/session/write_journal.h"

namespace kato {
namespace {

// A copy in which a line is no event of its session, or that is not what the meta speaks of; and
// every log is there, so that another can be made.
bool is_worthless(FileSystem& files, const TwinFile& twin, const SessionMeta& meta) {
  const bool lacks_logs = std::ranges::any_of(meta.sources, [&files](const SourceMeta& source) {
    const bool is_active = source.standing == SourceStanding::kActive;
    return source.standing == SourceStanding::kMissing || source.alignment.history_gone ||
           (is_active && !files.info(source.path));
  });
  if (meta.sources.empty() || lacks_logs) return false;
  const auto found = check_twin(files, twin);
  return found && (!found->damage.empty() || found->end_bytes < meta.twin.size_bytes);
}

bool is_damage(const Error& error) {
  return error.code() == ErrorCode::kInvalid || error.code() == ErrorCode::kUnsupported;
}

// Whether a killed run wrote what no run has looked at since.
Result<bool> has_unsettled(FileSystem& files, const std::string& journal, const SessionMeta& meta) {
  if (meta.recordings.empty() && meta.pending_exports.empty()) return false;
  const auto writes = WriteJournal(journal).load(files, meta.commit);
  if (!writes && is_damage(writes.error())) {
    return fail(ErrorCode::kRefused, "{}", writes.error().message());
  }
  if (!writes) return forward(writes);
  return !writes->empty();
}

// Nothing: it is no copy of a conversation, nor of what is held back of one.
std::optional<std::string_view> key_of_copy(std::string_view name) {
  for (const std::string_view suffix : {".twin.jsonl", ".held"}) {
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  }
  return std::nullopt;
}

}  // namespace

// Whatever becomes of it, what the session still had to do is done; and what of a copy is left, of
// which the meta no longer speaks, is removed.
Result<std::string> Daemon::remove_snapshot(LiveSession& live) {
  const std::string session_id = live.session.ref.session_id;
  const std::string provider = live.session.ref.provider;
  // What came while a damaged copy kept the session from being worked on is not read either.
  std::set<std::string> sources;
  for (const auto& source : live.session.sources) {
    if (source.file.info.type == FileType::kRegular) sources.insert(source.file.path);
  }
  if (auto settled = settle_last_run(live); !settled) return forward(settled);
  flush_now();
  if (wiring_->commits.has_meta(make_session_key(provider, session_id))) {
    return fail(ErrorCode::kIo, "session {} cannot be committed at present; see: kato status",
                short_id(session_id));
  }
  const auto known = store_.index().find(session_id);
  if (!known) return fail(ErrorCode::kNotFound, "session {} has no state", short_id(session_id));
  wiring_->live.drop(session_id);
  const auto cleaned = clean_twin(session_id, true);
  take_up_again(session_id, sources);
  if (!cleaned) return forward(cleaned);
  return std::string(known->has_twin ? R"({"removed":true})" : R"({"removed":false})");
}

// What a killed run wrote last is known again by the capture times that the copy alone has. Of a
// damaged copy clean_twin() judges.
Status Daemon::settle_last_run(LiveSession& live) {
  const auto& ref = live.session.ref;
  const auto key = make_session_key(ref.provider, ref.session_id);
  if (!store_.owing().contains(key)) return {};
  const auto settled = serve_to_end(live);
  if (settled) return {};
  if (is_damage(settled.error())) {
    wiring_->commits.forget(key);
    return {};
  }
  after_failed_request(live, settled.error());
  return settled;
}

Status Daemon::serve_to_end(LiveSession& live) {
  if (!live.runtime) {
    if (auto opened = open(live); !opened) return opened;
  }
  do {
    const auto served = serve_session(wiring_->context, *live.runtime);
    if (!served) return forward(served);
    note_step(live, *served);
  } while (live.has_more);
  return live.runtime->commit_now();
}

Result<std::string> Daemon::list_snapshots() {
  std::string json;
  std::vector<std::pair<std::string, std::string>> twins;  // session id, provider
  store_.index().for_each([&](const IndexedSession& session) {
    if (session.has_twin) {
      twins.emplace_back(session.identity.session_id, session.identity.provider);
    }
  });
  std::ranges::sort(twins);
  append_json_array(json, twins, [&](const auto& twin) {
    const auto path = state_.twin(make_session_key(twin.second, twin.first));
    const auto info = input_.files.info(path);
    JsonObject object(json);
    object.text("sessionId", twin.first);
    object.text("provider", twin.second);
    object.text("path", path);
    object.number("bytes", info ? info->size_bytes : uint64_t{0});
  });
  return json;
}

// One that fails does not keep the others.
Status Daemon::clean_twins() {
  std::vector<std::string> with_twin;
  store_.index().for_each([&](const IndexedSession& session) {
    if (session.has_twin) with_twin.push_back(session.identity.session_id);
  });
  Status all;
  for (const auto& session_id : with_twin) {
    wiring_->live.drop(session_id);
    if (auto cleaned = clean_twin(session_id, false);
        !cleaned && cleaned.error().code() != ErrorCode::kRefused && all) {
      all = cleaned;
    }
  }
  return all;
}

// A copy that a recording still needs, and that can be read, stays: kRefused. for_good: later
// activity alone does not bring it back. The session must not be open.
Status Daemon::clean_twin(const std::string& session_id, bool for_good) {
  const auto known = store_.index().find(session_id);
  if (!known) return fail(ErrorCode::kNotFound, "no session is known by '{}'", session_id);
  const auto key = make_session_key(known->identity.provider, session_id);
  auto meta = metas_.load(key);
  if (!meta) return forward(meta);
  if (!*meta) return fail(ErrorCode::kNotFound, "session {} has no state", short_id(session_id));
  SessionMeta& now = **meta;
  const auto unsettled = has_unsettled(input_.files, state_.writes(key), now);
  if (!unsettled) return forward(unsettled);
  const bool is_needed = *unsettled || !now.pending_exports.empty() ||
                         std::ranges::any_of(now.recordings, [&](const RecordingMeta& recording) {
                           return lag_of(recording, now) > 0 || recording.intent.has_value();
                         });
  // One that cannot be read is of no use to it, while there is a log to make another from.
  const bool is_given_up =
      for_good && is_needed &&
      is_worthless(input_.files, {.path = state_.twin(key), .session_id = session_id}, now);
  if (is_needed && !is_given_up) {
    return fail(ErrorCode::kRefused,
                "session {}: a recording still has to get events from its copy; it stays until "
                "they are written",
                short_id(session_id));
  }
  if (auto owed = store_.owe(key); !owed) return owed;
  if (*unsettled) static_cast<void>(suspect_destinations(input_.files, now));
  give_up_lost_events(now);
  now.twin.exists = false;
  now.twin.size_bytes = 0;
  now.identity.title.clear();
  now.cleaned = now.cleaned || for_good;
  const auto durability = durability_of(wiring_->assembly->config().durability);
  if (auto stored = metas_.store(now, durability); !stored) return stored;
  auto removed = remove_twin_files(input_.files, state_, key, now.twin.generation);
  if (!removed) return removed;
  return store_.committed(now, is_needed);
}

// Sessions at work have settled their own.
void Daemon::settle_copies() {
  if (copies_are_settled_) return;
  const std::string what = "copies of conversations";
  const auto is_at_work = [this](std::string_view key) {
    const auto* const live = wiring_->live.find(std::string(session_id_of_key(key)));
    return live != nullptr && live->runtime;
  };
  const auto settled = settle_all_twin_files(input_.files, state_, metas_, is_at_work);
  if (!settled) return note_degraded(what, settled.error());
  // A power loss may have undone a removal, even one that is long past.
  const auto entries = input_.files.list(state_.sessions());
  if (!entries) return note_degraded(what, entries.error());
  for (const auto& entry : *entries) {
    const auto key = key_of_copy(entry.name);
    if (key && !is_at_work(*key)) remove_stray_copies(std::string(*key));
  }
  copies_are_settled_ = true;
  note_well(what);
}

// Of a removal that a kill interrupted: the meta knows of no copy any more. What the index says
// may be older than a meta that cannot be read.
void Daemon::remove_stray_copies(const std::string& key) {
  const auto known = store_.index().find(session_id_of_key(key));
  if (!known || known->has_twin) return;
  const auto meta = metas_.load(key);
  if (!meta || !*meta || (*meta)->twin.exists) return;
  for (const auto& path : {state_.twin(key), state_.held(key)}) {
    static_cast<void>(input_.files.remove(path));  // mostly there is none
  }
}

}  // namespace kato
