// The file of an export. Like a recording, an export announces each append before it is made, so
// that what stands in the file already is not written again, whatever interrupted it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "host/base/hash.h"
#include "host/recording/destination_file.h"
#include "host/recording/written_stretch.h"
#include "host/session/export_history.h"
#include "host/session/write_journal.h"

namespace kato {

struct ExportPlace {
  FileSystem& files;
  const Decision& place;  // where the destination leads; allowed
  bool allow_hard_links = false;
  // An append is about to be made.
  std::function<Status(const JournaledWrite&)> announce;
  // The export as it is now must be on the disk before anything else happens.
  std::function<Status()> commit;
};

// Finds out what the destination is when the export's turn comes, for others may have written to it
// since the command was obeyed, and commits that, unless the export has begun. Then `write` takes
// it there by an ExportFile; twice if somebody was faster who wrote to a file that was still empty.
[[nodiscard]] Status write_export(const ExportPlace& input, PendingExport& pending,
                                  const std::function<Status()>& write);

// Whether what the history says of the export stands in its file, in its place.
[[nodiscard]] Result<bool> holds_export(FileSystem& files, const Decision& place,
                                        const PendingExport& pending, const ExportRecord& noted);

class ExportFile {
 public:
  // pending: has begun; it no longer has after an error that says that the destination is somebody
  // else's. A file that is missing is made. Both must outlive it.
  [[nodiscard]] static Result<ExportFile> open(const ExportPlace& input, PendingExport& pending);

  // The next bytes of the export, which are the same at every attempt. `pending` says at any time
  // how far it got, also after an error; if it is unsure then, that must be committed before
  // anything else is announced.
  [[nodiscard]] Status take(std::string_view bytes);
  // To be called behind the last ones.
  [[nodiscard]] Status finish();
  // So many bytes have been taken.
  [[nodiscard]] uint64_t size_bytes() const { return size_bytes_; }
  [[nodiscard]] uint64_t hash() const { return hash_->digest(); }

 private:
  ExportFile(const ExportPlace& input, PendingExport& pending, DestinationFile file)
      : input_(input), pending_(pending), file_(std::move(file)) {}
  Status put();
  [[nodiscard]] Result<bool> is_somebody_elses(std::string_view bytes);
  Status settle();
  Status append(std::string_view bytes);

  const ExportPlace& input_;
  PendingExport& pending_;
  DestinationFile file_;
  WrittenStretch stretch_;
  std::string bytes_;  // taken, not yet put
  uint64_t size_bytes_ = 0;
  std::unique_ptr<StreamingHash64> hash_ = std::make_unique<StreamingHash64>();
  uint64_t found_bytes_ = 0;    // behind those that were known to be written
  uint64_t skipped_bytes_ = 0;  // of these, that were put
};

}  // namespace kato
