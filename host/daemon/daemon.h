// The daemon: watches the roots, gives every session its steps, keeps what is due.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "host/daemon/assembly.h"
#include "host/daemon/degradations.h"
#include "host/daemon/live_sessions.h"
#include "host/daemon/log_files.h"
#include "host/daemon/session_step.h"
#include "host/daemon/source_table.h"
#include "host/io/folder_events.h"
#include "host/schedule/scheduler.h"
#include "host/session/index_store.h"
#include "host/session/run_mark.h"

namespace kato {

struct DaemonInput {
  FileSystem& files;
  const Clock& clock;
  const Environment& environment;
  std::unique_ptr<Assembly> assembly;
  // Watches folders; nullptr where there is nothing of the kind: then they are polled. Called at
  // the start, and again when the roots change.
  std::function<std::unique_ptr<FolderEvents>()> make_folder_events;
  // Reads the config anew; empty: it cannot be.
  std::function<Result<std::unique_ptr<Assembly>>()> reassemble = {};
  // Memory of this process; empty: not known.
  std::function<uint64_t()> resident_bytes = {};
  int64_t process_id = 0;
  bool mirror_log = false;  // what happens is also said on standard error
};

// [one thread]
class Daemon {
 public:
  // Takes the state directory. kRefused: another daemon has it, or it is not safe to use.
  // kUnsupported, kInvalid: a file of the state is not understood; it was not touched.
  [[nodiscard]] static Result<std::unique_ptr<Daemon>> make(DaemonInput input);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  Daemon(Daemon&&) = delete;
  Daemon& operator=(Daemon&&) = delete;

  // Looks for changes and does all the work that there is, until `should_stop` says so between two
  // steps.
  void work(const std::function<bool()>& should_stop);
  // From here on what is appended came live. work() begins with it.
  void look_for_changes();
  // Readable when there is work again; -1: never. Another one after reload().
  [[nodiscard]] int wait_fd() const;
  // When work() must be called though the descriptor is silent; nothing: never.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due() const;
  // Goes on with the config as it is now. After an error it goes on with the old one.
  Status reload();
  // Everything that waits is committed; then what the config wants removed at the end is removed.
  Status finish();

 private:
  struct Counters {
    uint64_t wakeups = 0;
    uint64_t steps = 0;
  };
  struct Opened;
  struct Wiring;  // what depends on the config

  Daemon(DaemonInput input, Opened opened);
  [[nodiscard]] StepContext make_context(Wiring& wiring);
  [[nodiscard]] std::map<std::string, std::string>& all_destinations();
  void note(LogLevel level, std::string_view message);
  void note_degraded(const std::string& what, const Error& error);

  // What there is to do.
  void take_up_owing();
  void take_change(SourceFile change);
  void remove_stray_copies(const std::string& key);
  [[nodiscard]] bool holds_backfill();

  // One step. A task of the scheduler is a session, or the serving of its recordings alone.
  [[nodiscard]] static std::string serving_task(const std::string& session_id);
  void run_task(const std::string& task);
  Result<StepResult> do_step(LiveSession& live);
  Status open(LiveSession& live);
  [[nodiscard]] StepRequest request_for(const LiveSession& live, size_t source, bool is_last);
  void after_step(const std::string& task, LiveSession& live, const StepResult& result);
  void note_recordings(const std::string& session_id, const StepResult& result);
  void after_failure(const std::string& task, LiveSession& live, const Error& error);

  // What waits for the disk.
  void flush_commits();
  void flush_now();
  void note_committed(const std::string& key);
  void close_idle_sessions(size_t most_open);
  void save_index();
  Status clean_twins();
  Status clean_twin(const std::string& session_id, bool for_good);

  DaemonInput input_;
  StateFolder state_;
  std::unique_ptr<FileLock> lock_;
  IndexStore store_;
  RunMark run_;
  bool power_was_lost_ = false;
  MetaStore metas_;
  SourceBuffer buffer_;
  Scheduler scheduler_;
  Degradations degraded_;
  ServingHealth health_;
  // Canonical paths of destinations to session ids; not gathered before they are asked for.
  std::optional<std::map<std::string, std::string>> destinations_;
  Counters counters_;
  std::optional<std::chrono::steady_clock::time_point> memory_checked_;
  bool over_memory_ = false;
  std::unique_ptr<Wiring> wiring_;
};

}  // namespace kato
