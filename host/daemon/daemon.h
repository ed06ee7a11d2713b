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
#include "host/daemon/log_files.h"
#include "host/daemon/session_step.h"
#include "host/daemon/source_table.h"
#include "host/io/folder_events.h"
#include "host/schedule/scheduler.h"
#include "host/session/session_index.h"

namespace kato {

struct DaemonInput {
  FileSystem& files;
  const Clock& clock;
  const Environment& environment;
  std::unique_ptr<Assembly> assembly;
  // Watches folders; nullptr where there is nothing of the kind: then they are polled. Called at
  // the start, and again when the roots change.
  std::function<std::unique_ptr<FolderEvents>()> make_folder_events;
  bool mirror_log = false;  // what happens is also said on standard error
};

// [one thread]
class Daemon {
 public:
  // Takes the state directory. kRefused: another daemon has it, or it is not safe to use.
  [[nodiscard]] static Result<std::unique_ptr<Daemon>> make(DaemonInput input);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  Daemon(Daemon&&) = delete;
  Daemon& operator=(Daemon&&) = delete;

  // Looks for changes and does all the work that there is, until `should_stop` says so between two
  // steps.
  void work(const std::function<bool()>& should_stop);
  // Readable when there is work again; -1: never.
  [[nodiscard]] int wait_fd() const { return table_.wait_fd(); }
  // When work() must be called though the descriptor is silent; nothing: never.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due() const;
  // Everything that waits is committed; then what the config wants removed at the end is removed.
  Status finish();

 private:
  struct Live;  // a session that has work, or had some since the start

  Daemon(DaemonInput input, std::unique_ptr<FileLock> lock, std::unique_ptr<LogFiles> logs);
  [[nodiscard]] StepContext make_context();
  void restore();
  void restore_index();
  void save_index();
  void look_for_changes();
  void take_change(SourceFile change);
  void tell_once(const std::string& path, const Error& error);

  void step(const std::string& session_id);
  Result<StepResult> do_step(Live& session);
  Status open(Live& session);
  [[nodiscard]] StepRequest request_for(Live& session, size_t source, bool is_last);
  void flush_commits();
  void close_idle_sessions();

  DaemonInput input_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<LogFiles> logs_;
  StateFolder state_;
  MetaStore metas_;
  CommitQueue commits_;
  SourceBuffer buffer_;
  SessionIndex index_;
  bool index_changed_ = false;
  SourceTable table_;
  Scheduler scheduler_;
  PathPolicy policy_;
  ServingHealth health_;
  StepContext context_;
  UnixMillis started_;
  std::map<std::string, std::unique_ptr<Live>> sessions_;  // by session id
  std::map<std::string, std::string> destinations_;        // canonical path to session id
  std::set<std::string> told_problems_;                    // paths
};

}  // namespace kato
