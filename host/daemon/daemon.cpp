#include "host/daemon/daemon.h"

#include <algorithm>

#include "host/event/event_id.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr size_t kMostOpenSessions = 32;
constexpr int64_t kBirthSlackMillis = 2000;

PathRules path_rules(const Assembly& assembly) {
  PathRules rules;
  rules.state_directory = assembly.paths().state_dir;
  rules.allowed_write_roots = assembly.config().allowed_write_roots;
  for (const auto& root : assembly.roots()) {
    rules.provider_roots.push_back(root.path);
  }
  rules.allow_hard_links = assembly.config().allow_hard_linked_destinations;
  return rules;
}

CommitMode commit_mode(CommitDurability durability) {
  switch (durability) {
    case CommitDurability::kCommit:
      return CommitMode::kEachStep;
    case CommitDurability::kNone:
      return CommitMode::kUnsynced;
    case CommitDurability::kInterval:
      break;
  }
  return CommitMode::kInterval;
}

}  // namespace

struct Daemon::Live {
  Session session;
  std::unique_ptr<SessionRuntime> runtime;  // opened when there is work
  std::set<std::string> dirty;              // paths of sources
};

Daemon::Daemon(DaemonInput input, std::unique_ptr<FileLock> lock, std::unique_ptr<LogFiles> logs)
    : input_(std::move(input)),
      lock_(std::move(lock)),
      logs_(std::move(logs)),
      state_(input_.assembly->paths().state_dir),
      metas_(input_.files, state_),
      commits_(input_.files, state_, input_.clock,
               commit_mode(input_.assembly->config().durability)),
      table_(input_.files, input_.clock, input_.assembly->roots(), input_.make_folder_events()),
      scheduler_(input_.clock),
      policy_(input_.files, path_rules(*input_.assembly)),
      health_(input_.clock),
      context_(make_context()),
      started_(input_.clock.now()) {}

Daemon::~Daemon() = default;

StepContext Daemon::make_context() {
  return {.files = input_.files,
          .clock = input_.clock,
          .assembly = *input_.assembly,
          .policy = policy_,
          .logs = *logs_,
          .health = health_,
          .home = input_.environment.home().value_or(""),
          .fed_by_other =
              [this](const std::string& path, const std::string& session_id) {
                const auto found = destinations_.find(path);
                return found != destinations_.end() && found->second != session_id;
              },
          .note_destinations =
              [this](const SessionMeta& meta) {
                for (const auto& recording : meta.recordings) {
                  destinations_[recording.destination] = meta.identity.session_id;
                }
              }};
}

Result<std::unique_ptr<Daemon>> Daemon::make(DaemonInput input) {
  const StateFolder state(input.assembly->paths().state_dir);
  if (auto prepared = state.prepare(input.files); !prepared) return forward(prepared);
  auto lock = state.lock(input.files);
  if (!lock) return forward(lock);
  auto logs = LogFiles::open(input.files, state.operational_log(), state.audit_log(),
                             input.assembly->config().logging, input.clock, input.mirror_log);
  if (!logs) return forward(logs);
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(input), std::move(*lock), std::move(*logs)));
  daemon->restore();
  return daemon;
}

// Nothing of a session is opened at a start unless it changed: the index says what is known.
void Daemon::restore() {
  restore_index();
  index_.for_each([this](const IndexedSession& session) {
    const auto& session_id = session.identity.session_id;
    for (const auto& source : session.sources)
      table_.restore(source, session_id);
    for (const auto& recording : session.recordings) {
      destinations_[recording.destination] = session_id;
    }
  });
}

// A cache: where it is missing or damaged it is made again from the metas. A meta that cannot be
// read is left alone, with its session; all others go on.
void Daemon::restore_index() {
  constexpr uint64_t kMaxIndexBytes = uint64_t{1} << 30;
  if (const auto text = read_whole(input_.files, state_.index(), kMaxIndexBytes)) {
    if (auto index = SessionIndex::from_json(*text)) {
      index_ = std::move(*index);
      return;
    }
    logs_->note(LogLevel::kWarn,
                state_.index() + " is not usable; it is made again from the metas");
  }
  const auto keys = metas_.keys();
  if (!keys) return logs_->note(LogLevel::kError, keys.error().message());
  for (const auto& key : *keys) {
    const auto meta = metas_.load(key);
    if (!meta) {
      logs_->note(LogLevel::kError, meta.error().message());
    } else if (*meta) {
      index_.put(**meta);
    }
  }
}

// Only after the metas that it speaks of.
void Daemon::save_index() {
  if (!index_changed_) return;
  const auto saved =
      replace_whole(input_.files, state_.index(), index_.to_json(), Durability::kOrdered);
  if (!saved) return logs_->note(LogLevel::kWarn, saved.error().message());
  index_changed_ = false;
}

void Daemon::work(const std::function<bool()>& should_stop) {
  look_for_changes();
  while (!should_stop()) {
    const auto next = scheduler_.next();
    if (!next) break;
    step(*next);
    flush_commits();
    look_for_changes();
  }
  flush_commits();
  close_idle_sessions();
}

std::optional<std::chrono::steady_clock::time_point> Daemon::due() const {
  std::optional<std::chrono::steady_clock::time_point> earliest;
  for (const auto& due : {table_.due(), scheduler_.due(), commits_.due()}) {
    if (due && (!earliest || *due < *earliest)) earliest = due;
  }
  return earliest;
}

Status Daemon::finish() {
  for (const auto& failure : commits_.flush().failures) {
    logs_->note(LogLevel::kError, failure.error.message());
  }
  if (!input_.assembly->config().clean_session_states_on_shutdown) {
    save_index();
    return {};
  }
  const auto keys = metas_.keys();
  if (!keys) return forward(keys);
  for (const auto& key : *keys) {
    auto meta = metas_.load(key);
    if (!meta || !*meta || !(*meta)->twin.exists) continue;
    (*meta)->twin = {.exists = false, .generation = (*meta)->twin.generation, .size_bytes = 0};
    (*meta)->identity.title.clear();
    if (auto stored = metas_.store(**meta, Durability::kSynced); !stored) return stored;
    index_.put(**meta);
    index_changed_ = true;
    static_cast<void>(input_.files.remove(state_.twin(key)));  // it may be gone already
  }
  save_index();
  return {};
}

void Daemon::look_for_changes() {
  auto news = table_.look();
  for (auto& source : news.changed) {
    take_change(std::move(source));
  }
  for (const auto& problem : news.problems) {
    tell_once(problem.path, problem.error);
  }
}

void Daemon::tell_once(const std::string& path, const Error& error) {
  if (told_problems_.insert(path).second) logs_->note(LogLevel::kWarn, error.message());
}

void Daemon::take_change(SourceFile change) {
  auto found = identify(input_.files, change);
  if (!found) return tell_once(change.path, found.error());
  if (!found->identity) return;
  const auto& provider = change.root->provider->identity().id;
  SessionRef ref{provider, found->identity->provider_session_id,
                 make_session_id(provider, found->identity->provider_session_id)};
  auto& known = table_.known(change.path);
  known.session_id = ref.session_id;
  const auto urgency =
      known.live_from_bytes < change.info.size_bytes ? Urgency::kLive : Urgency::kBackfill;
  const auto priority = Priority{.urgency = urgency, .recency = change.info.mtime_ns};
  const auto path = change.path;
  const auto session_id = ref.session_id;

  auto& entry = sessions_[session_id];
  if (!entry) entry = std::make_unique<Live>();
  std::vector<SessionSource> sources = std::move(entry->session.sources);
  std::ranges::move(entry->session.set_aside, std::back_inserter(sources));
  std::erase_if(sources, [&path](const SessionSource& one) { return one.file.path == path; });
  sources.push_back({.file = std::move(change),
                     .identity = std::move(*found->identity),
                     .companions = std::move(found->companions)});
  entry->session = arrange(std::move(ref), std::move(sources));
  if (entry->runtime) entry->runtime->set_sources(entry->session);
  entry->dirty.insert(path);
  scheduler_.mark(session_id, priority);
}

void Daemon::step(const std::string& session_id) {
  Live& session = *sessions_[session_id];
  const auto done = do_step(session);
  if (!done) {
    logs_->note(LogLevel::kWarn, fmt::format("{} session {}: {}", session.session.ref.provider,
                                             short_id(session_id), done.error().message()));
    // The session starts again from its last commit.
    if (session.runtime) commits_.forget(session.runtime->key());
    session.runtime.reset();
    return scheduler_.failed(session_id);
  }
  if (session.runtime) {
    index_.put(session.runtime->meta());
    index_changed_ = true;
  }
  if (done->serving_failed && session.dirty.empty()) return scheduler_.failed(session_id);
  if (session.dirty.empty()) return scheduler_.done(session_id);
  scheduler_.more(session_id,
                  {.urgency = Urgency::kLive, .recency = session.session.newest_mtime_ns()});
}

Result<StepResult> Daemon::do_step(Live& session) {
  if (!session.runtime) {
    if (auto opened = open(session); !opened) return forward(opened);
  }
  if (session.dirty.empty()) return serve_session(context_, *session.runtime);
  const auto path = *session.dirty.begin();
  const auto has_path = [&path](const SessionSource& one) { return one.file.path == path; };
  if (std::ranges::none_of(session.session.sources, has_path)) {
    session.dirty.erase(path);  // a duplicate that ranks lower
    return StepResult{};
  }
  const auto& sources = session.runtime->sources();
  const auto index = static_cast<size_t>(std::ranges::find_if(sources, has_path) - sources.begin());
  const auto done =
      run_step(context_, *session.runtime, request_for(session, index, session.dirty.size() == 1));
  if (done && done->end != StepEnd::kMore) session.dirty.erase(path);
  return done;
}

Status Daemon::open(Live& session) {
  const SessionServices services{.files = input_.files,
                                 .state = state_,
                                 .metas = metas_,
                                 .commits = commits_,
                                 .buffer = buffer_};
  auto opened = SessionRuntime::open(services, session.session);
  if (!opened) return forward(opened);
  session.runtime = std::move(*opened);
  return {};
}

StepRequest Daemon::request_for(Live& session, size_t source, bool is_last) {
  const auto& file = session.runtime->sources()[source].file;
  const auto& known = table_.known(file.path);
  StepRequest request{
      .source = source,
      .arrival = {.live_from_bytes = known.live_from_bytes, .now = input_.clock.now()},
      .commands_since = started_,
      .completes_first_sight = is_last};
  if (file.rule().growth == Growth::kDocument) {
    // What a document says anew came live if it was read since the daemon began to watch it.
    const bool came_live =
        known.live_from_bytes == 0 || session.runtime->was_read_since_start(source);
    request.arrival.live_from_bytes = came_live ? 0 : UINT64_MAX;
  }
  if (known.seen.value > 0) {
    request.commands_since = std::max(started_, UnixMillis{known.seen.value - kBirthSlackMillis});
  }
  return request;
}

void Daemon::flush_commits() {
  const auto due = commits_.due();
  if (!due || *due > input_.clock.steady()) return;
  for (const auto& failure : commits_.flush().failures) {
    logs_->note(LogLevel::kError, failure.error.message());
  }
}

void Daemon::close_idle_sessions() {
  size_t open = 0;
  for (const auto& [id, session] : sessions_) {
    open += session->runtime ? 1 : 0;
  }
  for (const auto& [id, session] : sessions_) {
    if (open <= kMostOpenSessions) return;
    if (!session->runtime || !session->dirty.empty()) continue;
    if (commits_.waits(session->runtime->key())) continue;
    session->runtime.reset();
    --open;
  }
}

}  // namespace kato
