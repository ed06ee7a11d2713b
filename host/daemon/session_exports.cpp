#include "host/daemon/session_exports.h"

#include "host/base/hash.h"
#include "host/daemon/export_session.h"
#include "host/event/event_id.h"
#include "host/recording/export_file.h"
#include "host/recording/export_writer.h"
#include "host/session/export_history.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

constexpr std::string_view kSpoolSuffix = ".kato-body";

// Takes events up to the last one that belongs to the export.
class UpTo final : public EventListener {
 public:
  UpTo(const EventPosition& through, ExportWriter& writer) : through_(through), writer_(writer) {}

  void on_event(const Event& event, CommandRight) override {
    const bool by_number = through_.event_id == EventId{};
    if (over_ || !status) return;
    if (by_number && event.seq > through_.seq) return;
    summary.add(event);
    ++events;
    status = writer_.take(event);
    over_ = event.id == through_.event_id;
  }
  [[nodiscard]] bool is_over() const { return over_ || !status; }

  SessionSummary summary;
  uint64_t events = 0;
  Status status;

 private:
  EventPosition through_;
  ExportWriter& writer_;
  bool over_ = false;
};

Status read_twin(FileSystem& files, const TwinSource& twin, UpTo& into) {
  auto reader = TwinReader::open(files, twin.path, 0, twin.size_bytes);
  if (!reader) return forward(reader);
  while (!into.is_over()) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) break;
    into.on_event((*next)->event, CommandRight::kNever);
  }
  return {};
}

// What tells one pending export from another.
std::string id_of(const std::string& session_id, const PendingExport& pending) {
  return to_hex(hash128({"export", session_id, pending.destination,
                         to_hex(pending.through.event_id), std::to_string(pending.through.seq)}));
}

}  // namespace

bool SessionExports::serve() {
  auto& pending = runtime_.meta().pending_exports;
  bool all = true;
  for (size_t i = 0; i < pending.size();) {
    if (serve_one(pending[i])) {
      pending.erase(pending.begin() + static_cast<ptrdiff_t>(i));
    } else {
      all = false;
      ++i;
    }
  }
  return all;
}

bool SessionExports::serve_one(PendingExport& pending) {
  const auto& session_id = runtime_.ref().session_id;
  const auto id = id_of(session_id, pending);
  if (!context_.health.may_try(id)) return false;
  Status done = note_destination(pending);
  if (done) done = deliver(pending);
  if (done) {
    context_.health.served(id);
    return true;
  }
  const auto why = done.error().with_context("export to " + pending.destination);
  context_.logs.note(LogLevel::kWarn, why.message());
  context_.health.failed(session_id, id, pending.destination, why);
  return false;
}

// Since the command was obeyed, others may have written to the destination: another export of the
// same message, a recording, a person.
Status SessionExports::note_destination(PendingExport& pending) {
  if (!pending.is_untouched) return {};
  const auto now = mark_of(context_.files, pending.destination);
  if (!now) return forward(now);
  if (now->exists != pending.before.exists || now->size_bytes != pending.before.size_bytes) {
    pending.before = *now;
    pending.is_untouched = false;
    const auto committed = runtime_.commit_now();
    if (!committed) pending.is_untouched = true;
    return committed;
  }
  pending.is_untouched = false;
  return {};
}

Status SessionExports::deliver(const PendingExport& pending) {
  const auto& meta = runtime_.meta();
  const auto sink = context_.assembly.sink_by_plugin(pending.sink_plugin);
  if (!sink) return forward(sink);
  const auto place =
      pending.origin == RequestOrigin::kCommandLine
          ? context_.policy.check_explicit(pending.destination)
          : context_.policy.check(pending.destination, meta.identity.project_directory);
  if (!place.allowed()) return fail(ErrorCode::kRefused, "{}", place.reason);
  const auto zone = TimeZone::named(pending.time_zone);
  const auto spool = place.path + std::string(kSpoolSuffix);
  static_cast<void>(context_.files.remove(spool));  // left over from an interrupted run
  auto writer = ExportWriter::begin(context_.files, {.sink = *sink,
                                                     .options_json = pending.options_json,
                                                     .session = runtime_.ref(),
                                                     .zone = zone ? *zone : TimeZone::utc(),
                                                     .spool_path = spool,
                                                     .goes_on = pending.before.size_bytes > 0});
  if (!writer) return forward(writer);
  UpTo events(pending.through, **writer);
  SessionSummary ignored;
  auto read = meta.twin.exists ? read_twin(context_.files, runtime_.twin_source(), events)
                               : runtime_.replay(events, ignored);
  if (read) read = events.status;
  if (!read) return read;

  auto file = ExportFile::open(context_.files, place, pending.before,
                               context_.assembly.config().allow_hard_linked_destinations);
  if (!file) return forward(file);
  runtime_.destination_written(place.path, !pending.before.exists);
  auto context = context_of(runtime_.ref(), events.summary);
  context.project_directory = meta.identity.project_directory;
  context.created = pending.created;
  if (pending.created && zone) context.created_utc_offset_s = zone->offset_s(*pending.created);
  const auto written =
      (*writer)->finish(context, [&file](std::string_view bytes) { return file->take(bytes); });
  if (!written) return written;
  return note_in_history(pending, events.events, file->size_bytes());
}

Status SessionExports::note_in_history(const PendingExport& pending, uint64_t events,
                                       uint64_t size_bytes) {
  ExportRecord record{.at = context_.clock.now(),
                      .session_id = runtime_.ref().session_id,
                      .destination = pending.destination,
                      .sink = pending.sink,
                      .origin = pending.origin,
                      .event_count = events,
                      .last_event = {},
                      .size_bytes = size_bytes};
  if (pending.through.event_id != EventId{}) record.last_event = pending.through.event_id;
  const StateFolder state(context_.assembly.paths().state_dir);
  return add_export(context_.files, state.exports(), record);
}

}  // namespace kato
