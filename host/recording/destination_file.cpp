#include "host/recording/destination_file.h"

#include <algorithm>
#include <cerrno>

#include "host/base/hash.h"
#include "host/io/files.h"
#include "host/recording/occurrence_count.h"

namespace kato {
namespace {

constexpr uint32_t kFolderMode = 0700;
constexpr uint64_t kTailBytes = 256;
constexpr uint64_t kBlockBytes = uint64_t{256} << 10;
constexpr uint64_t kMostSearchedBytes = uint64_t{64} << 20;
constexpr int kMostReopens = 3;
constexpr size_t kTellingBytes = 64;
constexpr size_t kFewestTellingBytes = 4;

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

Result<bool> ends_with(File& file, uint64_t end_bytes, std::string_view wanted) {
  if (end_bytes < wanted.size()) return false;
  const auto there = read_range(file, end_bytes - wanted.size(), end_bytes);
  if (!there) return forward(there);
  return *there == wanted;
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

bool DestinationFile::is_still_at(const Decision& place) {
  if (place.root != place_.root || place.relative != place_.relative) return false;
  const auto there = files_.link_info(place_.path);
  if (!there || there->type != FileType::kRegular || there->id != info_.id) return false;
  if (judge_file(*there, allow_hard_links_) != Denial::kNone) return false;
  info_ = *there;
  return true;
}

Result<bool> DestinationFile::line_begins_at(uint64_t offset_bytes) {
  if (offset_bytes == 0) return true;
  const auto last = read_range(*file_, offset_bytes - 1, offset_bytes);
  if (!last) return forward(last);
  return *last == "\n";
}

Status DestinationFile::append(std::string_view bytes) {
  for (int attempt = 0; attempt < kMostReopens; ++attempt) {
    if (auto written = file_->append(bytes); !written) return written;
    const auto there = files_.info(place_.path);
    if (!there) return forward(there);
    if (there->id == info_.id) {
      info_ = *there;
      return {};
    }
    const auto displaced = std::move(file_);
    if (auto reopened = reopen(); !reopened) return reopened;
    const auto was_read = has_new_end_of(*displaced, bytes);
    if (!was_read) return forward(was_read);
    if (*was_read) return {};
  }
  return fail(ErrorCode::kIo, "{} is replaced again and again while it is written", place_.path);
}

Result<bool> DestinationFile::has_new_end_of(File& displaced, std::string_view written) {
  const auto there = ends_with(*file_, info_.size_bytes, written);
  if (!there || !*there) return there;
  const auto old = displaced.info();
  if (!old) return forward(old);
  const auto ended_so_before = ends_with(displaced, old->size_bytes - written.size(), written);
  if (!ended_so_before) return ended_so_before;
  return !*ended_so_before;
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

Result<std::string> read_range(File& file, uint64_t begin_bytes, uint64_t end_bytes) {
  std::string bytes(end_bytes - begin_bytes, '\0');
  const auto got = file.read_at(begin_bytes, bytes);
  if (!got) return forward(got);
  if (*got == bytes.size()) return bytes;
  const auto info = file.info();
  if (!info) return forward(info);
  if (info->size_bytes > begin_bytes + *got) {
    return fail_errno(EAGAIN, "read what somebody is writing anew");
  }
  bytes.resize(*got);
  return bytes;
}

Result<std::string> read_behind(File& file, uint64_t begin_bytes, uint64_t most_bytes) {
  const auto info = file.info();
  if (!info) return forward(info);
  const auto begin = std::min(begin_bytes, info->size_bytes);
  return read_range(file, begin, begin + std::min(info->size_bytes - begin, most_bytes));
}

Result<DestinationMark> mark_of(File& file) {
  return mark_at(file, UINT64_MAX);
}

Result<DestinationMark> mark_at(File& file, uint64_t end_bytes) {
  const auto info = file.info();
  if (!info) return forward(info);
  const auto end = std::min(info->size_bytes, end_bytes);
  const auto tail = read_range(file, end - std::min(end, kTailBytes), end);
  if (!tail) return forward(tail);
  return mark_behind(info->id, end, *tail);
}

Result<DestinationMark> mark_of(FileSystem& files, const std::string& path) {
  auto file = files.open(path, OpenMode::kRead);
  if (!file && file.error().code() == ErrorCode::kNotFound) return DestinationMark{};
  if (!file) return forward(file);
  return mark_of(**file);
}

DestinationMark mark_behind(const FileId& id, uint64_t end_bytes, std::string_view last_bytes) {
  const auto tail =
      last_bytes.substr(last_bytes.size() - std::min<size_t>(last_bytes.size(), kTailBytes));
  return {.exists = true,
          .id = id,
          .size_bytes = end_bytes,
          .tail_length_bytes = tail.size(),
          .tail_hash = hash64(tail)};
}

Result<std::optional<uint64_t>> find_tail(File& file, uint64_t file_bytes,
                                          const DestinationMark& mark) {
  const auto length = mark.tail_length_bytes;
  if (length == 0 || file_bytes < length) return std::nullopt;
  if (mark.size_bytes <= file_bytes) {
    const auto there = read_range(file, mark.size_bytes - length, mark.size_bytes);
    if (!there) return forward(there);
    if (hash64(*there) == mark.tail_hash) return mark.size_bytes;
  }
  // From the end on, in blocks that overlap, so that the latest place is found first.
  const auto first = file_bytes - std::min(file_bytes, kMostSearchedBytes);
  for (auto end = file_bytes; end >= first + length;) {
    const auto begin = std::max(first, end - std::min(end, kBlockBytes + length));
    const auto block = read_range(file, begin, end);
    if (!block) return forward(block);
    if (block->size() < length) return std::nullopt;
    for (auto at = block->size() - length + 1; at-- > 0;) {
      if (hash64(std::string_view(*block).substr(at, length)) == mark.tail_hash) {
        return begin + at + length;
      }
    }
    if (begin == first) break;
    end = begin + length - 1;
  }
  return std::nullopt;
}

Result<std::optional<uint64_t>> find_last(File& file, uint64_t before_bytes,
                                          std::string_view bytes) {
  const auto first = before_bytes - std::min(before_bytes, kMostSearchedBytes);
  for (auto end = before_bytes; end >= first + bytes.size();) {
    const auto begin = std::max(first, end - std::min(end, kBlockBytes + bytes.size()));
    const auto block = read_range(file, begin, end);
    if (!block) return forward(block);
    if (const auto at = block->rfind(bytes); at != std::string::npos) return begin + at;
    if (begin == first) break;
    end = begin + bytes.size() - 1;
  }
  return std::nullopt;
}

Result<size_t> count_in(File& file, std::string_view bytes) {
  const auto info = file.info();
  if (!info) return forward(info);
  OccurrenceCount count(bytes);
  const auto size_bytes = info->size_bytes;
  for (auto at = size_bytes - std::min(size_bytes, kMostSearchedBytes); at < size_bytes;
       at += kBlockBytes) {
    const auto block = read_range(file, at, std::min(size_bytes, at + kBlockBytes));
    if (!block) return forward(block);
    count.add(*block);
  }
  return count.value();
}

Result<std::optional<uint64_t>> find_beginning(File& file, uint64_t from_bytes,
                                               std::string_view bytes) {
  const auto wanted = bytes.substr(0, kTellingBytes);
  if (wanted.size() < kFewestTellingBytes) return std::nullopt;
  for (auto at = from_bytes; at - from_bytes < kMostSearchedBytes; at += kBlockBytes) {
    // A little of the next one, so that nothing is missed between two.
    const auto read = read_range(file, at, at + kBlockBytes + wanted.size() - 1);
    if (!read) return forward(read);
    const std::string_view block = *read;
    if (const auto found = block.find(wanted); found != std::string_view::npos) return at + found;
    if (block.size() == kBlockBytes + wanted.size() - 1) continue;
    for (auto cut = std::min(wanted.size() - 1, block.size()); cut >= kFewestTellingBytes; --cut) {
      if (block.ends_with(wanted.substr(0, cut))) return at + block.size() - cut;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

Result<GrowingHash::Value> hash_of(File& file) {
  GrowingHash hash;
  for (uint64_t at = 0;; at += kBlockBytes) {
    const auto block = read_range(file, at, at + kBlockBytes);
    if (!block) return forward(block);
    hash.update(*block);
    if (block->size() < kBlockBytes) return hash.value();
  }
}

}  // namespace kato
