// Metas that wait to be replaced, many at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/clock.h"
#include "host/io/file_system.h"
#include "host/session/state_folder.h"

namespace kato {

enum class CommitMode : uint8_t {
  kInterval,  // at most kCommitInterval late, synced
  kEachStep,  // at once, synced
  kUnsynced,  // at most kCommitInterval late, in order but not synced
};

inline constexpr std::chrono::milliseconds kCommitInterval{1000};

struct CommitFailure {
  std::string key;
  Error error;
};

struct CommitReport {
  std::vector<std::string> committed;
  std::vector<CommitFailure> failures;  // these wait on, and are due again after the interval
  // Destinations that could not be synced. Their metas were committed all the same, since a disk
  // that is gone must not hold back a session, but say no more of them than they did before.
  std::vector<CommitFailure> unsynced;
};

// A meta is replaced only after the files and folders that it speaks of are on the disk. One
// session's failure keeps back its own meta alone. A group of many is synced as a whole, since
// single syncs are what makes a start with thousands of sessions slow.
//
// A file whose sync failed is written out again at the next one: after a failure the system may
// have given up what it was to write. A meta that had to say less than it was told is tried again
// in full, less and less often.
class CommitQueue {
 public:
  using MakeText = std::function<std::string()>;

  // Files and clock must outlive the queue.
  CommitQueue(FileSystem& files, StateFolder folder, const Clock& clock, CommitMode mode);

  // What was written for this session and must be on the disk before its next meta. A file that is
  // gone by then does not count. A folder of destinations may have been made with some above it:
  // they count too.
  void needs_file(const std::string& key, std::string path);
  void needs_folder(const std::string& key, std::string folder);
  // The same of a file of which not even that is sure which an earlier process wrote: its sync may
  // have failed.
  void needs_file_again(const std::string& key, std::string path);
  // No longer needed, because the meta will not speak of it.
  void needs_no_more(const std::string& key, const std::string& path);

  // The session's meta as it shall be; takes the place of one that waits. json: meta_to_json's, at
  // the end of a step.
  void put(const std::string& key, std::string json);
  // The same where many steps may share a commit: the text is made when it is committed. Until then
  // what it is made of may only be changed by what ends with putting it anew, or with forget();
  // before any other change the text is made by make_text(), of all that wait by make_texts().
  void put_late(const std::string& key, MakeText make);
  void make_text(const std::string& key);
  void make_texts();
  // While it is false, put_late() is put().
  void allow_late(bool allowed) { late_allowed_ = allowed; }

  [[nodiscard]] bool waits(const std::string& key) const { return waiting_.contains(key); }
  // A meta of it does, not only what its next one needs.
  [[nodiscard]] bool has_meta(const std::string& key) const;
  // True if the last meta that was put stands in its file, whether or not it is synced yet.
  [[nodiscard]] bool is_in_place(const std::string& key) const;
  [[nodiscard]] size_t size() const noexcept { return waiting_.size(); }
  // A meta on the disk says less than it was told: something it speaks of is not on the disk yet.
  [[nodiscard]] bool has_unsynced() const noexcept { return !again_.empty(); }
  [[nodiscard]] bool is_unsynced(const std::string& key) const { return again_.contains(key); }
  // When flush() should be called; nothing while nothing waits.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due() const;

  // This session now, the others as before. No error if it does not wait.
  [[nodiscard]] Status commit_now(const std::string& key);
  [[nodiscard]] CommitReport flush();
  // Drops what waits for this session.
  void forget(const std::string& key);

 private:
  struct Waiting {
    std::string json;  // empty, and nothing that makes it: only needs so far
    MakeText make_json;
    bool in_place = false;
    std::set<std::string> files;
    std::set<std::string> folders;
    std::set<std::string> unsynced;  // destinations, or folders of them; at the last attempt

    [[nodiscard]] bool has_meta() const { return !json.empty() || make_json != nullptr; }
  };
  using Entry = std::map<std::string, Waiting>::iterator;
  Waiting& take_place(const std::string& key);
  void make_text(Waiting& waiting);
  // What is still in the running, in the course of a flush.
  struct Group {
    std::vector<Entry> entries;
    bool as_a_whole = false;       // one sync of the disk instead of one for each file
    std::set<std::string> synced;  // folders
    CommitReport report;
  };

  [[nodiscard]] bool synced() const noexcept { return mode_ != CommitMode::kUnsynced; }
  [[nodiscard]] bool in_state(std::string_view path) const;
  [[nodiscard]] bool is_destination(std::string_view path) const;
  CommitReport commit(std::vector<Entry> entries);
  template <class Step>
  void for_all(Group& group, Step&& step);
  Status sync_needs(const std::string& key, Waiting& waiting, Group& group);
  Status sync_file(const std::string& path);
  Status doubt_all(const Group& group, Status synced);
  [[nodiscard]] Result<std::string> honest_text(const std::string& key, const Waiting& waiting);
  Status write_beside(const std::string& key, const Waiting& waiting, bool as_a_whole);
  void keep_unsynced(const std::string& key, Waiting waiting);
  void take_up_unsynced();

  FileSystem& files_;
  StateFolder folder_;
  const Clock& clock_;
  CommitMode mode_;
  std::map<std::string, Waiting> waiting_;
  std::map<std::string, Waiting> again_;  // that were committed with less than they say
  std::set<std::string> failed_;          // files whose last sync failed
  std::chrono::milliseconds again_after_ = kCommitInterval;
  std::chrono::steady_clock::time_point again_due_;
  size_t waiting_bytes_ = 0;
  size_t waiting_metas_ = 0;
  bool late_allowed_ = true;
  std::chrono::steady_clock::time_point due_;
};

}  // namespace kato
