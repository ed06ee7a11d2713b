#include "host/daemon/session_serving.h"

#include "host/daemon/export_session.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

// What the head of a recording may say: gathered from the twin.
Result<SessionSummary> summary_of_twin(FileSystem& files, const TwinSource& twin) {
  SessionSummary summary;
  auto reader = TwinReader::open(files, twin.path, 0, twin.size_bytes);
  if (!reader) return forward(reader);
  while (true) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) return summary;
    summary.add((*next)->event);
  }
}

}  // namespace

bool SessionServing::serve_all() {
  SessionMeta& meta = runtime_.meta();
  if (!meta.pending_exports.empty() && !meta.twin.exists) {
    // An export needs the conversation once, and leaves no copy behind.
    if (!runtime_.make_twin({})) return false;
    const bool all = serve_exports();
    return runtime_.remove_twin() && all;
  }
  if (!meta.twin.exists) return meta.recordings.empty() || meta.is_private;
  bool all = serve_exports();
  const auto twin = runtime_.twin_source();
  for (auto& recording : meta.recordings) {
    if (is_behind(recording, twin)) all = serve_one(recording, twin, false) && all;
  }
  return all;
}

bool SessionServing::serve_one(RecordingMeta& recording, const TwinSource& twin,
                               bool explicit_destination) {
  const auto& id = recording.recording_id;
  if (!context_.health.may_try(id)) return false;
  if (const auto served = serve_recording(recording, twin, explicit_destination); !served) {
    context_.logs.note(LogLevel::kWarn, served.error().message());
    context_.health.failed(runtime_.ref().session_id, id, recording.destination, served.error());
    return false;
  }
  context_.health.served(id);
  return true;
}

Status SessionServing::serve_recording(RecordingMeta& recording, const TwinSource& twin,
                                       bool explicit_destination) {
  const auto sink = context_.assembly.sink_by_plugin(recording.sink_plugin);
  if (!sink) return forward(sink);
  const RecorderInput input{
      .files = context_.files,
      .session = runtime_.meta(),
      .twin = twin,
      .sink = **sink,
      .policy = context_.policy,
      .allow_hard_links = context_.assembly.config().allow_hard_linked_destinations,
      .explicit_destination = explicit_destination,
      .context = [&] { return context_of_recording(recording, twin); },
  };
  return bring_up_to_date(input, recording);
}

Result<RecordingContext> SessionServing::context_of_recording(const RecordingMeta& recording,
                                                              const TwinSource& twin) const {
  const auto summary = summary_of_twin(context_.files, twin);
  if (!summary) return forward(summary);
  auto context = context_of(runtime_.ref(), *summary);
  context.recording_id = recording.recording_id;
  context.project_directory = runtime_.meta().identity.project_directory;
  context.created = recording.created;
  if (recording.created) {
    const auto zone = TimeZone::named(recording.time_zone);
    context.created_utc_offset_s = zone ? zone->offset_s(*recording.created) : 0;
  }
  return context;
}

// An export is a recording of one period that is forgotten once it is written.
bool SessionServing::serve_exports() {
  SessionMeta& meta = runtime_.meta();
  const auto twin = runtime_.twin_source();
  bool all = true;
  std::erase_if(meta.pending_exports, [&](const PendingExport& pending) {
    RecordingMeta once;
    once.recording_id = make_recording_id(meta.identity.session_id, pending.destination, "export");
    once.destination = pending.destination;
    once.sink_plugin = pending.sink_plugin;
    once.options_json = pending.options_json;
    once.time_zone = pending.time_zone;
    once.created = pending.created;
    once.periods.push_back(
        {.start = {},
         .stop = PeriodMark{
             .seq = pending.through.seq, .event_id = pending.through.event_id, .time = {}}});
    const bool served = serve_one(once, twin, pending.origin == RequestOrigin::kCommandLine);
    all = all && served;
    return served;
  });
  return all;
}

}  // namespace kato
