#include "host/daemon/session_serving.h"

#include <algorithm>
#include <cerrno>

#include "host/daemon/degraded_names.h"
#include "host/daemon/export_session.h"
#include "host/daemon/session_exports.h"
#include "host/recording/destination_file.h"
#include "host/recording/recording_changes.h"
#include "host/recording/sibling_path.h"
#include "host/recording/twin_positions.h"
#include "host/recording/whole_replacement.h"

namespace kato {
namespace {

bool cannot_exchange(const Error& error) {
  return error.errno_value() == EINVAL || error.errno_value() == ENOSYS;
}

// Its head is written though nothing was said yet.
bool is_to_be_begun(const RecordingMeta& recording) {
  return recording.desired == DesiredState::kOn && !recording.state && !recording.periods.empty();
}

}  // namespace

Result<ServingEnd> SessionServing::serve_all() {
  while (true) {
    const auto served = serve_part();
    if (!served || !served->has_more) return served;
  }
}

Result<ServingEnd> SessionServing::serve_part() {
  const SessionMeta& meta = runtime_.meta();
  const bool is_idle = meta.recordings.empty() && meta.pending_exports.empty();
  if (is_idle && !runtime_.wants_twin()) return ServingEnd{};
  // A copy that is being made anyway spares an export the decoding.
  const auto copied = runtime_.wants_twin() ? make_twin_part() : ServingEnd{};
  if (!copied || copied->has_more) return copied;
  ServingEnd end = *copied;
  if (!meta.pending_exports.empty()) {
    const auto exported = SessionExports(context_, runtime_).serve();
    if (!exported) return forward(exported);
    end.failed = end.failed || !*exported;
  }
  if (!needs_twin() || copied->failed) return end;
  if (!meta.twin.exists) {
    const auto made = make_twin_part();
    if (!made) return made;
    end.failed = end.failed || made->failed;
    end.has_more = made->has_more;
    if (made->failed || made->has_more) return end;
  }
  if (auto settled = settle_twin(); !settled) return forward(settled);
  const auto twin = runtime_.twin_source();
  for (size_t i = 0; i < meta.recordings.size(); ++i) {
    const auto served = serve_one(i, twin);
    if (!served) return served;
    end.failed = end.failed || served->failed;
    end.has_more = end.has_more || served->has_more;
    // Heads are gathered one after the other.
    if (served->has_more && !meta.recordings[i].state) break;
  }
  // The runtime that is opened next makes it again.
  if (end.failed && runtime_.has_lost_twin()) {
    return fail(ErrorCode::kIo, "the copy of the conversation is gone: it is made again");
  }
  return end;
}

Result<ServingEnd> SessionServing::make_twin_part() {
  const auto made = runtime_.make_twin_part(context_.part_bytes);
  if (made) return ServingEnd{.has_more = !*made};
  if (runtime_.has_new_twin()) return forward(made);
  const SessionMeta& meta = runtime_.meta();
  for (const auto& recording : meta.recordings) {
    if (lacks_events(recording, meta.next_seq)) note_failure(recording, made.error());
  }
  return ServingEnd{.failed = true};
}

// What is written from a twin that no commit speaks of could not be told again after a kill: with
// the twin its capture times would be gone.
Status SessionServing::settle_twin() {
  const auto twin = runtime_.twin_source();
  const bool is_needed =
      std::ranges::any_of(runtime_.meta().recordings, [&twin](const RecordingMeta& recording) {
        return recording.intent || is_behind(recording, twin);
      });
  return is_needed ? runtime_.settle_twin() : Status{};
}

Status SessionServing::recover() {
  if (auto settled = runtime_.settle_destinations(); !settled) return settled;
  context_.health.recovered(runtime_.ref().session_id);
  return {};
}

// A recording that lags behind has a twin made again; one that is off and complete needs none.
bool SessionServing::needs_twin() const {
  const auto& meta = runtime_.meta();
  if (meta.twin.exists) return !meta.recordings.empty();
  if (meta.is_private) return false;
  return is_any_unfinished(meta) || std::ranges::any_of(meta.recordings, is_to_be_begun);
}

void SessionServing::note_failure(const RecordingMeta& recording, const Error& why) {
  context_.places.forget(recording.destination);
  Error told = why;
  if (is_missing(context_.files, recording)) {
    told =
        Error(ErrorCode::kNotFound,
              fmt::format("it is gone, and is not made again by itself: put it back, begin again "
                          "with ::start, or {} ({})",
                          recording.desired == DesiredState::kOn
                              ? "end it with ::stop"
                              : "forget it with: kato stop, then kato clean --recordings 0",
                          why.message()));
  }
  const auto& session_id = runtime_.ref().session_id;
  const auto what = recording_name(session_id, recording.destination);
  if (!context_.health.failed(session_id, recording.recording_id, what, told)) return;
  context_.logs.note(LogLevel::kWarn, told.with_context(what).message());
}

Result<ServingEnd> SessionServing::serve_one(size_t index, const TwinSource& twin) {
  auto& recording = runtime_.meta().recordings[index];
  if (!recording.intent && !is_behind(recording, twin)) {
    context_.health.served(recording.recording_id);
    return ServingEnd{};
  }
  if (!context_.health.may_try(recording.recording_id)) return ServingEnd{.failed = true};
  const auto served = serve_recording(index, twin);
  const auto& now = runtime_.meta().recordings[index];
  if (served) {
    context_.health.served(now.recording_id);
    return ServingEnd{.has_more = *served == Served::kPart};
  }
  // What the recording knows of its file builds upon that commit.
  if (!committed_) return forward(committed_);
  note_failure(now, served.error());
  // Before anything else is announced: the journal's last line alone is doubted.
  if (now.unsure) {
    if (auto committed = runtime_.commit_now(); !committed) return forward(committed);
  }
  return ServingEnd{.failed = true};
}

Result<Served> SessionServing::serve_recording(size_t index, const TwinSource& twin) {
  auto& recording = runtime_.meta().recordings[index];
  const auto sink = context_.assembly.sink_by_plugin(recording.sink_plugin);
  if (!sink) return forward(sink);
  const auto place = place_of(recording);
  if (!place) return forward(place);
  const bool begins = !recording.state || recording.intent;
  const RecorderInput input{
      .files = context_.files,
      .session = runtime_.meta().identity,
      .twin = twin,
      .sink = **sink,
      .place = *place,
      .allow_hard_links = context_.assembly.config().allow_hard_linked_destinations,
      .context = [&] { return context_of_recording(runtime_.meta().recordings[index], twin); },
      .announce =
          [&](const JournaledWrite& write) {
            runtime_.destination_written(place->path, begins);
            return runtime_.announce(write);
          },
      .commit = [&] { return committed_ = runtime_.commit_now(); },
      .open = &runtime_.open_recordings(),
      .part_bytes = context_.part_bytes,
  };
  if (begins) runtime_.destination_written(place->path, true);
  if (recording.intent) {
    if (auto finished = finish_intent(input, index); !finished) return forward(finished);
  }
  return bring_up_to_date(input, runtime_.meta().recordings[index]);
}

Status SessionServing::finish_intent(const RecorderInput& input, size_t index) {
  auto& recording = runtime_.meta().recordings[index];
  if (recording.intent->periods.empty()) {
    const auto end = recover_exchange(context_.files, recording.destination, *recording.intent);
    if (!end) return forward(end);
    recording.intent.reset();
    return {};
  }
  if (recording.intent->new_id != FileId{}) {
    const auto end = recover_replacement(context_.files, recording);
    if (!end) return forward(end);
    if (*end == ExchangeEnd::kInPlace) return runtime_.commit_now();
  }
  if (auto found = find_positions(context_.files, input.twin, recording); !found) return found;
  const auto end = replace_by_conversation(input, recording);
  if (!end && !cannot_exchange(end.error())) return forward(end);
  return end && *end == ExchangeEnd::kInPlace ? runtime_.commit_now() : take_sibling(index);
}

// The file was changed since the capture was asked for: it stays, and so does its recording. What
// was asked of that one after it was stopped does not concern the sibling.
Status SessionServing::take_sibling(size_t index) {
  auto& meta = runtime_.meta();
  auto& old = meta.recordings[index];
  const auto path = sibling_path(old.destination, [&](const std::string& other) {
    return context_.files.link_info(other) ||
           std::ranges::find(meta.recordings, other, &RecordingMeta::destination) !=
               meta.recordings.end();
  });
  const PinnedSink sink{.name = old.sink,
                        .plugin = old.sink_plugin,
                        .version = old.sink_version,
                        .options_json = old.options_json,
                        .time_zone = old.time_zone};
  auto fresh = make_recording(meta.identity.session_id, path, sink, DestinationMark{});
  fresh.periods = {old.intent->periods.front()};
  fresh.created = fresh.periods.front().start.time;
  fresh.desired = fresh.periods.back().stop ? DesiredState::kOff : DesiredState::kOn;
  fresh.cursor.twin_generation = meta.twin.generation;
  const bool was_on = old.periods.empty() || !old.periods.back().stop;
  old.desired = was_on ? DesiredState::kOn : DesiredState::kOff;
  old.intent.reset();
  context_.logs.audit(
      meta.identity.session_id,
      {.action = "capture",
       .path = fresh.destination,
       .allowed = true,
       .reason = old.destination + " was changed meanwhile, or cannot be replaced"});
  meta.recordings.push_back(std::move(fresh));
  if (auto committed = runtime_.commit_now(); !committed) return committed;
  context_.note_destinations(meta);
  return {};
}

// The path is asked for each time: folders and links change.
Result<Decision> SessionServing::place_of(const RecordingMeta& recording) const {
  const auto& meta = runtime_.meta();
  auto place = context_.places.check(recording.destination, meta.identity.project_directory);
  if (!place.allowed()) return fail(ErrorCode::kRefused, "{}: {}", place.path, place.reason);
  if (place.path == recording.destination) return place;
  const bool taken = context_.fed_by_other(place.path, meta.identity.session_id) ||
                     std::ranges::any_of(meta.recordings, [&place](const RecordingMeta& other) {
                       return other.destination == place.path;
                     });
  if (!taken) return place;
  return fail(ErrorCode::kRefused, "{} leads to {} now, which is recorded into already",
              recording.destination, place.path);
}

Result<std::optional<RecordingContext>> SessionServing::context_of_recording(
    const RecordingMeta& recording, const TwinSource& twin) const {
  const auto& periods = recording.intent && !recording.intent->periods.empty()
                            ? recording.intent->periods
                            : recording.periods;
  const auto summary =
      runtime_.head().gather(context_.files, twin, periods.front().start, context_.part_bytes);
  if (!summary) return forward(summary);
  if (!*summary) return std::nullopt;
  auto context = context_of(runtime_.ref(), **summary);
  context.recording_id = recording.recording_id;
  context.project_directory = runtime_.meta().identity.project_directory;
  context.created = recording.created;
  if (recording.created) {
    const auto zone = TimeZone::named(recording.time_zone);
    context.created_utc_offset_s = zone ? zone->offset_s(*recording.created) : 0;
  }
  return context;
}

}  // namespace kato
