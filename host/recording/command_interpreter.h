// What the commands of a message change in a session's meta. Nothing is written here; destinations
// are looked at, so that the meta says what was there before.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/base/error.h"
#include "host/command/command_parser.h"
#include "host/policy/destination.h"
#include "host/policy/path_policy.h"
#include "host/recording/recording_changes.h"
#include "host/session/session_meta.h"

namespace kato {

// Commands that one message holds, and where it stands.
struct CommandedMessage {
  CommandMessage found;
  // From the command line: the last event that was there; its seq is 0 if there was none.
  EventPosition message;
  std::optional<UnixMillis> time;  // of the message: the provider's, else the capture's
  RequestOrigin origin = RequestOrigin::kChat;
};

struct InterpreterInput {
  FileSystem& files;
  const PathPolicy& policy;
  const DestinationRules& rules;
  const SessionNames& names;
  std::function<Result<PinnedSink>(const std::string& path)> sink_for;
  // True if a recording of another session has this canonical destination.
  std::function<bool(const std::string& path)> fed_by_other;
};

// One line for the audit log.
struct AuditEntry {
  std::string action;  // "start", "capture", ...
  std::string path;    // canonical where it is known
  bool allowed = false;
  std::string reason;
  bool warns = false;  // allowed, but perhaps not what was meant
};

struct Interpretation {
  bool changed = false;        // the meta is not what it was
  bool needs_twin = false;     // a recording was switched on, if only for this message
  bool met_recording = false;  // a stop meant one that there is, on or off
  std::vector<AuditEntry> audit;
  // The disk failed, which may pass, where a destination was to be judged: the message is to be
  // interpreted again, from a meta as it was before.
  std::optional<Error> fault;
};

// Runs the commands of one message in the order of their lines; if one is invalid, none. A command
// that cannot run (its destination is forbidden, or taken) is audited, and the others go on.
[[nodiscard]] Interpretation interpret(const CommandedMessage& message,
                                       const InterpreterInput& input, SessionMeta& meta);

}  // namespace kato
