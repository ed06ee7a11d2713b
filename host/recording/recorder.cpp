#include "host/recording/recorder.h"

#include <algorithm>

#include "host/io/files.h"
#include "host/recording/destination_file.h"
#include "host/recording/render_stage.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

constexpr uint64_t kHeadBytes = uint64_t{1} << 20;
constexpr size_t kWriteBytes = size_t{1} << 20;

// One bringing up to date.
class RecorderRun {
 public:
  RecorderRun(const RecorderInput& input, RecordingMeta recording)
      : input_(input), recording_(std::move(recording)) {}

  Result<RecordingMeta> run() {
    const auto place = input_.explicit_destination
                           ? input_.policy.check_explicit(recording_.destination)
                           : input_.policy.check(recording_.destination,
                                                 input_.session.identity.project_directory);
    if (!place.allowed()) return fail(ErrorCode::kRefused, "{}: {}", place.path, place.reason);
    place_ = place;
    const bool begins = !recording_.state.has_value();
    auto opened = begins ? begin() : resume();
    if (!opened) return forward(opened);
    if (auto rendered = render_events(); !rendered) return forward(rendered);
    if (auto written = write(); !written) return forward(written);
    const auto state = renderer_->save();
    if (!state) return forward(state);
    recording_.state = SavedBlob{.version = state->version, .bytes = state->blob};
    recording_.sink_version = input_.sink.identity().version;
    const auto mark = file_->mark();
    if (!mark) return forward(mark);
    recording_.after = *mark;
    return std::move(recording_);
  }

 private:
  // In a new file, or behind what is in the file already.
  Status begin() {
    const auto context = input_.context();
    if (!context) return forward(context);
    if (auto opened = open_renderer(*context, nullptr); !opened) return opened;
    if (auto opened = open_file(true); !opened) return opened;
    if (file_->is_empty()) return renderer_->begin(bytes_);
    const auto ends_line = file_->ends_line();
    if (!ends_line) return forward(ends_line);
    if (!*ends_line) bytes_.push_back('\n');
    return refresh_head();
  }

  Status resume() {
    const StateBlob state{.version = recording_.state->version, .blob = recording_.state->bytes};
    RecordingContext context;
    context.session = session_ref();
    context.recording_id = recording_.recording_id;
    context.project_directory = input_.session.identity.project_directory;
    context.created = recording_.created;
    if (auto opened = open_renderer(context, &state); !opened) return opened;
    return open_file(false);
  }

  Status open_renderer(const RecordingContext& context, const StateBlob* state) {
    auto renderer = input_.sink.open(
        {.context = context, .options_json = recording_.options_json, .state = state});
    if (!renderer) return forward(renderer);
    renderer_ = std::move(*renderer);
    return {};
  }

  Status open_file(bool create) {
    auto file = DestinationFile::open(input_.files, place_, create, input_.allow_hard_links);
    if (!file) return forward(file);
    file_.emplace(std::move(*file));
    return {};
  }

  Status refresh_head() {
    auto existing = input_.files.open(place_.path, OpenMode::kRead);
    if (!existing) return forward(existing);
    std::string head(kHeadBytes, '\0');
    const auto read = (*existing)->read_at(0, head);
    if (!read) return forward(read);
    head.resize(*read);
    const auto change = renderer_->refresh_head(head);
    if (!change) return forward(change);
    if (change->replaced_bytes == 0) return {};
    const auto replaced = replace_head(input_.files, place_, *change);
    if (!replaced && replaced.error().code() != ErrorCode::kExists) return replaced;
    return open_file(false);
  }

  Status render_events() {
    auto zone = TimeZone::named(recording_.time_zone);
    RenderStage stage(*renderer_, input_.sink.wants_json(), session_ref_,
                      zone ? *zone : TimeZone::utc());
    const bool same_twin = recording_.cursor.twin_generation == input_.twin.generation;
    auto reader =
        TwinReader::open(input_.files, input_.twin.path,
                         same_twin ? recording_.cursor.twin_offset : 0, input_.twin.size_bytes);
    if (!reader) return forward(reader);
    const uint64_t written_seq =
        recording_.cursor.written ? recording_.cursor.written->seq : uint64_t{0};
    while (true) {
      const auto next = reader->next_event();
      if (!next) return forward(next);
      if (!*next) break;
      const Event& event = (*next)->event;
      if (event.seq <= written_seq || !is_recorded(recording_, event.seq)) continue;
      if (auto rendered = stage.render(event, bytes_); !rendered) return rendered;
      recording_.cursor.written = EventPosition{.seq = event.seq, .event_id = event.id};
      if (bytes_.size() < kWriteBytes) continue;
      if (auto written = write(); !written) return written;
    }
    recording_.cursor.twin_offset = input_.twin.size_bytes;
    recording_.cursor.twin_generation = input_.twin.generation;
    return {};
  }

  Status write() {
    if (bytes_.empty()) return {};
    auto appended = file_->append(bytes_);
    bytes_.clear();
    return appended;
  }

  const SessionRef& session_ref() {
    const auto& identity = input_.session.identity;
    session_ref_ = {identity.provider, identity.provider_session_id, identity.session_id};
    return session_ref_;
  }

  const RecorderInput& input_;
  RecordingMeta recording_;
  Decision place_;
  SessionRef session_ref_{input_.session.identity.provider,
                          input_.session.identity.provider_session_id,
                          input_.session.identity.session_id};
  std::unique_ptr<Renderer> renderer_;
  std::optional<DestinationFile> file_;
  std::string bytes_;
};

}  // namespace

bool is_recorded(const RecordingMeta& recording, uint64_t seq) {
  return std::ranges::any_of(recording.periods, [seq](const RecordingPeriod& period) {
    return seq >= period.start.seq && (!period.stop || seq <= period.stop->seq);
  });
}

bool is_behind(const RecordingMeta& recording, const TwinSource& twin) {
  if (recording.periods.empty()) return false;
  const auto& cursor = recording.cursor;
  if (cursor.twin_generation != twin.generation || cursor.twin_offset >= twin.size_bytes) {
    return cursor.twin_generation != twin.generation;
  }
  const auto& last = recording.periods.back();
  const uint64_t written = cursor.written ? cursor.written->seq : uint64_t{0};
  return !last.stop || written < last.stop->seq;
}

Status bring_up_to_date(const RecorderInput& input, RecordingMeta& recording) {
  auto done = RecorderRun(input, recording).run();
  if (!done) return forward(done, "recording " + recording.destination);
  recording = std::move(*done);
  return {};
}

}  // namespace kato
