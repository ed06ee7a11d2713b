#include "host/daemon/daemon.h"

#include <algorithm>
#include <chrono>

#include "host/event/event_id.h"
#include "host/io/files.h"

namespace kato {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLookInterval{200};
constexpr milliseconds kFirstBackOff{100};
constexpr unsigned kMostDoublings = 8;
constexpr size_t kMostOpenSessions = 32;
constexpr int64_t kBirthSlackMillis = 2000;

milliseconds back_off(unsigned failures) {
  return kFirstBackOff * (1U << std::min(failures, kMostDoublings));
}

PathRules path_rules(const Assembly& assembly) {
  PathRules rules;
  rules.state_directory = assembly.paths().state_dir;
  rules.allowed_write_roots = assembly.config().allowed_write_roots;
  for (const auto& root : assembly.roots())
    rules.provider_roots.push_back(root.path);
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
  bool serve = false;                       // recordings may be behind
  bool is_live = false;                     // changed while somebody watched
  int64_t newest_mtime_ns = 0;
  unsigned failures = 0;
  steady_clock::time_point not_before;

  [[nodiscard]] bool has_work() const { return !dirty.empty() || serve; }
};

Daemon::Daemon(DaemonInput input, std::unique_ptr<FileLock> lock, std::unique_ptr<LogFiles> logs)
    : input_(std::move(input)),
      lock_(std::move(lock)),
      logs_(std::move(logs)),
      state_(input_.assembly->paths().state_dir),
      metas_(input_.files, state_),
      commits_(input_.files, state_, input_.clock,
               commit_mode(input_.assembly->config().durability)),
      table_(input_.files, input_.assembly->roots()),
      policy_(input_.files, path_rules(*input_.assembly)),
      context_{.files = input_.files,
               .clock = input_.clock,
               .assembly = *input_.assembly,
               .policy = policy_,
               .logs = *logs_,
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
                   }},
      started_(input_.clock.now()),
      next_look_(input_.clock.steady()) {}

Daemon::~Daemon() = default;

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

// What the metas say of sources and recordings. One that cannot be read is left alone, with its
// session; all others go on.
void Daemon::restore() {
  const auto keys = metas_.keys();
  if (!keys) return logs_->note(LogLevel::kError, keys.error().message());
  for (const auto& key : *keys) {
    const auto meta = metas_.load(key);
    if (!meta) {
      logs_->note(LogLevel::kError, meta.error().message());
      continue;
    }
    if (!*meta) continue;
    context_.note_destinations(**meta);
    for (const auto& source : (*meta)->sources) {
      table_.restore(source, (*meta)->identity.session_id);
    }
  }
}

bool Daemon::work(const std::function<bool()>& should_stop) {
  if (input_.clock.steady() >= next_look_) {
    look_for_changes();
    next_look_ = input_.clock.steady() + kLookInterval;
  }
  bool worked = false;
  while (!should_stop()) {
    Live* const session = next_ready();
    if (session == nullptr) break;
    worked = step(*session) || worked;
    flush_commits(false);
    if (input_.clock.steady() < next_look_) continue;
    look_for_changes();
    next_look_ = input_.clock.steady() + kLookInterval;
  }
  flush_commits(false);
  close_idle_sessions();
  return worked;
}

milliseconds Daemon::idle_time() const {
  const auto now = input_.clock.steady();
  auto until = next_look_;
  if (const auto due = commits_.due()) until = std::min(until, *due);
  return std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(until - now));
}

Status Daemon::finish() {
  flush_commits(true);
  if (!input_.assembly->config().clean_session_states_on_shutdown) return {};
  const auto keys = metas_.keys();
  if (!keys) return forward(keys);
  for (const auto& key : *keys) {
    auto meta = metas_.load(key);
    if (!meta || !*meta || !(*meta)->twin.exists) continue;
    (*meta)->twin = {.exists = false, .generation = (*meta)->twin.generation, .size_bytes = 0};
    (*meta)->identity.title.clear();
    if (auto stored = metas_.store(**meta, Durability::kSynced); !stored) return stored;
    static_cast<void>(input_.files.remove(state_.twin(key)));  // it may be gone already
  }
  return {};
}

void Daemon::look_for_changes() {
  std::vector<SourceProblem> problems;
  for (auto& change : table_.scan(input_.clock.now(), problems))
    take_change(std::move(change));
  for (const auto& problem : problems) {
    if (!told_problems_.insert(problem.path).second) continue;
    logs_->note(LogLevel::kWarn, problem.error.message());
  }
}

void Daemon::take_change(ChangedSource change) {
  auto found = identify(input_.files, change.file);
  if (!found) {
    if (told_problems_.insert(change.file.path).second) {
      logs_->note(LogLevel::kWarn, found.error().message());
    }
    return;
  }
  if (!found->identity) return;
  const auto& provider = change.file.root->provider->identity().id;
  SessionRef ref{provider, found->identity->provider_session_id,
                 make_session_id(provider, found->identity->provider_session_id)};
  auto& known = table_.known(change.file.path);
  known.session_id = ref.session_id;
  const bool is_live = known.live_from_bytes < change.file.info.size_bytes;
  const auto path = change.file.path;
  const auto mtime = change.file.info.mtime_ns;

  auto& entry = sessions_[ref.session_id];
  if (!entry) entry = std::make_unique<Live>();
  std::vector<SessionSource> sources = std::move(entry->session.sources);
  std::ranges::move(entry->session.set_aside, std::back_inserter(sources));
  std::erase_if(sources, [&path](const SessionSource& one) { return one.file.path == path; });
  sources.push_back({.file = std::move(change.file),
                     .identity = std::move(*found->identity),
                     .companions = std::move(found->companions)});
  entry->session = arrange(std::move(ref), std::move(sources));
  if (entry->runtime) entry->runtime->set_sources(entry->session);
  entry->dirty.insert(path);
  entry->is_live = entry->is_live || is_live;
  entry->newest_mtime_ns = std::max(entry->newest_mtime_ns, mtime);
}

// Live before backfill, newest first.
Daemon::Live* Daemon::next_ready() {
  const auto now = input_.clock.steady();
  Live* best = nullptr;
  for (const auto& [id, session] : sessions_) {
    if (!session->has_work() || session->not_before > now) continue;
    const auto rank = std::pair(session->is_live, session->newest_mtime_ns);
    if (best == nullptr || rank > std::pair(best->is_live, best->newest_mtime_ns)) {
      best = session.get();
    }
  }
  return best;
}

bool Daemon::step(Live& session) {
  if (!session.runtime) {
    const SessionServices services{.files = input_.files,
                                   .state = state_,
                                   .metas = metas_,
                                   .commits = commits_,
                                   .buffer = buffer_};
    auto opened = SessionRuntime::open(services, session.session);
    if (!opened) {
      step_failed(session, opened.error());
      return false;
    }
    session.runtime = std::move(*opened);
  }
  Result<StepResult> done = StepResult{};
  std::string path;
  if (session.dirty.empty()) {
    done = serve_session(context_, *session.runtime);
  } else {
    path = *session.dirty.begin();
    const auto& sources = session.runtime->sources();
    const auto source =
        std::ranges::find(sources, path, [](const SessionSource& one) { return one.file.path; });
    const bool is_read = source != sources.end() &&
                         std::ranges::any_of(session.session.sources, [&](const auto& one) {
                           return one.file.path == path;
                         });
    if (!is_read) {  // a duplicate that ranks lower
      session.dirty.erase(path);
      return true;
    }
    const auto index = static_cast<size_t>(source - sources.begin());
    done = run_step(context_, *session.runtime, request_for(session, index));
  }
  if (!done) {
    step_failed(session, done.error());
    return false;
  }
  session.failures = done->serving_failed ? session.failures + 1 : 0;
  session.serve = done->serving_failed;
  if (session.serve) session.not_before = input_.clock.steady() + back_off(session.failures);
  if (!path.empty() && done->end != StepEnd::kMore) {
    session.dirty.erase(path);
    auto& known = table_.known(path);
    if (known.live_from_bytes == UINT64_MAX) known.live_from_bytes = known.info.size_bytes;
  }
  if (session.dirty.empty()) session.is_live = false;
  return true;
}

StepRequest Daemon::request_for(Live& session, size_t source) {
  const auto& file = session.runtime->sources()[source].file;
  const auto& known = table_.known(file.path);
  const bool document = file.rule().growth == Growth::kDocument;
  const bool read_before = session.runtime->meta().sources[source].cursor.value > 0;
  StepRequest request{.source = source,
                      .arrival = {},
                      .commands_since = started_,
                      .completes_first_sight = session.dirty.size() == 1};
  request.arrival.now = input_.clock.now();
  request.arrival.live_from_bytes = known.live_from_bytes;
  if (document) {
    // What a rewritten document says anew came while somebody watched, if it was read before.
    const bool came_live = read_before && known.live_from_bytes != known.info.size_bytes;
    request.arrival.live_from_bytes = came_live || known.live_from_bytes == 0 ? 0 : UINT64_MAX;
  }
  if (known.seen.value > 0) {
    request.commands_since = std::max(started_, UnixMillis{known.seen.value - kBirthSlackMillis});
  }
  return request;
}

// The session starts again from its last commit.
void Daemon::step_failed(Live& session, const Error& error) {
  logs_->note(LogLevel::kWarn, session.session.ref.provider + " session " +
                                   std::string(short_id(session.session.ref.session_id)) + ": " +
                                   error.message());
  if (session.runtime) commits_.forget(session.runtime->key());
  session.runtime.reset();
  session.not_before = input_.clock.steady() + back_off(session.failures++);
}

void Daemon::flush_commits(bool all) {
  const auto due = commits_.due();
  if (!due || (!all && *due > input_.clock.steady())) return;
  for (const auto& failure : commits_.flush().failures) {
    logs_->note(LogLevel::kError, failure.error.message());
  }
}

void Daemon::close_idle_sessions() {
  size_t open = 0;
  for (const auto& [id, session] : sessions_)
    open += session->runtime ? 1 : 0;
  for (const auto& [id, session] : sessions_) {
    if (open <= kMostOpenSessions) return;
    if (!session->runtime || session->has_work()) continue;
    if (commits_.waits(session->runtime->key())) continue;
    session->runtime.reset();
    --open;
  }
}

}  // namespace kato
