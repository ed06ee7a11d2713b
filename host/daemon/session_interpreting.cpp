#include "host/daemon/session_interpreting.h"

#include "host/event/event_id.h"

namespace kato {
namespace {

SessionNames names_of(const SessionMeta& meta, const TimeZone& zone) {
  SessionNames names{.provider = meta.identity.provider,
                     .session_id = meta.identity.session_id,
                     .short_id = std::string(short_id(meta.identity.session_id)),
                     .title = {},
                     .project_directory = meta.identity.project_directory,
                     .first_time = std::nullopt};
  if (meta.identity.first_time) {
    names.first_time =
        civil_time(*meta.identity.first_time, zone.offset_s(*meta.identity.first_time));
  }
  return names;
}

Result<PinnedSink> pinned_sink(const Assembly& assembly, const std::string& path,
                               const RootPolicy& policy) {
  const auto sink = assembly.sink_for(path, policy);
  if (!sink) return forward(sink);
  return PinnedSink{.name = (*sink)->name,
                    .plugin = (*sink)->sink->identity().id,
                    .version = (*sink)->sink->identity().version,
                    .options_json = (*sink)->options_json,
                    .time_zone = (*sink)->zone.name()};
}

}  // namespace

CommandedMessage commanded_now(const SessionMeta& meta, const Command& command, UnixMillis now) {
  CommandedMessage message;
  message.found.commands.push_back(command);
  message.message.seq = meta.next_seq - 1;
  if (meta.command_cursor && meta.command_cursor->seq == message.message.seq) {
    message.message.event_id = meta.command_cursor->event_id;
  }
  message.time = now;
  message.origin = RequestOrigin::kCommandLine;
  return message;
}

Result<Interpretation> interpret_for(const StepContext& context, const RootPolicy& policy,
                                     SessionMeta& meta, const CommandedMessage& message,
                                     const std::function<Result<std::string>()>& title) {
  const auto& config = context.assembly.config();
  const auto extensions = context.assembly.sink_extensions();
  const auto fallback = context.assembly.sink_for("", policy);
  DestinationRules rules;
  rules.state_directory = context.assembly.paths().state_dir;
  rules.home = context.home;
  rules.default_path = policy.default_destination.empty()
                           ? config.default_destination
                           : std::optional(policy.default_destination);
  if (fallback) rules.default_extension = std::string((*fallback)->sink->file_extension());
  rules.sinks = extensions;
  auto names = names_of(meta, fallback ? (*fallback)->zone : TimeZone::utc());
  // Without a copy the state has no title; and with one it may have come behind the command.
  Result<std::string> named;
  names.title = [&] { return named = title(); };
  const auto& session_id = meta.identity.session_id;
  const InterpreterInput input{
      .files = context.files,
      .policy = context.policy,
      .rules = rules,
      .names = names,
      .sink_for =
          [&](const std::string& path) { return pinned_sink(context.assembly, path, policy); },
      .fed_by_other =
          [&](const std::string& path) { return context.fed_by_other(path, session_id); },
  };
  auto done = interpret(message, input, meta);
  if (!named) return forward(named);
  if (done.fault) return std::unexpected(done.fault->with_context("judge a destination"));
  for (const auto& entry : done.audit) {
    context.logs.audit(session_id, entry);
  }
  return done;
}

Status check_met(const Command& command, const Interpretation& done,
                 const std::string& session_id) {
  const bool missed = command.kind == CommandKind::kStop && !done.met_recording;
  if (!missed || command.target.empty()) return {};
  return fail(ErrorCode::kNotFound,
              "session {} has no recording '{}'; see which ones there are with: kato recordings",
              short_id(session_id), command.target);
}

}  // namespace kato
