#include "host/daemon/session_exports.h"

#include <algorithm>
#include <span>

#include "host/daemon/conversation.h"
#include "host/daemon/degraded_names.h"
#include "host/daemon/export_session.h"
#include "host/event/event_id.h"
#include "host/recording/export_writer.h"
#include "host/session/export_history.h"

namespace kato {
namespace {

constexpr std::string_view kSpoolSuffix = ".kato-body";

struct Exported {
  SessionSummary summary;
  uint64_t events = 0;
};

// What is left of a log that was cut is exported; of one that is gone nothing is, and an export
// without a word would look complete.
Status export_up_to(FileSystem& files, SessionRuntime& runtime, const EventPosition& through,
                    ExportWriter& writer, Exported& exported) {
  const auto whole = read_up_to(files, runtime, through, [&exported, &writer](const Event& event) {
    exported.summary.add(event);
    ++exported.events;
    return writer.take(event);
  });
  if (!whole) return forward(whole);
  if (!*whole && exported.events == 0) {
    return fail(ErrorCode::kNotFound,
                "the log is gone, and there is no copy of it: put it back to get the export");
  }
  return {};
}

}  // namespace

Result<bool> SessionExports::serve() {
  auto& pending = runtime_.meta().pending_exports;
  bool all = true;
  for (size_t i = 0; i < pending.size();) {
    const auto earlier = std::span(pending).first(i);
    const bool waits = std::ranges::find(earlier, pending[i].destination,
                                         &PendingExport::destination) != earlier.end();
    const auto served = waits ? Result<bool>(false) : serve_one(pending[i]);
    if (!served) return served;
    if (*served) {
      pending.erase(pending.begin() + static_cast<ptrdiff_t>(i));
    } else {
      all = false;
      ++i;
    }
  }
  return all;
}

Result<bool> SessionExports::serve_one(PendingExport& pending) {
  const auto& session_id = runtime_.ref().session_id;
  if (!context_.health.may_try(pending.export_id)) return false;
  const auto done = deliver(pending);
  if (done) {
    context_.health.served(pending.export_id);
    return true;
  }
  // What the export knows of its file builds upon that commit.
  if (!committed_) return forward(committed_);
  const auto what = export_name(session_id, pending.destination);
  if (context_.health.failed(session_id, pending.export_id, what, done.error())) {
    context_.logs.note(LogLevel::kWarn, done.error().with_context(what).message());
  }
  // Before anything else is announced: the journal's last line alone is doubted.
  if (pending.unsure) {
    if (auto committed = runtime_.commit_now(); !committed) return forward(committed);
  }
  return false;
}

Status SessionExports::deliver(PendingExport& pending) {
  if (auto looked = look_into_history(pending); !looked) return looked;
  // Its last byte was written before the line; after a power loss that says nothing, but what
  // stands in the file does. What would be written now may be something else, if the log was cut
  // since.
  if (noted_ && !pending.doubted) return {};
  const auto sink = context_.assembly.sink_by_plugin(pending.sink_plugin);
  if (!sink) return forward(sink);
  const auto place = place_of(pending);
  if (!place.allowed()) return fail(ErrorCode::kRefused, "{}", place.reason);
  if (noted_) {
    const auto written = holds_export(context_.files, place, pending, *noted_);
    if (!written) return forward(written);
    if (*written) return {};
  }
  const ExportPlace to{
      .files = context_.files,
      .place = place,
      .allow_hard_links = context_.assembly.config().allow_hard_linked_destinations,
      .announce =
          [&](const JournaledWrite& write) {
            runtime_.destination_written(place.path, true);
            return runtime_.announce(write);
          },
      .commit = [&] { return committed_ = runtime_.commit_now(); },
  };
  return write_export(to, pending, [&] { return write(to, pending, **sink); });
}

Decision SessionExports::place_of(const PendingExport& pending) const {
  return pending.origin == RequestOrigin::kCommandLine
             ? context_.policy.check_explicit(pending.destination)
             : context_.policy.check(pending.destination,
                                     runtime_.meta().identity.project_directory);
}

Status SessionExports::write(const ExportPlace& to, PendingExport& pending, const Sink& sink) {
  const auto& meta = runtime_.meta();
  const auto zone = TimeZone::named(pending.time_zone);
  const auto spool = to.place.path + std::string(kSpoolSuffix);
  static_cast<void>(context_.files.remove(spool));  // left over from an interrupted run
  auto writer = ExportWriter::begin(context_.files, {.sink = &sink,
                                                     .options_json = pending.options_json,
                                                     .session = runtime_.ref(),
                                                     .zone = zone ? *zone : TimeZone::utc(),
                                                     .spool_path = spool,
                                                     .goes_on = pending.goes_on});
  if (!writer) return forward(writer);
  Exported exported;
  const auto read = export_up_to(context_.files, runtime_, pending.through, **writer, exported);
  const bool is_gone =
      exported.events == 0 && (read || read.error().code() == ErrorCode::kNotFound);
  // It was written once; nothing of it is left to compare with.
  if (noted_ && is_gone) return {};
  if (!read) return read;

  auto file = ExportFile::open(to, pending);
  if (!file) return forward(file);
  auto context = context_of(runtime_.ref(), exported.summary);
  context.project_directory = meta.identity.project_directory;
  context.created = pending.created;
  if (pending.created && zone) context.created_utc_offset_s = zone->offset_s(*pending.created);
  auto written =
      (*writer)->finish(context, [&file](std::string_view bytes) { return file->take(bytes); });
  if (written) written = file->finish();
  if (!written) return written;
  return note_in_history(pending, exported.events, *file);
}

Status SessionExports::look_into_history(const PendingExport& pending) {
  noted_.reset();
  if (!pending.begun) return {};
  const StateFolder state(context_.assembly.paths().state_dir);
  auto found = find_export(context_.files, state.exports(), pending.export_id);
  if (!found) return forward(found);
  noted_ = std::move(*found);
  return {};
}

Status SessionExports::note_in_history(const PendingExport& pending, uint64_t events,
                                       const ExportFile& file) {
  if (noted_) return {};
  const StateFolder state(context_.assembly.paths().state_dir);
  ExportRecord record{.export_id = pending.export_id,
                      .at = context_.clock.now(),
                      .session_id = runtime_.ref().session_id,
                      .destination = pending.destination,
                      .sink = pending.sink,
                      .origin = pending.origin,
                      .event_count = events,
                      .last_event = {},
                      .size_bytes = file.size_bytes(),
                      .hash = file.hash()};
  if (pending.through.event_id != EventId{}) record.last_event = pending.through.event_id;
  return add_export(context_.files, state.exports(), record);
}

}  // namespace kato
