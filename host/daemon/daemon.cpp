#include "host/daemon/daemon.h"

#include <algorithm>

#include "host/base/lack_of_handles.h"
#include "host/daemon/daemon_wiring.h"
#include "host/daemon/path_rules.h"
#include "host/daemon/state_durability.h"
#include "host/event/event_id.h"
#include "host/session/twin_files.h"

namespace kato {
namespace {

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

Result<std::unique_ptr<LogFiles>> open_logs(const DaemonInput& input, const StateFolder& state,
                                            const Assembly& assembly) {
  return LogFiles::open(input.files, state.operational_log(), state.audit_log(),
                        assembly.config().logging, input.clock, input.mirror_log);
}

Status check_owner(FileSystem& files, const std::string& folder, std::optional<uint32_t> user_id) {
  if (!user_id) return {};
  const auto info = files.info(folder);
  if (!info) return forward(info, "state folder");
  if (info->owner_uid == *user_id) return {};
  return fail(ErrorCode::kRefused,
              "state folder {}: it belongs to another user (uid {}, you are {}); use a folder of "
              "your own: --state-dir, or KATO_HOME",
              folder, info->owner_uid, *user_id);
}

// What a killed run committed last may not be on the disk, and is built upon from now on.
Status keep_last_commits(FileSystem& files, const StateFolder& state,
                         const std::optional<RunMark>& last, const Assembly& assembly) {
  const bool syncs = durability_of(assembly.config().durability) == Durability::kSynced;
  return last && !last->ended && syncs ? files.sync_folder(state.sessions()) : Status{};
}

struct LastRun {
  std::optional<RunMark> mark;
  std::string damage;  // of the mark; empty: none
};

Result<LastRun> find_last_run(FileSystem& files, const StateFolder& state, UnixMillis now) {
  auto mark = load_run_mark(files, state.run_mark());
  if (mark) return LastRun{.mark = std::move(*mark), .damage = {}};
  if (mark.error().code() != ErrorCode::kInvalid) return forward(mark);
  return LastRun{.mark = worst_run(now), .damage = mark.error().message()};
}

}  // namespace

struct Daemon::Opened {
  std::unique_ptr<FileLock> lock;
  FileId lock_id;
  std::unique_ptr<LogFiles> logs;
  IndexStore store;
  RunMark run;
  WatchBegin begin;
  bool power_was_lost = false;
};

Daemon::Daemon(DaemonInput input, Opened opened)
    : input_(std::move(input)),
      state_(input_.assembly->paths().state_dir),
      lock_(std::move(opened.lock)),
      lock_id_(opened.lock_id),
      store_(std::move(opened.store)),
      run_(std::move(opened.run)),
      begin_(opened.begin),
      power_was_lost_(opened.power_was_lost),
      metas_(input_.files, state_),
      scheduler_(input_.clock),
      degraded_(input_.clock),
      health_(input_.clock),
      open_limits_(open_limits(input_.most_handles)),
      wiring_(std::make_unique<Wiring>(*this, std::move(input_.assembly), std::move(opened.logs))) {
}

Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>> Daemon::make(DaemonInput input) {
  FileSystem& files = input.files;
  const StateFolder state(input.assembly->paths().state_dir);
  if (auto prepared = state.prepare(files); !prepared) return forward(prepared);
  if (auto checked = check_owner(files, state.path(), input.user_id); !checked) {
    return forward(checked);
  }
  if (!input.lock) {
    auto lock = state.lock(files);
    if (!lock) return forward(lock);
    input.lock = std::move(*lock);
  }
  const auto locked = files.info(state.lock_file());
  if (!locked) return forward(locked);
  auto logs = open_logs(input, state, *input.assembly);
  if (!logs) return forward(logs);
  const auto last = find_last_run(files, state, input.clock.now());
  if (!last) return forward(last);
  auto run = next_run(last->mark, input.clock.now(), read_boot_id(files), input.process_id);
  const bool power_was_lost = run.power_lost;
  MetaStore metas(files, state);
  auto store = IndexStore::open(
      files, state, metas, power_was_lost ? IndexStore::Trust::kMetas : IndexStore::Trust::kMarks);
  if (!store) return forward(store);
  if (auto kept = keep_last_commits(files, state, last->mark, *input.assembly); !kept) {
    return forward(kept);
  }
  const bool watches = input.purpose == DaemonPurpose::kWatch;
  WatchBegin begin;
  if (watches) {
    if (auto stored = store_run_mark(files, state.run_mark(), run); !stored) {
      return forward(stored);
    }
    const auto marked = files.info(state.run_mark());
    if (!marked) return forward(marked);
    begin = WatchBegin(*marked, input.clock);
  }
  auto lock = std::move(input.lock);
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(input), {.lock = std::move(lock),
                                                               .lock_id = locked->id,
                                                               .logs = std::move(*logs),
                                                               .store = std::move(*store),
                                                               .run = std::move(run),
                                                               .begin = begin,
                                                               .power_was_lost = power_was_lost}));
  if (!last->damage.empty()) {
    daemon->note(
        LogLevel::kWarn,
        fmt::format("{}: all copies and recordings are compared as after a power loss, and "
                    "commands of sessions not seen before count from now on",
                    last->damage));
  }
  daemon->settle_twins();
  if (watches) {
    daemon->follow_recorded();
    daemon->take_up_owing();
  }
  return daemon;
}

Daemon::Wiring::Wiring(Daemon& daemon, std::unique_ptr<Assembly> made,
                       std::unique_ptr<LogFiles> opened)
    : assembly(std::move(made)),
      logs(std::move(opened)),
      policy(daemon.input_.files, path_rules(*assembly)),
      places(daemon.input_.files, policy, daemon.input_.clock),
      commits(daemon.input_.files, daemon.state_, daemon.input_.clock,
              commit_mode(assembly->config().durability)),
      table(daemon.input_.files, daemon.input_.clock, assembly->roots(), daemon.store_.index(),
            daemon.input_.purpose == DaemonPurpose::kWatch
                ? daemon.input_.make_folder_events()
                : Result<std::unique_ptr<FolderEvents>>(nullptr),
            daemon.begin_),
      live(daemon.input_.files, *assembly, daemon.store_.index(), table),
      origins(daemon.input_.files, table, daemon.store_.index()),
      context(daemon.make_context(*this)) {
  commits.allow_late(daemon.input_.purpose == DaemonPurpose::kWatch);
}

StepContext Daemon::make_context(Wiring& wiring) {
  return {.files = input_.files,
          .clock = input_.clock,
          .assembly = *wiring.assembly,
          .policy = wiring.policy,
          .places = wiring.places,
          .logs = *wiring.logs,
          .health = health_,
          .home = input_.environment.home().value_or(""),
          .part_bytes = input_.part_bytes,
          .fed_by_other =
              [this](const std::string& path, const std::string& session_id) {
                read_metas_again();
                const auto& destinations = all_destinations();
                const auto found = destinations.find(path);
                return found != destinations.end() && found->second != session_id;
              },
          .is_inherited =
              [this](const SessionRuntime& session, const StepEvents::Message& message) {
                return is_inherited(session, message);
              },
          .note_destinations =
              [this](const SessionMeta& meta) {
                for (const auto& recording : meta.recordings) {
                  all_destinations()[recording.destination] = meta.identity.session_id;
                }
                follow_outside(meta);
              }};
}

std::map<std::string, std::string>& Daemon::all_destinations() {
  if (destinations_) return *destinations_;
  destinations_.emplace();
  store_.index().for_each_recorded([this](const IndexedSession& session) {
    for (const auto& recording : session.recordings) {
      (*destinations_)[recording.destination] = session.identity.session_id;
    }
  });
  return *destinations_;
}

void Daemon::note(LogLevel level, std::string_view message) {
  wiring_->logs->note(level, message);
}

// Said once while it lasts, not at each attempt.
void Daemon::note_degraded(const std::string& what, const Error& error) {
  if (is_lack_of_handles(error)) lacked_handles_ = true;
  if (!degraded_.note(what, error.message())) return;
  status_changed_ = true;
  note(LogLevel::kWarn, what + ": " + error.message());
}

void Daemon::note_well(const std::string& what) {
  if (degraded_.clear(what)) status_changed_ = true;
}

// A kill leaves marks of what was going on; without them all is looked at.
void Daemon::settle_twins() {
  if (store_.rebuilt_because().empty()) return;
  if (store_.index().size() > 0) {
    note(LogLevel::kInfo,
         fmt::format("{} was made from the metas of the sessions: {}; nothing is lost, "
                     "and nothing is to be done",
                     state_.index(), store_.rebuilt_because()));
  }
  copies_are_settled_ = false;
  settle_copies();
  if (!copies_are_settled_) try_again(unread_task());
}

int Daemon::wait_fd() const {
  return wiring_->table.wait_fd();
}

// Sessions that are being worked on owe, and so are taken up again; what was seen of the other
// sources goes over to the new table, so that what comes live stays so.
Status Daemon::reload() {
  if (!input_.reassemble) return fail(ErrorCode::kUnsupported, "the config cannot be read again");
  const auto refuse = [this](const Error& why) {
    auto told = why.with_context("the config was not taken up, all of the last one holds on");
    note(LogLevel::kError, told.message());
    return std::unexpected(std::move(told));
  };
  auto assembly = input_.reassemble();
  if (!assembly) return refuse(assembly.error());
  const auto& paths = (*assembly)->paths();
  if (paths.state_dir != state_.path()) {
    return refuse(Error(ErrorCode::kRefused,
                        fmt::format("the state directory would be {} now, and can change at a "
                                    "restart only: kato restart",
                                    paths.state_dir)));
  }
  auto logs = open_logs(input_, state_, **assembly);
  if (!logs) return refuse(logs.error());
  const auto taken =
      (*assembly)->config_from_defaults()
          ? fmt::format("there is no config {} any more: the defaults hold now", paths.config_file)
          : fmt::format("the config {} was read again and holds now", paths.config_file);
  look_for_changes();  // what came until now came while somebody watched
  wiring_->commits.make_texts();
  for (const auto& [session_id, live] : wiring_->live.all()) {
    // Else the capture times that it was to have are gone. One that fails is begun again.
    const bool is_begun = live->runtime && live->runtime->wants_twin();
    if (is_begun && live->runtime->make_twin({})) live->runtime->commit_soon();
  }
  flush_now();
  for (const auto& [session_id, live] : wiring_->live.all()) {
    for (const auto& path : live->dirty) {
      wiring_->table.known(path).stamp = 0;
    }
    scheduler_.forget(session_id);
    scheduler_.forget(serving_task(session_id));
  }
  auto next = std::make_unique<Wiring>(*this, std::move(*assembly), std::move(*logs));
  next->table.take_over(std::move(wiring_->table));
  wiring_ = std::move(next);
  first_look_ = true;
  follow_recorded();
  store_.learn_owing(metas_);  // of some no commit but the first may have been told of
  take_up_owing();
  look_for_changes();
  note(LogLevel::kInfo, taken);
  return {};
}

}  // namespace kato
