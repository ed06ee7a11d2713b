#include "host/recording/command_interpreter.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/hash.h"
#include "host/io/files.h"

namespace kato {
namespace {

// A destination that may be used, and what writes it.
struct Target {
  std::string path;
  PinnedSink sink;
};

class InterpreterRun {
 public:
  InterpreterRun(const CommandedMessage& message, const InterpreterInput& input, SessionMeta& meta)
      : message_(message), input_(input), meta_(meta) {}

  Interpretation run() {
    for (const auto& near : message_.found.near_misses) {
      audit("text", {}, false,
            fmt::format("line {}: '{}' is no command; '{}' may be meant", near.line, near.word,
                        near.meant));
    }
    if (!message_.found.runnable()) {
      for (const auto& command : message_.found.commands) {
        if (command.error.empty()) continue;
        audit(command_name(command.kind), {}, false,
              fmt::format("line {}: {}; no command of this message runs", command.line,
                          command.error));
      }
      return std::move(done_);
    }
    for (const auto& command : message_.found.commands) {
      run_one(command);
    }
    return std::move(done_);
  }

 private:
  void run_one(const Command& command) {
    switch (command.kind) {
      case CommandKind::kStart:
        return start(command);
      case CommandKind::kCapture:
        return capture(command);
      case CommandKind::kExport:
        return export_once(command);
      case CommandKind::kStop:
        return stop(command);
      case CommandKind::kPrivate:
        return make_private();
      case CommandKind::kUndoPrivate:
        return undo_private();
    }
  }

  void audit(std::string_view action, std::string path, bool allowed, std::string reason) {
    done_.audit.push_back({.action = std::string(action),
                           .path = std::move(path),
                           .allowed = allowed,
                           .reason = std::move(reason)});
  }

  std::optional<Target> target_of(const Command& command) {
    const auto action = command_name(command.kind);
    const auto path = resolve_destination(
        input_.files, command.target, meta_.identity.project_directory, input_.rules, input_.names);
    if (!path) {
      audit(action, command.target, false, path.error().message());
      return std::nullopt;
    }
    const bool named_by_hand =
        command.kind == CommandKind::kExport && message_.origin == RequestOrigin::kCommandLine;
    const auto decision = named_by_hand
                              ? input_.policy.check_explicit(*path)
                              : input_.policy.check(*path, meta_.identity.project_directory);
    if (!decision.allowed()) {
      audit(action, decision.path, false, decision.reason);
      return std::nullopt;
    }
    if (input_.fed_by_other(decision.path)) {
      audit(action, decision.path, false, "another session is recorded into this file");
      return std::nullopt;
    }
    auto sink = input_.sink_for(decision.path);
    if (!sink) {
      audit(action, decision.path, false, sink.error().message());
      return std::nullopt;
    }
    audit(action, decision.path, true, decision.reason);
    return Target{.path = decision.path, .sink = std::move(*sink)};
  }

  RecordingMeta* recording_at(const std::string& path) {
    const auto found = std::ranges::find(meta_.recordings, path, &RecordingMeta::destination);
    return found == meta_.recordings.end() ? nullptr : &*found;
  }

  // A message belongs to the period that it begins or ends; a request at the command line stands
  // behind the last event.
  [[nodiscard]] PeriodMark start_here() const {
    if (message_.origin == RequestOrigin::kChat) return stop_here();
    return {.seq = message_.message.seq + 1, .event_id = {}, .time = message_.time};
  }
  [[nodiscard]] PeriodMark stop_here() const {
    PeriodMark mark{.seq = message_.message.seq, .event_id = {}, .time = message_.time};
    if (message_.message.event_id != EventId{}) mark.event_id = message_.message.event_id;
    return mark;
  }

  void switch_on(RecordingMeta& recording, PeriodMark from) {
    recording.desired = DesiredState::kOn;
    recording.periods.push_back({.start = from, .stop = std::nullopt});
    done_.changed = true;
    done_.needs_twin = true;
  }

  RecordingMeta& add_recording(Target target) {
    RecordingMeta recording;
    recording.recording_id =
        make_recording_id(meta_.identity.session_id, target.path, target.sink.plugin);
    recording.destination = std::move(target.path);
    recording.sink = std::move(target.sink.name);
    recording.sink_plugin = std::move(target.sink.plugin);
    recording.sink_version = std::move(target.sink.version);
    recording.options_json = std::move(target.sink.options_json);
    recording.time_zone = std::move(target.sink.time_zone);
    recording.created = message_.time;
    return meta_.recordings.emplace_back(std::move(recording));
  }

  void start(const Command& command) {
    auto target = target_of(command);
    if (!target) return;
    lift_privacy();
    RecordingMeta* recording = recording_at(target->path);
    if (recording == nullptr) recording = &add_recording(std::move(*target));
    if (recording->desired == DesiredState::kOn) return;
    switch_on(*recording, start_here());
  }

  // The whole conversation, and on from here: into a file of its own if this one is taken.
  void capture(const Command& command) {
    auto target = target_of(command);
    if (!target) return;
    lift_privacy();
    if (recording_at(target->path) != nullptr) {
      target->path = sibling_of(target->path);
      audit("capture", target->path, true, "the file asked for is recorded into already");
    }
    switch_on(add_recording(std::move(*target)), PeriodMark{.seq = 0, .event_id = {}, .time = {}});
  }

  void export_once(const Command& command) {
    auto target = target_of(command);
    if (!target) return;
    PendingExport pending;
    pending.destination = std::move(target->path);
    pending.sink = std::move(target->sink.name);
    pending.sink_plugin = std::move(target->sink.plugin);
    pending.options_json = std::move(target->sink.options_json);
    pending.time_zone = std::move(target->sink.time_zone);
    pending.created = message_.time;
    pending.origin = message_.origin;
    pending.through = message_.message;
    meta_.pending_exports.push_back(std::move(pending));
    done_.changed = true;
  }

  void stop(const Command& command) {
    const auto path = resolve_destination(
        input_.files, command.target, meta_.identity.project_directory, input_.rules, input_.names);
    const auto canonical =
        path ? input_.policy.check(*path, meta_.identity.project_directory).path : std::string();
    size_t stopped = 0;
    for (auto& recording : meta_.recordings) {
      if (recording.desired != DesiredState::kOn) continue;
      if (!is_meant(command, recording, canonical)) continue;
      switch_off(recording);
      ++stopped;
    }
    audit("stop", command.target, true, fmt::format("{} recordings stopped", stopped));
  }

  static bool is_meant(const Command& command, const RecordingMeta& recording,
                       const std::string& canonical) {
    const bool by_id = recording.recording_id.starts_with(command.target);
    const bool by_path = recording.destination == canonical;
    switch (command.selector) {
      case StopSelector::kAll:
        return true;
      case StopSelector::kId:
        return by_id;
      case StopSelector::kDestination:
        return by_path;
      case StopSelector::kEither:
        return by_id || by_path;
    }
    return false;
  }

  void switch_off(RecordingMeta& recording) {
    recording.desired = DesiredState::kOff;
    if (!recording.periods.empty()) recording.periods.back().stop = stop_here();
    done_.changed = true;
  }

  void make_private() {
    for (auto& recording : meta_.recordings) {
      if (recording.desired == DesiredState::kOn) switch_off(recording);
    }
    meta_.is_private = true;
    done_.made_private = true;
    done_.needs_twin = false;
    done_.changed = true;
    audit("private", {}, true, "this session is not kept");
  }

  void undo_private() {
    audit("undo-private", {}, true,
          meta_.is_private ? "this session is kept again" : "this session was not private");
    lift_privacy();
  }

  void lift_privacy() {
    if (!meta_.is_private) return;
    meta_.is_private = false;
    done_.made_private = false;
    done_.changed = true;
  }

  std::string sibling_of(const std::string& path) {
    constexpr int kMostSiblings = 10'000;
    const auto dot = path.find_last_of('.');
    const bool has_extension = dot != std::string::npos && dot > path.find_last_of('/') + 1;
    const auto stem = path.substr(0, has_extension ? dot : path.size());
    const auto extension = has_extension ? path.substr(dot) : std::string();
    for (int number = 2; number < kMostSiblings; ++number) {
      auto candidate = fmt::format("{}-{}{}", stem, number, extension);
      if (recording_at(candidate) == nullptr && !input_.files.link_info(candidate)) {
        return candidate;
      }
    }
    return path;
  }

  const CommandedMessage& message_;
  const InterpreterInput& input_;
  SessionMeta& meta_;
  Interpretation done_;
};

}  // namespace

Interpretation interpret(const CommandedMessage& message, const InterpreterInput& input,
                         SessionMeta& meta) {
  return InterpreterRun(message, input, meta).run();
}

std::string make_recording_id(const std::string& session_id, const std::string& destination,
                              const std::string& sink_plugin) {
  return to_hex(hash128({"recording", session_id, destination, sink_plugin}));
}

}  // namespace kato
