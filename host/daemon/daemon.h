// The daemon: watches the roots, gives every session its steps, keeps what is due.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/control/protocol.h"
#include "host/control/status.h"
#include "host/daemon/assembly.h"
#include "host/daemon/degradations.h"
#include "host/daemon/live_sessions.h"
#include "host/daemon/log_files.h"
#include "host/daemon/open_limits.h"
#include "host/daemon/session_step.h"
#include "host/daemon/source_table.h"
#include "host/io/folder_events.h"
#include "host/schedule/scheduler.h"
#include "host/session/index_store.h"
#include "host/session/run_mark.h"

namespace kato {

enum class DaemonPurpose : uint8_t {
  kWatch,
  kOneRequest,  // of the command line, while no daemon runs: nothing is watched, no run begins
};

inline constexpr uint64_t kDefaultPartBytes = uint64_t{4} << 20;

struct DaemonInput {
  FileSystem& files;
  const Clock& clock;
  const Environment& environment;
  std::unique_ptr<Assembly> assembly;
  std::unique_ptr<FileLock> lock = {};  // on the state; nullptr: it is still to be taken
  // Watches folders; nullptr where there is nothing of the kind, an error where it cannot be had:
  // then they are polled. Called at the start, and again when the config is read anew.
  std::function<Result<std::unique_ptr<FolderEvents>>()> make_folder_events;
  // Reads the config anew; empty: it cannot be.
  std::function<Result<std::unique_ptr<Assembly>>()> reassemble = {};
  // Memory of this process; empty: not known.
  std::function<uint64_t()> resident_bytes = {};
  // Gives memory that is free back to the system; empty: it cannot be.
  std::function<void()> give_back_memory = {};
  // More counters for `status`; empty: none.
  std::function<std::vector<std::pair<std::string, uint64_t>>()> io_counters = {};
  int64_t process_id = 0;
  std::optional<uint32_t> user_id = {};  // whose the state directory must be; empty: anybody's
  std::string version = {};
  DaemonPurpose purpose = DaemonPurpose::kWatch;
  uint64_t part_bytes = kDefaultPartBytes;  // StepContext's
  uint64_t most_handles = 1024;             // that this process may have open
  bool mirror_log = false;                  // what happens is also said on standard error
};

// Days since something last happened; nothing: not to be cleaned.
struct CleanRequest {
  std::optional<uint32_t> sessions_days;
  std::optional<uint32_t> recordings_days;
  bool dry_run = false;
};

// What clean() removed, or would remove.
struct Cleaned {
  std::string_view what;  // "session", "recording"
  std::string name;       // its short id; its destination
};

// [one thread]
class Daemon final : public ControlHandler {
 public:
  // Takes the state directory. kRefused: another daemon has it, or it is not safe to use.
  // kUnsupported, kInvalid: a file of the state is not understood; it was not touched.
  [[nodiscard]] static Result<std::unique_ptr<Daemon>> make(DaemonInput input);
  ~Daemon() override;
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
  // [between two steps] What it brings is committed before it is answered.
  Result<std::string> handle(const ControlRequest& request) override;
  [[nodiscard]] bool is_asked_to_stop() const noexcept { return asked_to_stop_; }
  // Removes what is old from the state. What is recorded, or private, stays.
  [[nodiscard]] Result<std::vector<Cleaned>> clean(const CleanRequest& request);
  // all: old sessions too.
  [[nodiscard]] DaemonStatus status(bool all);
  // Goes on with the config as it is now. After an error it goes on with the old one.
  Status reload();
  // Whether the state is this process's still. kRefused: its folder was removed, or is another one
  // now; nothing more is to be done with it, finish() neither. Costs one look at a file.
  [[nodiscard]] Status check_ownership();
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
  void note_lost_recordings(const SessionMeta& meta);
  void note_lost_sessions();
  void mind_lost(const LiveSession& live);
  void note_well(const std::string& what);

  // What there is to do.
  void settle_twins();
  void settle_copies();
  void take_up_owing();
  void take_up(const std::string& key);
  Status forget_begun(const std::string& key);
  bool remove_begun();
  [[nodiscard]] std::string unread_task() const;
  void read_metas_again();
  [[nodiscard]] bool is_all_done() const;
  void end_power_loss();
  Status take_change(SourceFile change);
  void take_or_try_again(SourceFile change);
  void try_again(const std::string& path);
  // Of what the first look found, newest first, all but the newest is identified later.
  void put_off(std::vector<SourceFile>& changed);
  void identify(size_t most);
  void end_first_sights();
  void look_again_at(const std::string& path);
  void remove_stray_copies(const std::string& key);
  [[nodiscard]] bool holds_backfill();

  // One step. A task of the scheduler is a session, or the serving of its recordings alone, or a
  // path that could not be looked into; of the metas, their folder.
  [[nodiscard]] static std::string serving_task(const std::string& session_id);
  void run_task(const std::string& task);
  Result<StepResult> do_step(LiveSession& live);
  Status open(LiveSession& live);
  void note_active(const std::string& session_id);
  [[nodiscard]] StepRequest request_for(const LiveSession& live, size_t source, bool is_last);
  [[nodiscard]] Result<bool> is_inherited(const SessionRuntime& session,
                                          const StepEvents::Message& message);
  void after_step(const std::string& task, LiveSession& live, const StepResult& result);
  void note_step(LiveSession& live, const StepResult& result);
  void note_destinations(const std::string& session_id, const StepResult& result);
  void after_failure(const std::string& task, LiveSession& live, const Error& error);

  // Requests.
  Result<LiveSession*> session_of(const ControlRequest& request);
  Result<std::string> session_by_prefix(const std::string& prefix);
  Result<LiveSession*> session_of_log(const std::string& path);
  [[nodiscard]] std::vector<SessionMeta> recorded_outside();
  [[nodiscard]] bool is_in_root_of(const std::string& provider, const std::string& path) const;
  void follow_recorded();
  void follow_outside(const SessionMeta& meta);
  Status decode_to_end(LiveSession& live);
  void make_way(const LiveSession& busy);
  void after_failed_request(LiveSession& live, const Error& error);
  void take_up_again(const std::string& session_id, const std::set<std::string>& unread);
  Result<std::string> answer_to(const ControlRequest& request);
  Result<std::string> work_on(const ControlRequest& request);
  Result<std::string> run_command_of(LiveSession& live, const Command& command);
  [[nodiscard]] std::optional<IndexedSession> unserved_session(const ControlRequest& request);
  Result<std::string> stop_unserved(const IndexedSession& session, const Command& command);
  Result<std::string> snapshot(LiveSession& live, ControlVerb verb);
  Result<std::string> remove_snapshot(LiveSession& live);
  Status settle_last_run(LiveSession& live);
  Status serve_to_end(LiveSession& live);
  Result<std::string> list_snapshots();
  Result<std::string> answer_for(LiveSession& live);
  [[nodiscard]] std::string recordings_answer(const SessionMeta& meta);

  Status forget_commands_up_to(UnixMillis last);
  Result<bool> clean_session(const std::string& session_id, bool dry_run);
  Status remove_copy(const std::string& key, SessionMeta meta);
  Result<std::vector<std::string>> clean_recordings(const std::string& session_id,
                                                    UnixMillis before, bool dry_run);

  // Status.
  [[nodiscard]] std::string why_unread(const SessionMeta& meta) const;
  void note_unread();
  void note_writes(const SessionMeta& meta, bool is_news);
  void add_recordings(const SessionMeta& meta, DaemonStatus& status);
  void add_lost_events(const SessionMeta& meta, const std::string& cause, DaemonStatus& status);
  void add_stored_recordings(const IndexedSession& session, DaemonStatus& status);
  [[nodiscard]] DaemonStatus short_status();
  void write_status();
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> status_due() const;

  // What waits for the disk.
  void flush_commits();
  void flush_now();
  void note_committed(const std::string& key);
  void close_idle_sessions(size_t most_open);
  void give_up_handles();
  void save_index();
  Status clean_twins();
  Status clean_twin(const std::string& session_id, bool for_good);

  DaemonInput input_;
  StateFolder state_;
  std::unique_ptr<FileLock> lock_;
  FileId lock_id_;
  IndexStore store_;
  RunMark run_;
  WatchBegin begin_;
  bool power_was_lost_ = false;
  bool first_look_ = true;  // is still to come
  bool copies_are_settled_ = true;
  std::vector<std::string> unidentified_;  // paths of sources, the newest at the end
  MetaStore metas_;
  SourceBuffer buffer_;
  Scheduler scheduler_;
  Degradations degraded_;
  ServingHealth health_;
  // Canonical paths of destinations to session ids; not gathered before they are asked for.
  std::optional<std::map<std::string, std::string>> destinations_;
  Counters counters_;
  OpenLimits open_limits_;
  bool lacked_handles_ = false;      // something could not be opened for that alone
  std::vector<std::string> active_;  // sessions that may keep files open until they are committed
  struct LastWrite {
    uint64_t seq = 0;
    std::optional<UnixMillis> at;
  };
  std::map<std::string, LastWrite> last_writes_;  // by recording id
  // Of sessions whose meta was gone, by session id: since when their commands count.
  std::map<std::string, UnixMillis> commands_since_;
  bool asked_to_stop_ = false;
  bool status_changed_ = true;
  std::optional<std::chrono::steady_clock::time_point> status_written_;
  std::optional<std::chrono::steady_clock::time_point> memory_checked_;
  bool over_memory_ = false;
  std::unique_ptr<Wiring> wiring_;
};

}  // namespace kato
