// One simulated machine with a home, agents, a person, and the daemon; plays a history.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/base/environment.h"
#include "host/daemon/daemon.h"

#include "tests/simulation/conversation.h"
#include "tests/simulation/history.h"
#include "tests/simulation/sim_file_system.h"
#include "tests/simulation/sim_folder_events.h"
#include "tests/support/fake_clock.h"

namespace kato::simulation {

// What the person did to a file that Kato may write to.
struct UserFile {
  std::vector<std::string> user_tokens;  // stand in it
  std::set<std::string> removed;         // what the person took out of it
  std::set<std::string> perhaps;  // the same, but Kato could not know that it had stood there
  std::set<std::string> settled;  // what stood in it when the daemon had last done all
  size_t settled_size = 0;
  bool is_touched = false;
  bool is_missing = false;  // deleted, and not there again
  bool was_deleted = false;
};

// What went wrong in a history.
struct Damage {
  uint64_t failed_calls = 0;
  uint64_t killed_runs = 0;
  uint64_t power_losses = 0;
};

// A wall time at which a daemon was at work.
struct WallTime {
  uint32_t run = 0;
  UnixMillis at;
};

// Ways in which the machine breaks its word, or a rule of the daemon is made to fail: what the
// oracle must notice.
enum class Breakage : uint8_t {
  kNone,
  kJournalsAreGone,    // write journals are gone when the daemon starts
  kSyncsAreIgnored,    // what is said to be on the disk is not
  kMetasAreForgotten,  // commits are said to be done and are not
};

// What a daemon does at once has some thousand calls in the longest histories that are played.
inline constexpr uint64_t kMostCallsAtOnce = 200'000;

struct WorldInput {
  std::string plugin_folder;  // where the shipped plugins are, in the real file system
  bool trace = false;         // every step and every call on standard output
  Breakage breakage = Breakage::kNone;
  uint64_t most_calls_at_once = kMostCallsAtOnce;  // more: it does not come to rest
};

class World {
 public:
  World(const WorldInput& input, const History& history);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  World(World&&) = delete;
  World& operator=(World&&) = delete;

  // Plays all steps; then nothing fails any more, and the daemon has all the time it wants.
  void play();
  // The daemon ends and begins again, and has all the time it wants.
  void restart();
  void lose_index();
  void touch_logs();
  void drop_logs();
  // Of the running daemon.
  Result<std::string> ask(const ControlRequest& request);
  // In another process, with the copy of a session whose logs are gone. What it warns of.
  Result<std::vector<std::string>> export_at_command_line(uint32_t session,
                                                          const std::string& path);

  [[nodiscard]] const SimDisk& disk() const { return disk_; }
  [[nodiscard]] SimDisk& disk() { return disk_; }
  [[nodiscard]] const std::vector<Conversation>& conversations() const { return conversations_; }
  [[nodiscard]] const std::map<std::string, UserFile>& user_files() const { return user_files_; }
  [[nodiscard]] const std::vector<WallTime>& wall_times() const { return wall_times_; }
  [[nodiscard]] const std::map<std::string, std::string>& bystanders() const { return bystanders_; }
  // What must not have happened, as it was noticed while playing.
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] static std::string home() { return "/home/ada"; }
  [[nodiscard]] static std::string state() { return home() + "/.kato"; }
  [[nodiscard]] std::string project(uint32_t session) const;
  [[nodiscard]] std::string twin_of(uint32_t session) const;
  // The one file that several sessions want to be recorded into.
  [[nodiscard]] std::string shared_destination() const;
  // A run was to remove them at its end.
  [[nodiscard]] bool twins_may_be_gone() const { return twins_may_be_gone_; }
  [[nodiscard]] const Damage& damage() const { return damage_; }
  [[nodiscard]] uint64_t calls() const { return all_calls_ + (files_ ? files_->calls() : 0); }
  // A line of the account, where one is wanted.
  void trace(const std::string& line) const;

 private:
  // Happens before a call of the daemon; or when its work is done, if there was no such call.
  struct Meanwhile {
    uint64_t call = 0;
    UnixMillis planned_at;
    Step step;
  };
  void do_step(const Step& step);
  void do_later(const Meanwhile& later);

  // Agents: world_agents.cpp.
  bool agent_step(const Step& step);
  void talk(Conversation& conversation, uint32_t what);
  void say(Conversation& conversation, bool by_user, uint32_t what);
  [[nodiscard]] Spoken think(const Conversation& conversation, bool by_user, uint32_t what) const;
  void utter(Conversation& conversation, Spoken spoken);
  std::string add_orders(uint32_t session, uint32_t what, std::vector<Order>& orders) const;
  void write_log(Conversation& conversation, size_t first_new, bool as_new_file);
  void put_whole_log(Conversation& conversation, bool as_new_file);
  void arrive(Spoken& spoken);
  [[nodiscard]] UnixMillis last_poll() const;
  void tear(Conversation& conversation);
  void drop_log(Conversation& conversation);
  // world_halves.cpp
  void write_half(const Step& step);
  void write_half_document(Conversation& conversation, uint32_t what);
  void write_held_line(Conversation& conversation, uint32_t what);
  void write_telling_line(Conversation& conversation);
  void write_rest();
  // world_packing.cpp
  void pack(const Step& step);
  void unpack(Conversation& conversation);
  void cut(Conversation& conversation, uint32_t count);
  std::string destination(uint32_t session, uint32_t which) const;

  // The person: world_person.cpp.
  bool user_step(const Step& step);
  std::optional<std::string> pick_destination(uint32_t who) const;
  void user_inserts(const std::string& path, uint32_t what);
  void user_removes(const std::string& path, uint32_t what);
  void user_deletes(const std::string& path);
  std::string new_user_line(UserFile& file);

  // The person at the command line: world_requests.cpp.
  void request(const Step& step);
  void reload(uint32_t config);
  void doubt_unbegun(Conversation& conversation);
  [[nodiscard]] Conversation& asked_about(const Step& step);
  [[nodiscard]] bool is_claimed(const std::string& path, const Conversation& not_by) const;

  // The daemon: world_daemon.cpp.
  bool daemon_step(const Step& step);
  void start(uint32_t config);
  void put_config(uint32_t config);
  void upgrade_plugins(uint32_t config);
  [[nodiscard]] Result<std::unique_ptr<Assembly>> assemble(FileSystem& files);
  void did_not_start(const Error& error);
  void plan(const Step& step);
  void stop();
  void die(bool with_power);
  void work();
  void settle();
  void work_until_quiet();
  void do_all_later();
  void forget_what_was_never_synced();
  void wait(std::chrono::milliseconds duration);
  void note_settled();
  void note_unrest();
  [[nodiscard]] SinceBounds since() const;
  [[nodiscard]] std::string config_text(uint32_t config) const;
  [[nodiscard]] uint64_t part_bytes() const;
  void before_call(uint64_t call);
  void note_write(const std::string& path);

  WorldInput input_;
  const History& history_;
  Random random_;
  test::FakeClock clock_;
  SimDisk disk_;
  FolderEventSource events_;
  std::unique_ptr<FileSystem> real_files_;
  Machine machine_;
  FixedEnvironment environment_;

  std::vector<Conversation> conversations_;
  std::map<std::string, UserFile> user_files_;
  std::map<std::string, std::string> bystanders_;  // files of the person that nobody may touch
  std::vector<WallTime> wall_times_;
  std::vector<std::string> violations_;
  uint32_t next_user_token_ = 0;
  uint32_t moment_ = 0;  // goes on whenever it is decided what is obeyed

  std::unique_ptr<SimFileSystem> files_;  // of the running daemon
  std::unique_ptr<Daemon> daemon_;
  uint32_t run_ = 0;
  uint32_t config_ = 0;
  std::vector<Fault> planned_;  // for the next run
  bool is_working_ = false;
  bool is_scanning_first_ = false;  // what comes now may be found by the first scan
  bool run_was_disturbed_ = false;  // what happened may have been seen late
  UnixMillis run_started_;
  UnixMillis looked_;         // when it last began to work
  UnixMillis looked_before_;  // and the time before
  // Of the runs since the last clean end: when commands are too old.
  std::optional<UnixMillis> oldest_since_;  // counting runs that perhaps never began
  std::optional<UnixMillis> surest_since_;  // not counting them
  uint64_t writes_ = 0;
  uint64_t all_calls_ = 0;
  Damage damage_;
  bool twins_may_be_gone_ = false;
  int boots_ = 0;
  std::vector<Meanwhile> meanwhile_;
  std::optional<int64_t> next_is_meanwhile_;
  UnixMillis agents_now_;  // does not depend on how much time the daemon took
};

}  // namespace kato::simulation
