#include "host/recording/recorder.h"

#include <algorithm>

#include "host/base/hash.h"
#include "host/recording/destination_file.h"
#include "host/recording/event_matching.h"
#include "host/recording/head_refresh.h"
#include "host/recording/render_stage.h"
#include "host/recording/twin_positions.h"
#include "host/recording/written_stretch.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

constexpr size_t kWriteBytes = size_t{1} << 20;

// One bringing up to date.
class RecorderRun {
 public:
  RecorderRun(const RecorderInput& input, RecordingMeta& recording)
      : input_(input), recording_(recording) {}

  Status run() {
    if (auto found = find_positions(input_.files, input_.twin, recording_); !found) return found;
    auto opened = recording_.state ? resume() : begin();
    if (!opened) return opened;
    cursor_ = recording_.cursor;
    if (auto rendered = render_events(); !rendered) return rendered;
    if (auto written = put(); !written) return written;
    return commit_found();
  }

 private:
  // ---- Taking up where it is

  // In a new file, or behind what is in the file already.
  Status begin() {
    if (auto opened = open_file(!recording_.after.exists); !opened) return opened;
    const bool unsure = recording_.unsure.has_value();
    const bool fresh = unsure ? recording_.after.size_bytes == 0 : file_->info().size_bytes == 0;
    if (!unsure) {
      if (auto noted = note_what_was_there(fresh); !noted) return noted;
    }
    const auto context = input_.context();
    if (!context) return forward(context);
    if (auto opened = open_renderer(*context, nullptr); !opened) return opened;
    whole_known_ = fresh && !recording_.after.exists;
    if (fresh) return renderer_->begin(bytes_);
    if (unsure) {
      begins_line_ = recording_.unsure->begins_line;
    } else {
      if (auto refreshed = refresh(); !refreshed) return refreshed;
      const auto begins = file_->line_begins_at(file_->info().size_bytes);
      if (!begins) return forward(begins);
      begins_line_ = !*begins;
    }
    if (begins_line_) bytes_.push_back('\n');
    return {};
  }

  Status note_what_was_there(bool fresh) {
    if (!fresh) {
      const auto mark = mark_of(file_->file());
      if (!mark) return forward(mark);
      recording_.after = *mark;
    } else if (recording_.after.exists) {
      recording_.after = {.exists = true, .id = file_->info().id};
    }
    return {};
  }

  // A head that cannot be renewed stays as it is.
  Status refresh() {
    const HeadRefresh step{.files = input_.files, .place = input_.place, .commit = input_.commit};
    const auto done = refresh_head(step, *renderer_, recording_);
    if (!done) return forward(done);
    if (!*done) return {};
    if (auto opened = open_file(false); !opened) return opened;
    return note_what_was_there(false);
  }

  Status resume() {
    const StateBlob state{.version = recording_.state->version, .blob = recording_.state->bytes};
    if (auto opened = open_renderer(later_context(), &state); !opened) return opened;
    if (auto opened = open_file(false); !opened) return opened;
    if (auto hashed = resume_hash(); !hashed) return hashed;
    if (recording_.unsure) {
      begins_line_ = recording_.unsure->begins_line;
    } else if (file_->info().size_bytes != recording_.after.size_bytes) {
      const auto begins = file_->line_begins_at(file_->info().size_bytes);
      if (!begins) return forward(begins);
      begins_line_ = !*begins;
    }
    if (begins_line_) bytes_.push_back('\n');
    return {};
  }

  // The hash of the whole file goes on only where nobody else has written.
  Status resume_hash() {
    if (!recording_.whole_file) return {};
    const auto& value = *recording_.whole_file;
    const auto skipped = recording_.unsure ? recording_.unsure->skipped_bytes : 0;
    const auto next = recording_.unsure ? stretch_.offset_bytes() : file_->info().size_bytes;
    if (next != value.size_bytes + skipped) return {};
    std::string rest(GrowingHash::rest_bytes(value), '\0');
    const auto got = file_->file().read_at(value.size_bytes - rest.size(), rest);
    if (!got) return forward(got);
    whole_known_ = *got == rest.size() && whole_.resume(value, rest);
    return {};
  }

  [[nodiscard]] RecordingContext later_context() const {
    RecordingContext context;
    context.session = session_ref_;
    context.recording_id = recording_.recording_id;
    context.project_directory = input_.session.project_directory;
    context.created = recording_.created;
    return context;
  }

  Status open_renderer(const RecordingContext& context, const StateBlob* state) {
    auto renderer = input_.sink.open(
        {.context = context, .options_json = recording_.options_json, .state = state});
    if (!renderer) return forward(renderer);
    renderer_ = std::move(*renderer);
    return {};
  }

  Status open_file(bool create) {
    auto file = DestinationFile::open(input_.files, input_.place, create, input_.allow_hard_links);
    if (!file) return forward(file);
    file_.emplace(std::move(*file));
    if (!recording_.unsure) return {};
    auto stretch = WrittenStretch::locate(*file_, *recording_.unsure, recording_.after);
    if (!stretch) return forward(stretch);
    stretch_ = *stretch;
    return {};
  }

  // ---- Rendering

  Status render_events() {
    auto zone = TimeZone::named(recording_.time_zone);
    RenderStage stage(*renderer_, input_.sink.wants_json(), session_ref_,
                      zone ? *zone : TimeZone::utc());
    auto reader = TwinReader::open(input_.files, input_.twin.path, cursor_.twin_offset,
                                   input_.twin.size_bytes);
    if (!reader) return forward(reader);
    const uint64_t written_seq = cursor_.written ? cursor_.written->seq : uint64_t{0};
    while (true) {
      const auto next = reader->next_event();
      if (!next) return forward(next);
      if (!*next) return {};
      const Event& event = (*next)->event;
      cursor_.twin_offset = (*next)->end_bytes;
      if (event.seq <= written_seq || !is_recorded(recording_, event.seq)) continue;
      if (auto rendered = render(event, stage); !rendered) return rendered;
      cursor_.written = EventPosition{.seq = event.seq, .event_id = event.id};
      if (bytes_.size() < kWriteBytes && !looks_for_events()) continue;
      if (auto written = put(); !written) return written;
    }
  }

  [[nodiscard]] bool looks_for_events() const {
    return stretch_.goes_on() && recording_.unsure && recording_.unsure->after_power_loss;
  }

  // After a power loss, an event may stand in the file with a capture time that is gone.
  Status render(const Event& event, RenderStage& stage) {
    if (!looks_for_events()) return stage.render(event, bytes_);
    if (auto written = put(); !written) return written;  // what comes before the first event
    const auto before = renderer_->save();
    if (!before) return forward(before);
    if (auto rendered = stage.render(event, bytes_); !rendered) return rendered;
    const auto matched = stretch_.match(file_->file(), bytes_);
    if (!matched) return forward(matched);
    if (*matched == bytes_.size()) return {};
    const TimelessRendering how{.sink = input_.sink,
                                .context = later_context(),
                                .options_json = recording_.options_json,
                                .before = *before,
                                .session = session_ref_};
    const auto loose = render_without_capture_time(how, event);
    if (!loose) return forward(loose);
    const auto there = stretch_.match(file_->file(), *loose);
    if (!there) return forward(there);
    if (*there) bytes_ = **there;
    return {};
  }

  // ---- Writing

  // Everything that is rendered goes to the file, as far as it is not there, and the recording
  // moves on behind it.
  Status put() {
    const auto state = renderer_->save();
    if (!state) return forward(state);
    const auto there = stretch_.take(file_->file(), bytes_);
    if (!there) return forward(there);
    JournaledWrite write;
    write.recording_id = recording_.recording_id;
    write.skipped_bytes = *there;
    write.begins_line = begins_line_;
    write.cursor = cursor_;
    write.state = {.version = state->version, .bytes = state->blob};
    GrowingHash whole = whole_;
    whole.update(bytes_);
    const auto rest = std::string_view(bytes_).substr(*there);
    if (!rest.empty()) {
      const auto offset = file_->info().size_bytes;
      whole_known_ = whole_known_ && offset + rest.size() == whole.value().size_bytes;
      if (whole_known_) write.whole = whole.value();
      if (auto written = append(write, rest); !written) return written;
      const auto end = offset + rest.size();
      whole_known_ = whole_known_ && file_->info().size_bytes == end;
      recording_.after = mark_behind(file_->info().id, file_->info().size_bytes, rest);
    } else if (!bytes_.empty()) {
      found_ = true;
      recording_.after = mark_behind(file_->info().id, stretch_.offset_bytes(), bytes_);
    }
    whole_ = std::move(whole);
    advance(std::move(write));
    return {};
  }

  // What was found in the file is known only here: an announcement must not build upon it.
  Status commit_found() {
    if (!found_) return {};
    found_ = false;
    return input_.commit();
  }

  Status append(JournaledWrite& write, std::string_view bytes) {
    if (auto committed = commit_found(); !committed) return committed;
    const auto& info = file_->info();
    const auto tail = mark_behind(info.id, info.size_bytes + bytes.size(), bytes);
    write.file = info.id;
    write.offset_bytes = info.size_bytes;
    write.length_bytes = bytes.size();
    write.hash = hash64(bytes);
    write.tail_length_bytes = tail.tail_length_bytes;
    write.tail_hash = tail.tail_hash;
    if (auto announced = input_.announce(write); !announced) return announced;
    auto appended = file_->append(bytes);
    if (appended) return {};
    recording_.unsure = UnsureStretch{.offset_bytes = write.offset_bytes,
                                      .end_bytes = write.offset_bytes + write.length_bytes,
                                      .skipped_bytes = write.skipped_bytes,
                                      .begins_line = write.begins_line,
                                      .after_power_loss = false};
    return appended;
  }

  void advance(JournaledWrite write) {
    recording_.cursor = cursor_;
    recording_.state = std::move(write.state);
    recording_.sink_version = input_.sink.identity().version;
    recording_.unsure = stretch_.left();
    recording_.whole_file.reset();
    if (whole_known_) recording_.whole_file = whole_.value();
    bytes_.clear();
    begins_line_ = false;
  }

  const RecorderInput& input_;
  RecordingMeta& recording_;
  SessionRef session_ref_{input_.session.provider, input_.session.provider_session_id,
                          input_.session.session_id};
  std::unique_ptr<Renderer> renderer_;
  std::optional<DestinationFile> file_;
  WrittenStretch stretch_;
  WriteCursor cursor_;  // behind what is rendered
  std::string bytes_;   // rendered, not yet put
  bool begins_line_ = false;
  bool found_ = false;  // what was put last stood in the file already
  GrowingHash whole_;
  bool whole_known_ = false;
};

}  // namespace

bool is_recorded(const RecordingMeta& recording, uint64_t seq) {
  return std::ranges::any_of(recording.periods, [seq](const RecordingPeriod& period) {
    return seq >= period.start.seq && (!period.stop || seq <= period.stop->seq);
  });
}

bool is_behind(const RecordingMeta& recording, const TwinSource& twin) {
  if (recording.periods.empty()) return false;
  if (!recording.state) return true;
  const auto& cursor = recording.cursor;
  const bool all_seen =
      cursor.twin_generation == twin.generation && cursor.twin_offset >= twin.size_bytes;
  return !all_seen && lacks_events(recording, UINT64_MAX);
}

bool lacks_events(const RecordingMeta& recording, uint64_t next_seq) {
  const uint64_t written = recording.cursor.written ? recording.cursor.written->seq : uint64_t{0};
  return std::ranges::any_of(recording.periods, [&](const RecordingPeriod& period) {
    const auto stop = period.stop ? period.stop->seq : next_seq - 1;
    return stop > written && stop >= period.start.seq;
  });
}

Status bring_up_to_date(const RecorderInput& input, RecordingMeta& recording) {
  auto done = RecorderRun(input, recording).run();
  if (!done) return forward(done, "recording " + recording.destination);
  return {};
}

}  // namespace kato
