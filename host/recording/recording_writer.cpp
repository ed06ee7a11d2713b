#include "host/recording/recording_writer.h"

#include <algorithm>
#include <utility>

#include "host/recording/announced_write.h"

namespace kato {

Status RecordingWriter::open(bool create, WrittenBefore before) {
  auto file = DestinationFile::open(input_.files, input_.place, create, input_.allow_hard_links);
  if (!file) return forward(file);
  file_.emplace(std::move(*file));
  stretch_ = {};
  if (!recording_.unsure) return {};
  auto stretch =
      WrittenStretch::locate(*file_, *recording_.unsure, recording_.after, std::move(before));
  if (!stretch) return forward(stretch);
  stretch_ = *stretch;
  return {};
}

// After a power loss what was there tells it. Where a person edited the end of that, or wrote on in
// its line, the first event is looked for, and what is before that stays.
Result<bool> RecordingWriter::begins_line() {
  const auto& unsure = *recording_.unsure;
  if (unsure.begins_line || !unsure.after_power_loss) return unsure.begins_line;
  const auto& after = recording_.after;
  const auto file_bytes = file_->info().size_bytes;
  const auto tail = find_tail(file_->file(), file_bytes, after);
  if (!tail) return forward(tail);
  if (!*tail && (after.tail_length_bytes > 0 || after.size_bytes > file_bytes)) return false;
  const auto end = tail->value_or(after.size_bytes);
  const auto is_begun = file_->line_begins_at(end);
  if (!is_begun) return is_begun;
  if (*is_begun || end == file_bytes) return !*is_begun;
  return file_->line_begins_at(end + 1);
}

bool RecordingWriter::take_up(OpenRecording& left) {
  if (!left.file.is_still_at(input_.place)) return false;
  file_.emplace(std::move(left.file));
  const auto& known = recording_.whole_file;
  whole_known_ = left.whole && known && known->size_bytes == file_->info().size_bytes;
  if (whole_known_) whole_ = std::move(*left.whole);
  return true;
}

OpenRecording RecordingWriter::leave() && {
  return {.renderer = nullptr,
          .file = std::move(*file_),
          .whole = whole_known_ ? std::optional(std::move(whole_)) : std::nullopt,
          .project_directory = input_.session.project_directory,
          .cursor = recording_.cursor,
          .state = *recording_.state};
}

// It goes on only where nobody else has written.
Status RecordingWriter::resume_hash() {
  if (!recording_.whole_file) return {};
  const auto& value = *recording_.whole_file;
  const auto skipped = recording_.unsure ? recording_.unsure->skipped_bytes : 0;
  const auto next = recording_.unsure ? stretch_.offset_bytes() : file_->info().size_bytes;
  if (next != value.size_bytes + skipped) return {};
  const auto rest_bytes = GrowingHash::rest_bytes(value);
  const auto rest = read_range(file_->file(), value.size_bytes - rest_bytes, value.size_bytes);
  if (!rest) return forward(rest);
  whole_known_ = rest->size() == rest_bytes && whole_.resume(value, *rest);
  return {};
}

// A line of JSON cannot be gone on with behind what somebody else wrote, nor stand behind half a
// line of theirs: then it stands whole on a line of its own.
Result<size_t> RecordingWriter::take(RenderedPiece& piece) {
  const bool may_be_there = stretch_.goes_on();
  const auto there = stretch_.take(file_->file(), piece.bytes);
  if (!there || !may_be_there || *there == piece.bytes.size()) return there;
  const auto file_bytes = file_->info().size_bytes;
  if (!input_.sink.wants_json() || stretch_.offset_bytes() >= file_bytes) return there;
  const auto begins = file_->line_begins_at(file_bytes);
  if (!begins) return forward(begins);
  const auto lines = std::string_view(piece.bytes).substr(0, *there).rfind('\n') + 1;
  if (*begins) return lines;
  if (std::exchange(piece.begins_line, true)) return std::max<size_t>(lines, 1) - 1;
  piece.bytes.insert(piece.bytes.begin(), '\n');
  return lines;
}

Status RecordingWriter::put(RenderedPiece& piece, const WriteCursor& cursor,
                            const StateBlob& state) {
  const auto there = take(piece);
  if (!there) return forward(there);
  if (*there > 0) {
    const auto end = whole_.value().size_bytes + *there;
    whole_known_ = whole_known_ && stretch_.offset_bytes() == end;
  }
  JournaledWrite write;
  write.recording_id = recording_.recording_id;
  write.skipped_bytes = *there;
  write.begins_line = piece.begins_line;
  write.cursor = cursor;
  write.state = {.version = state.version, .bytes = state.blob};
  GrowingHash whole = whole_;
  whole.update(piece.bytes);
  const auto rest = std::string_view(piece.bytes).substr(*there);
  if (!rest.empty()) {
    if (auto written = write_rest(write, rest, whole); !written) return written;
  } else if (!piece.bytes.empty()) {
    found_ = true;
    const auto mark = mark_at(file_->file(), stretch_.offset_bytes());  // a person's lines as well
    if (!mark) return forward(mark);
    recording_.after = *mark;
  }
  whole_ = std::move(whole);
  advance(std::move(write));
  piece = {};
  return {};
}

Status RecordingWriter::write_rest(JournaledWrite& write, std::string_view rest,
                                   const GrowingHash& whole) {
  const auto end = file_->info().size_bytes + rest.size();
  whole_known_ = whole_known_ && end == whole.value().size_bytes;
  if (whole_known_) write.whole = whole.value();
  if (auto written = append(write, rest); !written) return written;
  whole_known_ = whole_known_ && file_->info().size_bytes == end;
  recording_.after = mark_behind(file_->info().id, file_->info().size_bytes, rest);
  return {};
}

Status RecordingWriter::commit_found() {
  if (!found_) return {};
  found_ = false;
  return input_.commit();
}

// What was in doubt is known now: an announcement must not build upon what only this run knows.
Status RecordingWriter::settle(const JournaledWrite& write) {
  if (!recording_.unsure) return commit_found();
  found_ = false;
  const auto end = file_->info().size_bytes;
  recording_.unsure = UnsureStretch{.offset_bytes = end,
                                    .end_bytes = end,
                                    .skipped_bytes = write.skipped_bytes,
                                    .begins_line = write.begins_line,
                                    .after_power_loss = false};
  return input_.commit();
}

Status RecordingWriter::append(JournaledWrite& write, std::string_view bytes) {
  if (auto settled = settle(write); !settled) return settled;
  describe_append(write, file_->info(), bytes);
  if (auto announced = input_.announce(write); !announced) return announced;
  auto appended = file_->append(bytes);
  if (!appended) recording_.unsure = left_by_failure(write, bytes);
  return appended;
}

// How much of it is there is known, unless somebody else wrote to the file too. What is there of a
// beginning is looked for all the same: if a person removes it, all of it is to come again.
UnsureStretch RecordingWriter::left_by_failure(const JournaledWrite& write,
                                               std::string_view bytes) {
  auto stretch = stretch_of(write);
  const auto now = file_->file().info();
  const bool is_known = recording_.state && now && now->id == write.file &&
                        now->size_bytes >= write.offset_bytes &&
                        now->size_bytes <= write.offset_bytes + bytes.size();
  if (!is_known) return stretch;
  const auto there = read_range(file_->file(), write.offset_bytes, now->size_bytes);
  if (!there || !bytes.starts_with(*there)) return stretch;
  stretch.offset_bytes = stretch.end_bytes = now->size_bytes;
  stretch.skipped_bytes += there->size();
  return stretch;
}

void RecordingWriter::advance(JournaledWrite write) {
  recording_.cursor = write.cursor;
  recording_.state = std::move(write.state);
  recording_.sink_version = input_.sink.identity().version;
  recording_.unsure = stretch_.left();
  recording_.whole_file.reset();
  if (whole_known_) recording_.whole_file = whole_.value();
}

}  // namespace kato
