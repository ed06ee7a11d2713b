#include "host/recording/command_interpreter.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "host/recording/command_destination.h"
#include "host/recording/destination_file.h"

namespace kato {
namespace {

class InterpreterRun {
 public:
  InterpreterRun(const CommandedMessage& message, const InterpreterInput& input, SessionMeta& meta)
      : message_(message), input_(input), meta_(meta), destinations_(input, meta, done_) {}

  Interpretation run() {
    for (const auto& near : message_.found.near_misses) {
      destinations_.audit("text", {}, false,
                          fmt::format("line {}: '{}' is no command; '{}' may be meant", near.line,
                                      near.word, near.meant));
    }
    if (!message_.found.runnable()) {
      for (const auto& command : message_.found.commands) {
        if (command.error.empty()) continue;
        destinations_.audit(command_name(command.kind), {}, false,
                            fmt::format("line {}: {}; no command of this message runs",
                                        command.line, command.error));
      }
      return std::move(done_);
    }
    for (const auto& command : message_.found.commands) {
      run_one(command);
      if (done_.fault) break;
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

  RecordingMeta* recording_at(const std::string& path) {
    const auto found = std::ranges::find(meta_.recordings, path, &RecordingMeta::destination);
    return found == meta_.recordings.end() ? nullptr : &*found;
  }

  // A message belongs to the period that it begins or ends; a request at the command line stands
  // behind the last event.
  [[nodiscard]] PeriodMark start_here() const {
    auto mark = stop_here();
    if (message_.origin == RequestOrigin::kChat) return mark;
    mark.behind = std::exchange(mark.event_id, std::nullopt);
    ++mark.seq;
    return mark;
  }
  [[nodiscard]] PeriodMark stop_here() const {
    PeriodMark mark{.seq = message_.message.seq, .event_id = {}, .time = message_.time};
    if (message_.message.event_id != EventId{}) mark.event_id = message_.message.event_id;
    return mark;
  }

  void changed_to_on() {
    done_.changed = true;
    done_.needs_twin = true;
  }

  // The destination as it is now.
  std::optional<DestinationMark> mark_before(const Command& command, const std::string& path) {
    const auto mark = mark_of(input_.files, path);
    if (mark) return *mark;
    destinations_.refuse(command_name(command.kind), path, mark.error());
    return std::nullopt;
  }

  RecordingMeta* add_recording(const Command& command, const CommandTarget& target) {
    const auto before = mark_before(command, target.path);
    if (!before) return nullptr;
    auto& recording = meta_.recordings.emplace_back(
        make_recording(meta_.identity.session_id, target.path, target.sink, *before));
    recording.created = message_.time;
    recording.cursor.twin_generation = meta_.twin.generation;
    changed_to_on();
    return &recording;
  }

  void start(const Command& command) {
    const auto target = destinations_.target_of(command, message_.origin);
    if (!target) return;
    RecordingMeta* recording = recording_at(target->path);
    if (recording == nullptr) recording = add_recording(command, *target);
    if (recording == nullptr) return;
    lift_privacy();
    if (is_missing(input_.files, *recording)) {
      begin_anew(*recording);
      changed_to_on();
    }
    if (recording->desired == DesiredState::kOn) return;
    switch_on(*recording, start_here());
    changed_to_on();
  }

  // From the beginning, and on from here.
  [[nodiscard]] PeriodMark whole_until_here() const {
    auto mark = stop_here();
    mark.seq = 0;
    return mark;
  }

  void capture(const Command& command) {
    auto target = destinations_.target_of(command, message_.origin);
    if (!target) return;
    auto* recording = recording_at(target->path);
    if (recording != nullptr) {
      if (is_missing(input_.files, *recording)) begin_anew(*recording);
      const bool is_untouched = !recording->state && !recording->unsure;
      if (is_untouched) return capture_untouched(*recording);
      const auto is_ours = is_all_ours(input_.files, *recording);
      if (!is_ours) return destinations_.refuse("capture", target->path, is_ours.error());
      if (*is_ours) return replace(command, *recording);
      target->path = destinations_.free_sibling(target->path);
      destinations_.audit(
          "capture", target->path, true,
          "the file asked for is recorded into already and holds more than that recording");
    }
    recording = add_recording(command, *target);
    if (recording == nullptr) return;
    lift_privacy();
    switch_on(*recording, whole_until_here());
  }

  void capture_untouched(RecordingMeta& recording) {
    lift_privacy();
    take_whole(recording, whole_until_here(), meta_.twin.generation);
    changed_to_on();
  }

  void replace(const Command& command, RecordingMeta& recording) {
    const auto before = mark_before(command, recording.destination);
    if (!before) return;
    lift_privacy();
    destinations_.audit("capture", recording.destination, true,
                        "it is replaced by the whole conversation");
    plan_replacement(recording, *before, whole_until_here());
    changed_to_on();
  }

  void export_once(const Command& command) {
    auto target = destinations_.target_of(command, message_.origin);
    if (!target) return;
    const auto before = mark_before(command, target->path);
    if (!before) return;
    PendingExport pending;
    pending.after = *before;
    pending.destination = std::move(target->path);
    pending.sink = std::move(target->sink.name);
    pending.sink_plugin = std::move(target->sink.plugin);
    pending.options_json = std::move(target->sink.options_json);
    pending.time_zone = std::move(target->sink.time_zone);
    pending.created = message_.time;
    pending.origin = message_.origin;
    pending.through = message_.message;
    pending.export_id = make_export_id(meta_, pending);
    meta_.pending_exports.push_back(std::move(pending));
    done_.changed = true;
  }

  void stop(const Command& command) {
    const auto place = destinations_.place_to_stop(command);
    if (!place) return destinations_.refuse("stop", command.target, place.error());
    size_t stopped = 0;
    bool by_id = false;
    bool by_path = false;
    for (auto& recording : meta_.recordings) {
      if (!is_meant(command, recording, *place)) continue;
      done_.met_recording = true;
      (recording.destination == *place ? by_path : by_id) = true;
      if (recording.desired != DesiredState::kOn) continue;
      switch_off(recording, stop_here());
      done_.changed = true;
      ++stopped;
    }
    std::erase_if(meta_.recordings, was_for_nothing);
    if (!done_.met_recording && command.selector != StopSelector::kAll) {
      return destinations_.audit("stop", command.target, false,
                                 "the session has no such recording");
    }
    destinations_.audit("stop", command.target, true,
                        fmt::format("{} recordings stopped", stopped));
    if (command.selector != StopSelector::kEither || !by_id || !by_path) return;
    auto& entry = done_.audit.back();
    entry.warns = true;
    entry.reason += "; it is a destination, and an id begins so too: write dest: or id: before it";
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

  void make_private() {
    for (auto& recording : meta_.recordings) {
      if (recording.desired == DesiredState::kOn) switch_off(recording, stop_here());
    }
    meta_.is_private = true;
    done_.changed = true;
    destinations_.audit("private", {}, true, "this session is not kept");
  }

  void undo_private() {
    destinations_.audit(
        "undo-private", {}, true,
        meta_.is_private ? "this session is kept again" : "this session was not private");
    lift_privacy();
  }

  void lift_privacy() {
    if (!meta_.is_private) return;
    meta_.is_private = false;
    done_.changed = true;
  }

  const CommandedMessage& message_;
  const InterpreterInput& input_;
  SessionMeta& meta_;
  Interpretation done_;
  CommandDestination destinations_;
};

}  // namespace

Interpretation interpret(const CommandedMessage& message, const InterpreterInput& input,
                         SessionMeta& meta) {
  return InterpreterRun(message, input, meta).run();
}

}  // namespace kato
