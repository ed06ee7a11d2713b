// The file that a recording goes into. It is the user's: what is there stays, and what is written
// goes to its end.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "host/base/error.h"
#include "host/io/file_system.h"
#include "host/policy/path_policy.h"
#include "host/session/session_meta.h"

namespace kato {

// One destination, opened for a write, or some in a row, under the folder that allows it.
class DestinationFile {
 public:
  // place: an allowed decision. If `create`, a file that is not there is made, and its folders;
  // else it is kNotFound.
  [[nodiscard]] static Result<DestinationFile> open(FileSystem& files, const Decision& place,
                                                    bool create, bool allow_hard_links);

  // Before a later write: whether opening it anew would lead to the same file, which may still be
  // written. What info() says is of now then.
  [[nodiscard]] bool is_still_at(const Decision& place);

  // As it was when it was opened, or looked at, or after the last append.
  [[nodiscard]] const FileInfo& info() const { return info_; }
  [[nodiscard]] File& file() { return *file_; }
  // True if the byte before that offset ends a line, or there is none.
  [[nodiscard]] Result<bool> line_begins_at(uint64_t offset_bytes);

  // Appends, and makes sure that the path still leads to what was written: an editor may have put
  // another file in its place meanwhile; then the bytes are appended to that one too, unless the
  // editor had read them before. kNotFound: the file was removed meanwhile.
  [[nodiscard]] Status append(std::string_view bytes);

 private:
  DestinationFile(FileSystem& files, Decision place, bool allow_hard_links,
                  std::unique_ptr<File> file, FileInfo info)
      : files_(files),
        place_(std::move(place)),
        allow_hard_links_(allow_hard_links),
        file_(std::move(file)),
        info_(info) {}
  Status reopen();
  // Whether the file ends with what was written to the one before it, which had not ended so.
  [[nodiscard]] Result<bool> has_new_end_of(File& displaced, std::string_view written);

  FileSystem& files_;
  Decision place_;
  bool allow_hard_links_;
  std::unique_ptr<File> file_;
  FileInfo info_;
};

// Bytes of an open file: fewer only at its end. kIo: it changed while it was read, as where
// somebody writes it anew; what is there can be told later.
[[nodiscard]] Result<std::string> read_range(File& file, uint64_t begin_bytes, uint64_t end_bytes);

// What stands behind that offset, or so much of it.
[[nodiscard]] Result<std::string> read_behind(File& file, uint64_t begin_bytes,
                                              uint64_t most_bytes);

// An open file as it is now. Reads no more than its end.
[[nodiscard]] Result<DestinationMark> mark_of(File& file);
// The same, as if it ended there, or where it does if that is before.
[[nodiscard]] Result<DestinationMark> mark_at(File& file, uint64_t end_bytes);
// The same of a path; a mark that says so if there is nothing.
[[nodiscard]] Result<DestinationMark> mark_of(FileSystem& files, const std::string& path);
// A file whose last bytes are those, and which ends with them at that offset.
[[nodiscard]] DestinationMark mark_behind(const FileId& id, uint64_t end_bytes,
                                          std::string_view last_bytes);

// Where in the file the tail that a mark speaks of ends now: at its place, or where edits before it
// have moved it. Nothing if it cannot be found among the last 64 MiB.
[[nodiscard]] Result<std::optional<uint64_t>> find_tail(File& file, uint64_t file_bytes,
                                                        const DestinationMark& mark);

// Where those bytes stand last before that offset. Nothing if not in the 64 MiB before it.
[[nodiscard]] Result<std::optional<uint64_t>> find_last(File& file, uint64_t before_bytes,
                                                        std::string_view bytes);

// How often they stand in the last 64 MiB.
[[nodiscard]] Result<size_t> count_in(File& file, std::string_view bytes);

// Where bytes begin that were to be written, perhaps cut short by the end of the file. Nothing if
// they are not found in the 64 MiB behind `from_bytes`, or too few to be told from others.
[[nodiscard]] Result<std::optional<uint64_t>> find_beginning(File& file, uint64_t from_bytes,
                                                             std::string_view bytes);

// Reads all of the file.
[[nodiscard]] Result<GrowingHash::Value> hash_of(File& file);

}  // namespace kato
