// The daemon: watches the roots, gives every session its steps, keeps what is due.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "host/daemon/assembly.h"
#include "host/daemon/log_files.h"
#include "host/daemon/session_step.h"
#include "host/daemon/source_table.h"

namespace kato {

struct DaemonInput {
  FileSystem& files;
  const Clock& clock;
  const Environment& environment;
  std::unique_ptr<Assembly> assembly;
  bool mirror_log = false;  // what happens is also said on standard error
};

// One thread.
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
  // steps. True if any work was done.
  bool work(const std::function<bool()>& should_stop);
  // How long nothing needs to be done, unless a source changes.
  [[nodiscard]] std::chrono::milliseconds idle_time() const;
  // Everything that waits is committed; then what the config wants removed at the end is removed.
  Status finish();

 private:
  struct Live;  // a session that has work, or had some just now

  Daemon(DaemonInput input, std::unique_ptr<FileLock> lock, std::unique_ptr<LogFiles> logs);
  void restore();
  void look_for_changes();
  void take_change(ChangedSource change);
  Live& live(const std::string& session_id);
  bool step(Live& session);
  void step_failed(Live& session, const Error& error);
  StepRequest request_for(Live& session, size_t source);
  [[nodiscard]] Live* next_ready();
  void flush_commits(bool all);
  void close_idle_sessions();

  DaemonInput input_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<LogFiles> logs_;
  StateFolder state_;
  MetaStore metas_;
  CommitQueue commits_;
  SourceBuffer buffer_;
  SourceTable table_;
  PathPolicy policy_;
  StepContext context_;
  UnixMillis started_;
  std::map<std::string, std::unique_ptr<Live>> sessions_;  // by session id
  std::map<std::string, std::string> destinations_;        // canonical path to session id
  std::set<std::string> told_problems_;                    // paths
  std::chrono::steady_clock::time_point next_look_;
};

}  // namespace kato
