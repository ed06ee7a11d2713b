#include "host/recording/whole_replacement.h"

namespace kato {
namespace {

// The recording as it will be, in the file beside.
Result<RecordingMeta> record_beside(const RecorderInput& input, const RecordingMeta& recording) {
  const auto place = place_beside(input.place, recording);
  RecordingMeta fresh = recording;
  fresh.destination = place.path;
  fresh.cursor = {};
  fresh.cursor.twin_generation = input.twin.generation;
  fresh.after = {};
  fresh.unsure.reset();
  fresh.state.reset();
  fresh.whole_file.reset();
  fresh.intent.reset();
  fresh.periods = recording.intent->periods;
  const RecorderInput beside{.files = input.files,
                             .session = input.session,
                             .twin = input.twin,
                             .sink = input.sink,
                             .place = place,
                             .allow_hard_links = input.allow_hard_links,
                             .context = input.context,
                             .announce = [](const JournaledWrite&) { return Status{}; },
                             .commit = []() { return Status{}; }};
  for (auto served = Served::kPart; served == Served::kPart;) {
    const auto written = bring_up_to_date(beside, fresh);
    if (!written) return forward(written);
    served = *written;
  }
  if (!fresh.whole_file) {
    return fail(ErrorCode::kIo, "{} was changed while it was written", place.path);
  }
  fresh.destination = recording.destination;
  return fresh;
}

Status finish(const RecorderInput& input, const FileInfo& destination, const RecordingMeta& fresh,
              ReplacementIntent& intent) {
  const auto place = place_beside(input.place, fresh);
  auto file = input.files.open_beneath(place.root, place.relative, OpenMode::kAppend);
  if (!file) return forward(file);
  intent.new_hash = *fresh.whole_file;
  return finish_beside(**file, destination, intent);
}

Result<RecordingMeta> make_new(const RecorderInput& input, RecordingMeta& recording) {
  const auto destination = input.files.info(input.place.path);
  if (!destination) return forward(destination);
  const auto made = make_beside(input.files, place_beside(input.place, recording));
  if (!made) return forward(made);
  auto fresh = record_beside(input, recording);
  if (!fresh) return fresh;
  if (auto finished = finish(input, *destination, *fresh, *recording.intent); !finished) {
    return forward(finished);
  }
  return fresh;
}

}  // namespace

Result<ExchangeEnd> replace_by_conversation(const RecorderInput& input, RecordingMeta& recording) {
  auto& intent = *recording.intent;
  intent.new_path = place_beside(input.place, recording).path;
  auto fresh = make_new(input, recording);
  if (!fresh) {
    static_cast<void>(input.files.remove(intent.new_path));  // the failure is what is reported
    intent.new_id = {};                                      // another file may get it now
    return forward(fresh);
  }
  if (auto committed = input.commit(); !committed) return forward(committed);
  const auto end = exchange_in(input.files, input.place.path, intent);
  if (!end && intent.new_id == FileId{}) static_cast<void>(input.commit());
  if (!end) return end;
  if (*end == ExchangeEnd::kInPlace) recording = std::move(*fresh);
  return end;
}

Result<ExchangeEnd> recover_replacement(FileSystem& files, RecordingMeta& recording) {
  auto end = recover_exchange(files, recording.destination, *recording.intent);
  if (!end) return end;
  if (*end == ExchangeEnd::kNotInPlace) {
    recording.intent->new_id = {};
    return end;
  }
  recording.unsure = UnsureStretch{.offset_bytes = 0,
                                   .end_bytes = recording.intent->new_hash.size_bytes,
                                   .skipped_bytes = 0,
                                   .begins_line = false,
                                   .after_power_loss = false};
  recording.after = {};
  recording.state.reset();
  recording.whole_file.reset();
  recording.cursor = {
      .written = {}, .twin_offset = 0, .twin_generation = recording.cursor.twin_generation};
  recording.periods = std::move(recording.intent->periods);
  recording.intent.reset();
  return end;
}

}  // namespace kato
