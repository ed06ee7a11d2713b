#include "host/daemon/session_step.h"

#include <algorithm>

#include "host/daemon/export_session.h"
#include "host/event/event_id.h"
#include "host/io/files.h"
#include "host/recording/destination_file.h"
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

bool had_private(const StepEvents::Message& message) {
  return message.commanded.found.runnable() &&
         std::ranges::any_of(message.commanded.found.commands, [](const Command& command) {
           return command.kind == CommandKind::kPrivate;
         });
}

class StepRun {
 public:
  StepRun(const StepContext& context, SessionRuntime& runtime)
      : context_(context), runtime_(runtime) {}

  Result<StepResult> run(const StepRequest& request) {
    StepEvents events(runtime_.ref());
    const bool first_sight = runtime_.is_first_sight();
    const auto step = runtime_.ingest(request.source, request.arrival, events);
    if (!step) return forward(step);
    StepResult result{.end = step->end, .serving_failed = false};
    if (auto obeyed = obey(events, request, first_sight); !obeyed) return forward(obeyed);
    const bool at_end = step->end != StepEnd::kMore;
    if (!first_sight || (at_end && request.completes_first_sight)) {
      runtime_.meta().command_cursor =
          events.last ? *events.last
                      : runtime_.meta().command_cursor.value_or(
                            EventPosition{.seq = runtime_.meta().next_seq - 1, .event_id = {}});
    }
    const bool wants_twin = wants_twin_by_policy(request);
    if (wants_twin) {
      if (auto made = runtime_.make_twin(events.captured); !made) return forward(made);
    }
    result.serving_failed = !serve_all();
    runtime_.commit_soon();
    return result;
  }

  Result<StepResult> serve() {
    StepResult result{.end = StepEnd::kEndOfInput, .serving_failed = !serve_all()};
    runtime_.commit_soon();
    return result;
  }

 private:
  bool wants_twin_by_policy(const StepRequest& request) {
    const auto& meta = runtime_.meta();
    const auto& policy = runtime_.sources()[request.source].file.root->policy;
    // Only what was modified since the daemon began to watch.
    const bool live =
        runtime_.meta().sources[request.source].cursor.value > request.arrival.live_from_bytes;
    return live && policy.auto_generate_snapshots && !meta.is_private && !meta.cleaned;
  }

  Status obey(StepEvents& events, const StepRequest& request, bool first_sight) {
    bool changed = false;
    bool needs_twin = false;
    for (const auto& message : events.messages) {
      if (!may_run(message, request, first_sight)) {
        // Not an action but a state of the session: its age does not matter.
        if (first_sight && message.right == CommandRight::kMayCommand && had_private(message)) {
          runtime_.meta().is_private = true;
        }
        continue;
      }
      const auto done = interpret_message(message.commanded);
      for (const auto& entry : done.audit) {
        context_.logs.audit(runtime_.ref().session_id, entry);
      }
      changed = changed || done.changed;
      needs_twin = (needs_twin || done.needs_twin) && !done.made_private;
    }
    if (!changed) return {};
    context_.note_destinations(runtime_.meta());
    if (needs_twin) {
      if (auto made = runtime_.make_twin(events.captured); !made) return made;
    }
    if (runtime_.meta().is_private) {
      static_cast<void>(serve_all());
      if (auto committed = runtime_.commit_now(); !committed) return committed;
      return runtime_.remove_twin();
    }
    if (auto committed = runtime_.commit_now(); !committed) return committed;
    return export_without_twin(events);
  }

  // An export needs the conversation once, and leaves no copy behind.
  Status export_without_twin(const StepEvents& events) {
    if (runtime_.meta().twin.exists || runtime_.meta().pending_exports.empty()) return {};
    if (auto made = runtime_.make_twin(events.captured); !made) return made;
    static_cast<void>(serve_exports());  // what failed is logged and stays pending
    return runtime_.remove_twin();
  }

  static bool may_run(const StepEvents::Message& message, const StepRequest& request,
                      bool first_sight) {
    if (message.right != CommandRight::kMayCommand) return false;
    if (!first_sight) return true;
    if (!message.has_provider_time) return message.is_live;
    return message.commanded.time && *message.commanded.time >= request.commands_since;
  }

  Interpretation interpret_message(const CommandedMessage& message) {
    SessionMeta& meta = runtime_.meta();
    const auto& root = *runtime_.sources().front().file.root;
    const auto& config = context_.assembly.config();
    const auto extensions = context_.assembly.sink_extensions();
    const auto fallback = context_.assembly.sink_for("", root.policy);
    DestinationRules rules;
    rules.state_directory = context_.assembly.paths().state_dir;
    rules.home = context_.home;
    rules.default_path = root.policy.default_destination.empty()
                             ? config.default_destination
                             : std::optional(root.policy.default_destination);
    if (fallback) rules.default_extension = std::string((*fallback)->sink->file_extension());
    rules.sinks = extensions;
    const auto names = names_of(meta, fallback ? (*fallback)->zone : TimeZone::utc());
    const InterpreterInput input{
        .files = context_.files,
        .policy = context_.policy,
        .rules = rules,
        .names = names,
        .sink_for = [this, &root](const std::string& path) { return pinned_sink(path, root); },
        .fed_by_other =
            [this](const std::string& path) {
              return context_.fed_by_other(path, runtime_.ref().session_id);
            },
    };
    return interpret(message, input, meta);
  }

  static SessionNames names_of(const SessionMeta& meta, const TimeZone& zone) {
    SessionNames names{.provider = meta.identity.provider,
                       .session_id = meta.identity.session_id,
                       .short_id = std::string(short_id(meta.identity.session_id)),
                       .title = meta.identity.title,
                       .project_directory = meta.identity.project_directory,
                       .first_time = std::nullopt};
    if (meta.identity.first_time) {
      names.first_time =
          civil_time(*meta.identity.first_time, zone.offset_s(*meta.identity.first_time));
    }
    return names;
  }

  Result<PinnedSink> pinned_sink(const std::string& path, const Root& root) const {
    const auto sink = context_.assembly.sink_for(path, root.policy);
    if (!sink) return forward(sink);
    return PinnedSink{.name = (*sink)->name,
                      .plugin = (*sink)->sink->identity().id,
                      .version = (*sink)->sink->identity().version,
                      .options_json = (*sink)->options_json,
                      .time_zone = (*sink)->zone.name()};
  }

  // False if any could not be served.
  bool serve_all() {
    SessionMeta& meta = runtime_.meta();
    if (!meta.twin.exists) return meta.recordings.empty() || meta.is_private;
    bool all = serve_exports();
    const auto twin = runtime_.twin_source();
    for (auto& recording : meta.recordings) {
      if (!is_behind(recording, twin)) continue;
      if (const auto served = serve_recording(recording, twin); !served) {
        context_.logs.note(LogLevel::kWarn, served.error().message());
        all = false;
      }
    }
    return all;
  }

  Status serve_recording(RecordingMeta& recording, const TwinSource& twin) {
    const auto sink = context_.assembly.sink_by_plugin(recording.sink_plugin);
    if (!sink) return forward(sink);
    const RecorderInput input{
        .files = context_.files,
        .session = runtime_.meta(),
        .twin = twin,
        .sink = **sink,
        .policy = context_.policy,
        .allow_hard_links = context_.assembly.config().allow_hard_linked_destinations,
        .explicit_destination = false,
        .context = [&] { return context_of_recording(recording, twin); },
    };
    return bring_up_to_date(input, recording);
  }

  Result<RecordingContext> context_of_recording(const RecordingMeta& recording,
                                                const TwinSource& twin) {
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
  bool serve_exports() {
    SessionMeta& meta = runtime_.meta();
    const auto twin = runtime_.twin_source();
    bool all = true;
    std::erase_if(meta.pending_exports, [&](const PendingExport& pending) {
      RecordingMeta once;
      once.destination = pending.destination;
      once.sink_plugin = pending.sink_plugin;
      once.options_json = pending.options_json;
      once.time_zone = pending.time_zone;
      once.created = pending.created;
      once.periods.push_back(
          {.start = {},
           .stop = PeriodMark{
               .seq = pending.through.seq, .event_id = pending.through.event_id, .time = {}}});
      const auto served = serve_recording(once, twin);
      if (served) return true;
      context_.logs.note(LogLevel::kWarn, served.error().message());
      all = false;
      return false;
    });
    return all;
  }

  const StepContext& context_;
  SessionRuntime& runtime_;
};

}  // namespace

Result<StepResult> run_step(const StepContext& context, SessionRuntime& runtime,
                            const StepRequest& request) {
  return StepRun(context, runtime).run(request);
}

Result<StepResult> serve_session(const StepContext& context, SessionRuntime& runtime) {
  return StepRun(context, runtime).serve();
}

}  // namespace kato
