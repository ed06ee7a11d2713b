// Which sessions have work that is not committed, and which are newer than the index: marks that
// survive a killed process and cost no sync.
//
// The file: a first line with the schema version, then one line for each mark: "+KEY" the session
// owes, "=KEY" it does not, but the index does not know its last commit. After a power loss its end
// may be missing: then nothing in it is believed.
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
  // The index on disk knows the last commits of all.
  [[nodiscard]] Status index_is_written();

  [[nodiscard]] const std::set<std::string>& owing() const noexcept { return owing_; }
  // Newer than the index: these are looked up in their metas after a restart.
  [[nodiscard]] const std::set<std::string>& newer() const noexcept { return newer_; }

 private:
  OwingMarks(FileSystem& files, std::string path) : files_(&files), path_(std::move(path)) {}
  Status read(std::string_view content);
  Status add(char mark, const std::string& key);
  Status make_ready();
  Status rewrite();
  Status open_to_append();

  FileSystem* files_;
  std::string path_;
  std::unique_ptr<File> file_;
  std::set<std::string> owing_;
  std::set<std::string> newer_;
  size_t lines_ = 0;
  bool believable_ = false;
  bool torn_ = true;  // what is there cannot be gone on with: nothing, or half a line at the end
};

}  // namespace kato
