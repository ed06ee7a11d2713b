// The file that a recording goes into. It is the user's: what is there stays, and what is written
// goes to its end.
#pragma once

#include <memory>
#include <string>

#include "host/base/error.h"
#include "host/io/file_system.h"
#include "host/policy/path_policy.h"
#include "host/session/session_meta.h"

namespace kato {

// One destination, opened for one write under the folder that allows it.
class DestinationFile {
 public:
  // place: an allowed decision. Missing folders are made. A file that is not there is made too if
  // `create`; else it is kNotFound.
  [[nodiscard]] static Result<DestinationFile> open(FileSystem& files, const Decision& place,
                                                    bool create, bool allow_hard_links);

  // Whether it had no content when it was opened.
  [[nodiscard]] bool is_empty() const { return info_.size_bytes == 0; }
  // True if its last byte is a newline, or it is empty.
  [[nodiscard]] Result<bool> ends_line();

  // Appends, and makes sure that the path still leads to what was written: an editor may have put
  // another file in its place meanwhile; then the bytes are appended to that one too.
  [[nodiscard]] Status append(std::string_view bytes);

  // The file as it is now, for the meta.
  [[nodiscard]] Result<DestinationMark> mark();

 private:
  DestinationFile(FileSystem& files, Decision place, bool allow_hard_links,
                  std::unique_ptr<File> file, FileInfo info)
      : files_(files),
        place_(std::move(place)),
        allow_hard_links_(allow_hard_links),
        file_(std::move(file)),
        info_(info) {}
  Status reopen();

  FileSystem& files_;
  Decision place_;
  bool allow_hard_links_;
  std::unique_ptr<File> file_;
  FileInfo info_;
};

// `head.replaced_bytes` first bytes of the file become `head.head`, by an atomic replacement that
// keeps its mode. kExists: the file changed meanwhile, and was left alone.
struct HeadChange;
[[nodiscard]] Status replace_head(FileSystem& files, const Decision& place,
                                  const HeadChange& change);

}  // namespace kato
