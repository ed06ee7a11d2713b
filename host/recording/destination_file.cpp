#include "host/recording/destination_file.h"

#include <algorithm>

#include "host/base/hash.h"
#include "host/io/files.h"
#include "host/plugin/sink_handle.h"

namespace kato {
namespace {

constexpr uint32_t kFolderMode = 0700;
constexpr uint64_t kTailBytes = 256;
constexpr int kMostReopens = 3;
constexpr std::string_view kNewSuffix = ".kato-new";

Result<std::unique_ptr<File>> open_place(FileSystem& files, const Decision& place, bool create) {
  if (!create) return files.open_beneath(place.root, place.relative, OpenMode::kAppend);
  if (auto made = files.make_folders(parent_folder(place.path), kFolderMode); !made) {
    return forward(made);
  }
  return files.open_beneath(place.root, place.relative, OpenMode::kCreateOrAppend);
}

Result<FileInfo> checked_info(File& file, const std::string& path, bool allow_hard_links) {
  const auto info = file.info();
  if (!info) return info;
  if (const auto denial = judge_file(*info, allow_hard_links); denial != Denial::kNone) {
    return fail(ErrorCode::kRefused, "{}: {}", path, to_name(denial));
  }
  return info;
}

}  // namespace

Result<DestinationFile> DestinationFile::open(FileSystem& files, const Decision& place, bool create,
                                              bool allow_hard_links) {
  auto file = open_place(files, place, create);
  if (!file) return forward(file);
  const auto info = checked_info(**file, place.path, allow_hard_links);
  if (!info) return forward(info);
  return DestinationFile(files, place, allow_hard_links, std::move(*file), *info);
}

Result<bool> DestinationFile::ends_line() {
  if (is_empty()) return true;
  char last = 0;
  const auto read = file_->read_at(info_.size_bytes - 1, {&last, 1});
  if (!read) return forward(read);
  return *read == 1 && last == '\n';
}

Status DestinationFile::append(std::string_view bytes) {
  for (int attempt = 0; attempt < kMostReopens; ++attempt) {
    if (auto written = file_->append(bytes); !written) return written;
    const auto there = files_.info(place_.path);
    if (there && there->id == info_.id) return {};
    if (auto reopened = reopen(); !reopened) return reopened;
  }
  return fail(ErrorCode::kIo, "{} is replaced again and again while it is written", place_.path);
}

Status DestinationFile::reopen() {
  auto file = open_place(files_, place_, false);
  if (!file) return forward(file);
  const auto info = checked_info(**file, place_.path, allow_hard_links_);
  if (!info) return forward(info);
  file_ = std::move(*file);
  info_ = *info;
  return {};
}

Result<DestinationMark> DestinationFile::mark() {
  const auto info = file_->info();
  if (!info) return forward(info);
  DestinationMark mark{.exists = true,
                       .id = info->id,
                       .size_bytes = info->size_bytes,
                       .tail_length_bytes = std::min(info->size_bytes, kTailBytes),
                       .tail_hash = 0};
  std::string tail(mark.tail_length_bytes, '\0');
  const auto read = file_->read_at(info->size_bytes - mark.tail_length_bytes, tail);
  if (!read) return forward(read);
  mark.tail_hash = hash64(tail);
  return mark;
}

Status replace_head(FileSystem& files, const Decision& place, const HeadChange& change) {
  constexpr uint64_t kMaxBytes = uint64_t{1} << 30;
  const auto before = files.info(place.path);
  if (!before) return forward(before);
  auto content = read_whole(files, place.path, kMaxBytes);
  if (!content) return forward(content);
  content->replace(0, change.replaced_bytes, change.head);
  const auto fresh_path = place.path + std::string(kNewSuffix);
  static_cast<void>(files.remove(fresh_path));  // left over from an interrupted run
  auto fresh = files.open(fresh_path, OpenMode::kCreateNew);
  if (!fresh) return forward(fresh);
  Status done = (*fresh)->set_mode(before->mode);
  if (done) done = (*fresh)->append(*content);
  if (done) done = (*fresh)->sync();
  const auto now = files.info(place.path);
  const bool untouched = now && now->id == before->id && now->size_bytes == before->size_bytes &&
                         now->mtime_ns == before->mtime_ns;
  if (done && !untouched) {
    done = fail(ErrorCode::kExists, "{} was changed meanwhile; its head is left alone", place.path);
  }
  if (done) done = files.rename(fresh_path, place.path);
  if (!done) static_cast<void>(files.remove(fresh_path));  // the failure is what is reported
  return done;
}

}  // namespace kato
