#include "host/recording/recorder.h"

#include "host/recording/doubtful_piece.h"
#include "host/recording/head_refresh.h"
#include "host/recording/recording_writer.h"
#include "host/recording/render_stage.h"
#include "host/recording/renderer_replay.h"
#include "host/recording/twin_positions.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

constexpr size_t kWriteBytes = size_t{1} << 20;
constexpr size_t kMostOpen = 4;  // recordings of a session

bool is_as_left(const RecordingMeta& recording, const OpenRecording& left) {
  const auto& now = recording.cursor;
  return now.twin_generation == left.cursor.twin_generation &&
         now.twin_offset == left.cursor.twin_offset &&
         recording.state->version == left.state.version &&
         recording.state->bytes == left.state.bytes;
}

// One bringing up to date.
class RecorderRun {
 public:
  RecorderRun(const RecorderInput& input, RecordingMeta& recording)
      : input_(input), recording_(recording) {}

  Result<Served> run() {
    if (auto found = find_positions(input_.files, input_.twin, recording_); !found) {
      return forward(found);
    }
    if (recording_.state) {
      if (auto resumed = resume(); !resumed) return forward(resumed);
    } else {
      if (auto opened = open_file(!recording_.after.exists); !opened) return forward(opened);
      const auto context = input_.context();
      if (!context) return forward(context);
      if (!*context) return Served::kPart;
      if (auto begun = begin(**context); !begun) return forward(begun);
    }
    cursor_ = recording_.cursor;
    const auto rendered = render_events();
    if (!rendered) return rendered;
    if (auto written = put(); !written) return forward(written);
    if (auto finished = writer_.finish(); !finished) return forward(finished);
    leave_open();
    return rendered;
  }

 private:
  // ---- Taking up where it is

  // In a new file, or behind what is in the file already.
  Status begin(const RecordingContext& context) {
    if (auto judged = judge_doubt(context); !judged) return judged;
    const bool unsure = recording_.unsure.has_value();
    const bool fresh = unsure ? recording_.after.size_bytes == 0 : file().info().size_bytes == 0;
    if (!unsure) {
      const auto known = recording_.after;
      if (auto noted = note_what_was_there(fresh); !noted) return noted;
      if (auto kept = keep_if_changed(known); !kept) return kept;
    }
    if (auto opened = open_renderer(context, nullptr); !opened) return opened;
    writer_.begin_hash(fresh && !recording_.after.exists);
    if (fresh) return renderer_->begin(piece_.bytes);
    if (unsure) {
      const auto begins = writer_.begins_line();
      if (!begins) return forward(begins);
      piece_.begins_line = *begins;
    } else {
      if (auto refreshed = refresh(); !refreshed) return refreshed;
      const auto begins = file().line_begins_at(file().info().size_bytes);
      if (!begins) return forward(begins);
      piece_.begins_line = !*begins;
    }
    if (piece_.begins_line) piece_.bytes.push_back('\n');
    return {};
  }

  // If not even the head is there, what stands in the file is somebody else's.
  Status judge_doubt(const RecordingContext& context) {
    const bool may_be_others = recording_.unsure && recording_.after.size_bytes == 0;
    if (!may_be_others || file().info().size_bytes == 0) return {};
    if (auto opened = open_renderer(context, nullptr); !opened) return opened;
    std::string head;
    if (auto begun = renderer_->begin(head); !begun || head.empty()) return begun;
    const auto begun = writer_.stretch().is_begun(file().file(), head);
    if (!begun) return forward(begun);
    if (*begun) return {};
    recording_.unsure.reset();
    return open_file(false);
  }

  Status note_what_was_there(bool fresh) {
    if (!fresh) {
      const auto mark = mark_of(file().file());
      if (!mark) return forward(mark);
      recording_.after = *mark;
    } else if (recording_.after.exists) {
      recording_.after = {.exists = true, .id = file().info().id};
    }
    return {};
  }

  // Somebody wrote to the file since the recording was asked for. Where it begins must be known
  // before its first byte is there.
  Status keep_if_changed(const DestinationMark& known) {
    const auto& now = recording_.after;
    const bool same = now.size_bytes == known.size_bytes && now.tail_hash == known.tail_hash;
    return same ? Status{} : input_.commit();
  }

  // A head that cannot be renewed stays as it is. What is written behind a new one is looked for
  // there after a power loss.
  Status refresh() {
    const HeadRefresh step{.files = input_.files, .place = input_.place, .commit = input_.commit};
    const auto done = refresh_head(step, *renderer_, recording_);
    if (!done) return forward(done);
    if (!*done) return {};
    if (auto opened = open_file(false); !opened) return opened;
    if (auto noted = note_what_was_there(false); !noted) return noted;
    return input_.commit();
  }

  // What was left open goes on from where it was left, or not at all.
  bool take_up_open() {
    if (input_.open == nullptr) return false;
    auto found = input_.open->extract(recording_.recording_id);
    if (found.empty() || recording_.unsure) return false;
    auto& left = found.mapped();
    const bool is_same_session = left.project_directory == input_.session.project_directory;
    if (!is_same_session || !is_as_left(recording_, left) || !writer_.take_up(left)) return false;
    renderer_ = std::move(left.renderer);
    return true;
  }

  void leave_open() {
    if (input_.open == nullptr || recording_.unsure || !recording_.state) return;
    if (input_.open->size() >= kMostOpen) return;
    auto left = std::move(writer_).leave();
    left.renderer = std::move(renderer_);
    input_.open->erase(recording_.recording_id);
    input_.open->emplace(recording_.recording_id, std::move(left));
  }

  Status resume_closed() {
    const StateBlob state{.version = recording_.state->version, .blob = recording_.state->bytes};
    auto opened = open_renderer(later_context(), &state);
    if (!opened && opened.error().code() == ErrorCode::kUnsupported) opened = replay_renderer();
    if (!opened) return opened;
    if (auto opened_file = open_file(false); !opened_file) return opened_file;
    return writer_.resume_hash();
  }

  Status replay_renderer() {
    if (auto opened = open_renderer(later_context(), nullptr); !opened) return opened;
    return replay(input_, recording_, *renderer_);
  }

  Status resume() {
    if (!take_up_open()) {
      if (auto opened = resume_closed(); !opened) return opened;
    }
    if (recording_.unsure) {
      piece_.begins_line = recording_.unsure->begins_line;
    } else if (file().info().size_bytes != recording_.after.size_bytes) {
      const auto begins = file().line_begins_at(file().info().size_bytes);
      if (!begins) return forward(begins);
      piece_.begins_line = !*begins;
    }
    if (piece_.begins_line) piece_.bytes.push_back('\n');
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
    return writer_.open(create,
                        {.end = [this] { return text_before(input_, recording_, later_context()); },
                         .count =
                             [this](std::string_view bytes) {
                               return count_before(input_, recording_, later_context(), bytes);
                             }});
  }

  [[nodiscard]] DestinationFile& file() { return writer_.file(); }

  // ---- Rendering

  // A copy that is gone must be told, so that it is made again.
  Result<TwinReader> open_twin() {
    const auto& twin = input_.twin;
    const auto lines_begin = twin.size_bytes - twin.last_lines.size();
    if (cursor_.twin_offset < lines_begin || cursor_.twin_offset >= twin.size_bytes) {
      return TwinReader::open(input_.files, twin.file, cursor_.twin_offset, twin.size_bytes);
    }
    if (const auto there = input_.files.info(twin.file.path); !there) return forward(there, "twin");
    const auto due = twin.last_lines.substr(cursor_.twin_offset - lines_begin);
    return TwinReader::over_lines(std::string(due), twin.file, cursor_.twin_offset);
  }

  Result<Served> render_events() {
    auto zone = TimeZone::named(recording_.time_zone);
    RenderStage stage(*renderer_, input_.sink.wants_json(), session_ref_,
                      zone ? *zone : TimeZone::utc());
    auto reader = open_twin();
    if (!reader) return forward(reader);
    const uint64_t written_seq = cursor_.written ? cursor_.written->seq : uint64_t{0};
    const uint64_t begin_bytes = cursor_.twin_offset;
    while (true) {
      if (is_part_over(begin_bytes)) return Served::kPart;
      const auto next = reader->next_event();
      if (!next) return forward(next);
      if (!*next) return Served::kAll;
      const Event& event = (*next)->event;
      const bool is_due = event.seq > written_seq && is_recorded(recording_, event.seq);
      if (is_due) {
        if (auto rendered = render(event, stage); !rendered) return forward(rendered);
        cursor_.written = EventPosition{.seq = event.seq, .event_id = event.id};
      }
      cursor_.twin_offset = (*next)->end_bytes;
      if (!is_due || (piece_.bytes.size() < kWriteBytes && !looks_for_events())) continue;
      if (auto written = put(); !written) return forward(written);
    }
  }

  // What was in doubt is found out in one go.
  [[nodiscard]] bool is_part_over(uint64_t begin_bytes) const {
    const bool is_at_end = cursor_.twin_offset >= input_.twin.size_bytes;
    const bool is_enough = cursor_.twin_offset - begin_bytes >= input_.part_bytes;
    return is_enough && !is_at_end && !recording_.unsure;
  }

  [[nodiscard]] bool looks_for_events() const {
    return writer_.stretch().goes_on() && recording_.unsure && recording_.unsure->after_power_loss;
  }

  // After a power loss, an event may stand in the file with a capture time that is gone.
  Status render(const Event& event, RenderStage& stage) {
    if (!looks_for_events()) return stage.render(event, piece_.bytes);
    if (auto written = put(); !written) return written;  // what comes before the first event
    if (is_later(event, *recording_.unsure)) {
      if (auto ended = end_search(); !ended) return ended;
      return stage.render(event, piece_.bytes);
    }
    const auto before = renderer_->save();
    if (!before) return forward(before);
    if (auto rendered = stage.render(event, piece_.bytes); !rendered) return rendered;
    const TimelessRendering how{.sink = input_.sink,
                                .context = later_context(),
                                .options_json = recording_.options_json,
                                .before = *before,
                                .session = session_ref_};
    return fit_to_file(file(), writer_.stretch(), how, {event, *recording_.unsure}, piece_);
  }

  Status end_search() {
    writer_.end_search();
    const auto begins = file().line_begins_at(file().info().size_bytes);
    if (!begins) return forward(begins);
    piece_.begins_line = !*begins;
    if (piece_.begins_line) piece_.bytes.push_back('\n');
    return {};
  }

  Status put() {
    const auto state = renderer_->save();
    if (!state) return forward(state);
    return writer_.put(piece_, cursor_, *state);
  }

  const RecorderInput& input_;
  RecordingMeta& recording_;
  SessionRef session_ref_{input_.session.provider, input_.session.provider_session_id,
                          input_.session.session_id};
  std::unique_ptr<Renderer> renderer_;
  RecordingWriter writer_{input_, recording_};
  WriteCursor cursor_;   // behind what is rendered
  RenderedPiece piece_;  // not yet put
};

}  // namespace

Result<Served> bring_up_to_date(const RecorderInput& input, RecordingMeta& recording) {
  auto done = RecorderRun(input, recording).run();
  if (!done) return forward(done, "recording " + recording.destination);
  return done;
}

}  // namespace kato
