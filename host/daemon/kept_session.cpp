#include "host/daemon/kept_session.h"

#include <algorithm>
#include <map>

#include "host/event/event_id.h"
#include "host/ingest/decode_session.h"
#include "host/ingest/meta_making.h"
#include "host/session/meta_store.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

constexpr std::string_view kTwinSuffix = ".twin.jsonl";

// Of the generation that the meta names. What is appended meanwhile is read too.
Result<TwinReader> open_twin(FileSystem& files, const StateFolder& state, const SessionMeta& meta) {
  TwinFile twin{.path = state.twin(session_key(meta)), .session_id = meta.identity.session_id};
  const auto in_place = twin;
  twin.path = StateFolder::beside(in_place.path, meta.twin.generation);
  auto waiting = TwinReader::open(files, twin, 0, UINT64_MAX);
  const bool is_in_place = !waiting && waiting.error().code() == ErrorCode::kNotFound;
  return is_in_place ? TwinReader::open(files, in_place, 0, UINT64_MAX) : std::move(waiting);
}

bool is_damage(const Error& error) {
  return error.code() == ErrorCode::kInvalid || error.code() == ErrorCode::kUnsupported;
}

// All of it is in a twin that is as the meta says.
bool is_read_to_end(FileSystem& files, const SessionSource& source, const SessionMeta& session) {
  const auto meta = std::ranges::find(session.sources, source.file.path, &SourceMeta::path);
  const auto now = files.info(source.file.path);
  if (meta == session.sources.end() || !now || !meta->held.empty()) return false;
  const auto& rule = source.file.rule();
  const bool to_the_last_byte =
      rule.growth == Growth::kDocument ||
      (rule.packing == Packing::kNone && meta->cursor.value == now->size_bytes);
  return to_the_last_byte && is_as_read(*meta, *now);
}

// What the logs state again keeps the capture times of the copy.
class WithCaptureTimes final : public EventListener {
 public:
  WithCaptureTimes(const std::map<EventId, UnixMillis>& captured, EventListener& into)
      : captured_(captured), into_(into) {}

  void on_event(const Event& event, CommandRight right) override {
    const auto captured = captured_.find(event.id);
    if (captured == captured_.end()) return into_.on_event(event, right);
    Event again = event;
    again.captured_at = captured->second;
    into_.on_event(again, right);
  }

 private:
  const std::map<EventId, UnixMillis>& captured_;
  EventListener& into_;
};

class Reading {
 public:
  Reading(FileSystem& files, const KeptSession& session, SessionSummary& summary,
          EventListener& events, const KeptReading& how)
      : files_(files), session_(session), summary_(summary), events_(events), how_(how) {}

  Status from_logs() { return decode(*session_.logs, nullptr, 1); }

  // The copy has lost events: where they are missing is where its numbers leap.
  void find_hole(TwinReader& twin) {
    uint64_t end_bytes = 0;
    for (uint64_t seq = 0; how_.keep_going();) {
      const auto next = twin.next_event();
      if (!next || !*next) return;  // damage is told when it is read
      const Event& event = (*next)->event;
      if (seq > 0 && event.seq > seq + 1) hole_bytes_ = std::min(hole_bytes_, end_bytes);
      if (hole_bytes_ != UINT64_MAX && event.captured_at) {
        captured_.emplace(event.id, *event.captured_at);
      }
      seq = event.seq;
      end_bytes = (*next)->end_bytes;
    }
  }

  Status from_copy(TwinReader& twin) {
    auto whole = take(twin);
    if (!whole && !is_damage(whole.error())) return whole;
    const bool is_damaged = !whole;
    if (is_damaged) {
      how_.warn(whole.error().message() +
                (session_.logs ? "; the rest is taken from the log" : "; there is no log of it"));
    }
    const auto damage = whole;
    const bool is_complete = !is_damaged && session_.copy->twin.lost_events == 0 &&
                             end_bytes_ >= session_.copy->twin.size_bytes;
    if (auto read = follow_logs(is_complete); !read) return read;
    hole_bytes_ = UINT64_MAX;
    if (!is_damaged) whole = take(twin);
    while (!whole) {
      if (!is_damage(whole.error())) return whole;
      whole = take(twin);
    }
    return tell_what_is_lost(damage, is_complete);
  }

 private:
  // Events up to the end, or up to a line that is none. What is known by now is left out.
  Status take(TwinReader& twin) {
    while (how_.keep_going()) {
      if (end_bytes_ >= hole_bytes_) return {};
      const auto next = twin.next_event();
      if (!next) return forward(next);
      if (!*next) return {};
      const Event& event = (*next)->event;
      end_bytes_ = (*next)->end_bytes;
      next_seq_ = std::max(next_seq_, event.seq + 1);
      if (known_.knows(event.id)) continue;
      known_.add(event.id, content_hash(event.body));
      summary_.add(event);
      events_.on_event(event, CommandRight::kNever);
    }
    return fail(ErrorCode::kCancelled, "cancelled");
  }

  // What has nothing to show is no conversation.
  Status tell_what_is_lost(const Status& damage, bool is_complete) {
    const auto& copy = *session_.copy;
    if (is_complete) return {};
    const uint64_t found = known_.order()->size();
    if (found >= copy.known_ids.count) return {};
    if (found == 0 && !damage) return damage;
    if (found == 0) {
      return fail(ErrorCode::kNotFound,
                  "session {}: nothing is left of its copy, and there is no log of it",
                  short_id(session_.ref.session_id));
    }
    how_.warn(fmt::format(
        "session {}: {} of {} events are lost: its copy was cut short or is damaged, and there is "
        "no log that has them",
        short_id(session_.ref.session_id), copy.known_ids.count - found, copy.known_ids.count));
    return {};
  }

  Status follow_logs(bool is_complete) {
    if (!session_.logs) return {};
    Session unread = *session_.logs;
    if (is_complete) {
      std::erase_if(unread.sources, [this](const SessionSource& source) {
        return is_read_to_end(files_, source, *session_.copy);
      });
    }
    return decode(unread, &known_, next_seq_);
  }

  Status decode(const Session& logs, EventMemory* known, uint64_t next_seq) {
    FreshEventMemory fresh(restates(logs));
    WithCaptureTimes events(captured_, events_);
    EventPipeline pipeline(session_.ref, known == nullptr ? fresh : *known, next_seq, summary_,
                           events, nullptr);
    return decode_session(files_, logs, pipeline,
                          {.keep_going = how_.keep_going, .on_source = {}, .known = known});
  }

  FileSystem& files_;
  const KeptSession& session_;
  SessionSummary& summary_;
  EventListener& events_;
  const KeptReading& how_;
  FreshEventMemory known_{/*restates=*/true};
  uint64_t next_seq_ = 1;
  uint64_t end_bytes_ = 0;
  uint64_t hole_bytes_ = UINT64_MAX;        // the copy is read up to there, then the logs
  std::map<EventId, UnixMillis> captured_;  // behind that
};

void add_facts(const KeptSession& session, SessionSummary& summary) {
  if (session.logs) {
    const auto& identity = session.logs->identity();
    summary.add_facts(identity.project_directory, identity.client_version);
    summary.add_hint(identity.title_hint);
  }
  if (session.copy) {
    const auto& identity = session.copy->identity;
    summary.add_facts(identity.project_directory, identity.client_version);
    if (!session.logs) summary.add_hint(identity.title);
  }
}

}  // namespace

KeptCopies::KeptCopies(FileSystem& files, std::string state_directory)
    : files_(files), state_directory_(std::move(state_directory)) {
  const auto entries = files_.list(StateFolder(state_directory_).sessions());
  if (!entries) return;
  for (const auto& entry : *entries) {
    const auto suffix = entry.name.find(kTwinSuffix);
    if (suffix != std::string::npos) keys_.push_back(entry.name.substr(0, suffix));
  }
  std::ranges::sort(keys_);
  const auto again = std::ranges::unique(keys_);
  keys_.erase(again.begin(), again.end());
}

Result<std::optional<SessionMeta>> KeptCopies::load(const std::string& key) const {
  MetaStore metas(files_, StateFolder(state_directory_));
  auto meta = metas.load(key);
  if (meta && *meta && !(*meta)->twin.exists) return std::nullopt;
  return meta;
}

Result<std::optional<SessionMeta>> KeptCopies::of(const SessionRef& session) const {
  const auto key = make_session_key(session.provider, session.session_id);
  if (!std::ranges::binary_search(keys_, key)) return std::nullopt;
  return load(key);
}

std::vector<KeptSession> KeptCopies::without_logs(const Catalog& catalog,
                                                  std::vector<Error>& problems) const {
  std::vector<std::string> with_logs;
  with_logs.reserve(catalog.sessions.size());
  for (const auto& session : catalog.sessions) {
    with_logs.push_back(make_session_key(session.ref.provider, session.ref.session_id));
  }
  std::ranges::sort(with_logs);
  std::vector<KeptSession> kept;
  for (const auto& key : keys_) {
    if (std::ranges::binary_search(with_logs, key)) continue;
    auto meta = load(key);
    if (!meta) problems.push_back(meta.error());
    if (!meta || !*meta) continue;
    const auto& identity = (*meta)->identity;
    kept.push_back({.ref = {identity.provider, identity.provider_session_id, identity.session_id},
                    .logs = std::nullopt,
                    .copy = std::move(*meta)});
  }
  return kept;
}

Status read_session(FileSystem& files, const std::string& state_directory,
                    const KeptSession& session, SessionSummary& summary, EventListener& events,
                    const KeptReading& how) {
  add_facts(session, summary);
  Reading reading(files, session, summary, events, how);
  if (!session.copy) return reading.from_logs();
  auto twin = open_twin(files, StateFolder(state_directory), *session.copy);
  if (twin && session.copy->twin.lost_events > 0 && session.logs) {
    auto again = open_twin(files, StateFolder(state_directory), *session.copy);
    if (!again) return forward(again);
    reading.find_hole(*again);
  }
  if (twin) return reading.from_copy(*twin);
  if (!session.logs) return forward(twin);
  how.warn(twin.error().message() + "; the log alone is read");
  return reading.from_logs();
}

RootPolicy policy_of(const KeptSession& session, const Assembly& assembly) {
  if (session.logs) return session.logs->sources.front().file.root->policy;
  for (const auto& source : session.copy->sources) {
    const auto root = std::ranges::find(assembly.roots(), source.root, &Root::path);
    if (root != assembly.roots().end()) return root->policy;
  }
  return {};
}

SessionIdentity identity_of(const KeptSession& session) {
  return session.logs ? make_session_meta(*session.logs).identity : session.copy->identity;
}

int64_t newest_mtime_ns(const KeptSession& session) {
  if (session.logs) return session.logs->newest_mtime_ns();
  int64_t newest = 0;
  for (const auto& source : session.copy->sources) {
    newest = std::max(newest, source.mtime_ns);
  }
  return newest;
}

}  // namespace kato
