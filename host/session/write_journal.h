// What was written to destinations since the last commit of a session.
//
// Each line says what is about to be appended to a destination, and is written before that. A
// killed process therefore leaves at most the last line in doubt; lines of an earlier commit are
// void, and stay for a while, since cutting a file costs more than many appends to it. Nothing is
// synced: after a power loss the journal is not believed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/io/file_system.h"
#include "host/session/session_meta.h"

namespace kato {

inline constexpr uint32_t kJournalSchemaVersion = 1;

struct JournaledWrite {
  std::string recording_id;  // or that of an export
  FileId file;               // that is written to
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;
  uint64_t hash = 0;               // XXH3-64 of the bytes
  uint64_t tail_length_bytes = 0;  // of their end, as in a DestinationMark
  uint64_t tail_hash = 0;
  // What belongs before them and stands in the file already.
  uint64_t skipped_bytes = 0;
  bool begins_line = false;     // a newline comes first that the sink did not make
  WriteCursor cursor;           // the recording's, once it is carried out
  SavedBlob state;              // the sink's, likewise
  uint64_t exported_bytes = 0;  // of an export: that are written, likewise
  GrowingHash::Value whole;  // likewise, of the whole file; its size is 0 where that is not known
};

// [one thread at a time]
class WriteJournal {
 public:
  explicit WriteJournal(std::string path) : path_(std::move(path)) {}

  // commit: SessionMeta::commit as it is on the disk. After a failure nothing of it counts. The
  // file stays open.
  [[nodiscard]] Status add(FileSystem& files, uint64_t commit, const JournaledWrite& write);

  // Those that were added since that commit, in order. A torn last line was never carried out and
  // does not count. kInvalid, kUnsupported: the file is not understood; it was not touched.
  [[nodiscard]] Result<std::vector<JournaledWrite>> load(FileSystem& files, uint64_t commit);

  // It is no error if there is none.
  [[nodiscard]] Status remove(FileSystem& files);

  void close() { file_.reset(); }

 private:
  Status open(FileSystem& files);

  std::string path_;
  std::optional<uint64_t> commit_;  // of its last lines; none: not looked at yet
  uint64_t size_bytes_ = 0;         // of the whole lines that may stay
  std::unique_ptr<File> file_;      // open: it ends behind them
};

}  // namespace kato
