// Which sessions have work that is not committed, and which are newer than the index: marks that
// survive a killed process and cost no sync.
//
// The file: a first line with the schema version, then one line for each mark: "+KEY" the session
// owes; said again of one that owes, that it was committed meanwhile. "=KEY" it was committed and
// owes nothing, but the index does not know its last commit. "-KEY" its meta was removed, which the
// index does not know. After a power loss its end may be missing: then nothing in it is believed.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "host/io/file_system.h"

namespace kato {

inline constexpr uint32_t kOwingSchemaVersion = 1;

// [one thread at a time] Keeps its file open from the first mark on; until then nothing is written.
class OwingMarks {
 public:
  // kUnsupported: another schema version; the file was not touched.
  [[nodiscard]] static Result<OwingMarks> open(FileSystem& files, std::string path);

  // There was a file, and it could be read: what is not marked in it owes nothing, unless the power
  // was lost since.
  [[nodiscard]] bool believable() const noexcept { return believable_; }

  // Before a session's first step with something to do.
  [[nodiscard]] Status owe(const std::string& key);
  // It is committed and served.
  [[nodiscard]] Status settle(const std::string& key);
  // It is committed, and still owes.
  [[nodiscard]] Status committed(const std::string& key);
  // Its meta was removed, or is about to be; it owes nothing.
  [[nodiscard]] Status remove(const std::string& key);
  // Its meta is gone though nobody removed it: that stays known when the index is written.
  void keep_lost(const std::string& key) { lost_.insert(key); }
  void forget_lost() { lost_.clear(); }
  // The index on disk knows the last commits of all.
  [[nodiscard]] Status index_is_written();

  [[nodiscard]] const std::set<std::string>& owing() const noexcept { return owing_; }
  // Newer than the index: these are looked up in their metas after a restart.
  [[nodiscard]] const std::set<std::string>& newer() const noexcept { return newer_; }
  // Since the index was written.
  [[nodiscard]] bool was_committed(const std::string& key) const {
    return committed_.contains(key);
  }
  [[nodiscard]] bool was_removed(const std::string& key) const { return removed_.contains(key); }
  [[nodiscard]] const std::set<std::string>& lost() const noexcept { return lost_; }

 private:
  OwingMarks(FileSystem& files, std::string path) : files_(&files), path_(std::move(path)) {}
  Status read(std::string_view content);
  void take(char mark, const std::string& key);
  Status add(char mark, const std::string& key);
  Status make_ready();
  Status rewrite();
  Status open_to_append();

  FileSystem* files_;
  std::string path_;
  std::unique_ptr<File> file_;
  std::set<std::string> owing_;
  std::set<std::string> newer_;
  std::set<std::string> committed_;
  std::set<std::string> removed_;
  std::set<std::string> lost_;
  size_t lines_ = 0;
  bool believable_ = false;
  bool torn_ = true;  // what is there cannot be gone on with: nothing, or half a line at the end
};

}  // namespace kato
