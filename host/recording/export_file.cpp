#include "host/recording/export_file.h"

#include <algorithm>

#include "host/recording/announced_write.h"

namespace kato {
namespace {

constexpr size_t kWriteBytes = size_t{1} << 20;

Result<bool> ends_within_line(FileSystem& files, const Decision& place) {
  auto file = files.open_beneath(place.root, place.relative, OpenMode::kRead);
  if (!file) return forward(file);
  const auto info = (*file)->info();
  if (!info) return forward(info);
  const auto last = read_range(**file, info->size_bytes - 1, info->size_bytes);
  if (!last) return forward(last);
  return *last != "\n";
}

// Somebody removed what there is of it.
bool is_gone(const ExportPlace& input, const PendingExport& pending) {
  if (!pending.after.exists) return false;
  const auto there = input.files.link_info(input.place.path);
  return !there && there.error().code() == ErrorCode::kNotFound;
}

Status begin(const ExportPlace& input, PendingExport& pending) {
  if (pending.begun && !is_gone(input, pending)) return {};
  pending.written_bytes = 0;
  pending.unsure.reset();
  pending.doubted = false;
  const auto now = mark_of(input.files, input.place.path);
  if (!now) return forward(now);
  pending.after = *now;
  pending.goes_on = now->size_bytes > 0;
  pending.begins_line = false;
  if (pending.goes_on) {
    const auto within = ends_within_line(input.files, input.place);
    if (!within) return forward(within);
    pending.begins_line = *within;
  }
  pending.begun = true;
  auto committed = input.commit();
  pending.begun = committed.has_value();
  return committed;
}

}  // namespace

Status write_export(const ExportPlace& input, PendingExport& pending,
                    const std::function<Status()>& write) {
  if (auto begun = begin(input, pending); !begun) return begun;
  auto written = write();
  if (written || pending.begun) return written;
  if (auto begun = begin(input, pending); !begun) return begun;
  return write();
}

Result<bool> holds_export(FileSystem& files, const Decision& place, const PendingExport& pending,
                          const ExportRecord& noted) {
  if (noted.hash == 0 || pending.after.size_bytes < pending.written_bytes) return false;
  const auto file = files.open_beneath(place.root, place.relative, OpenMode::kRead);
  if (!file) return false;  // whether it is gone is found out by writing it
  auto at = pending.after.size_bytes - pending.written_bytes + (pending.begins_line ? 1 : 0);
  const auto end = at + noted.size_bytes;
  StreamingHash64 hash;
  while (at < end) {
    const auto there = read_range(**file, at, std::min(end, at + kWriteBytes));
    if (!there) return forward(there);
    if (there->empty()) return false;
    hash.update(*there);
    at += there->size();
  }
  return hash.digest() == noted.hash;
}

namespace {

WrittenBefore nothing_before() {
  return {.end = [] { return EarlierText(); },
          .count = [](std::string_view) { return std::optional<size_t>(0); }};
}

}  // namespace

Result<ExportFile> ExportFile::open(const ExportPlace& input, PendingExport& pending) {
  auto file = DestinationFile::open(input.files, input.place, true, input.allow_hard_links);
  if (!file) return forward(file);
  ExportFile made(input, pending, std::move(*file));
  if (pending.unsure) {
    auto stretch =
        WrittenStretch::locate(made.file_, *pending.unsure, pending.after, nothing_before());
    if (!stretch) return forward(stretch);
    made.stretch_ = *stretch;
  }
  if (pending.begins_line) made.bytes_.push_back('\n');
  return made;
}

Status ExportFile::take(std::string_view bytes) {
  size_bytes_ += bytes.size();
  hash_->update(bytes);
  bytes_ += bytes;
  return bytes_.size() < kWriteBytes ? Status{} : put();
}

Status ExportFile::finish() {
  return put();
}

Status ExportFile::put() {
  std::string_view bytes = bytes_;
  const auto others = is_somebody_elses(bytes);
  if (!others) return forward(others);
  if (*others) {
    pending_.begun = false;
    return fail(ErrorCode::kExists, "somebody else has written to {}", input_.place.path);
  }
  const auto known = std::min<uint64_t>(pending_.written_bytes - skipped_bytes_, bytes.size());
  skipped_bytes_ += known;
  bytes.remove_prefix(known);
  const auto there = stretch_.take(file_.file(), bytes);
  if (!there) return forward(there);
  found_bytes_ += *there;
  bytes.remove_prefix(*there);
  if (!bytes.empty()) {
    if (auto settled = settle(); !settled) return settled;
    if (auto appended = append(bytes); !appended) return appended;
  }
  bytes_.clear();
  return {};
}

// The file was empty, and what stands in it now is nothing of the export, which begins so.
Result<bool> ExportFile::is_somebody_elses(std::string_view bytes) {
  const bool begins = size_bytes_ == bytes.size() && pending_.written_bytes == 0;
  if (!begins || pending_.goes_on || file_.info().size_bytes == 0) return false;
  const auto begun = stretch_.is_begun(file_.file(), bytes);
  if (!begun) return forward(begun);
  return !*begun;
}

// What was found in the file is known only here: an announcement must not build upon it.
Status ExportFile::settle() {
  if (!pending_.unsure && found_bytes_ == 0) return {};
  const auto now = mark_of(file_.file());
  if (!now) return forward(now);
  pending_.written_bytes += found_bytes_;
  skipped_bytes_ += found_bytes_;
  found_bytes_ = 0;
  pending_.after = *now;
  pending_.unsure.reset();
  return input_.commit();
}

Status ExportFile::append(std::string_view bytes) {
  JournaledWrite write;
  write.recording_id = pending_.export_id;
  describe_append(write, file_.info(), bytes);
  write.exported_bytes = pending_.written_bytes + bytes.size();
  if (auto announced = input_.announce(write); !announced) return announced;
  pending_.unsure = stretch_of(write);
  if (auto appended = file_.append(bytes); !appended) return appended;
  pending_.unsure.reset();
  pending_.written_bytes = write.exported_bytes;
  skipped_bytes_ += bytes.size();
  pending_.after = mark_behind(file_.info().id, file_.info().size_bytes, bytes);
  return {};
}

}  // namespace kato
