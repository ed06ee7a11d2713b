// Where a command of a session writes: which path its words mean, whether that may be written, and
// by which sink.
#pragma once

#include <optional>
#include <string>

#include "host/command/command_parser.h"
#include "host/policy/destination.h"
#include "host/recording/command_interpreter.h"
#include "host/recording/recording_changes.h"
#include "host/session/session_meta.h"

namespace kato {

// A destination that may be used, and what writes it.
struct CommandTarget {
  std::string path;
  PinnedSink sink;
};

// What is allowed and refused stands in the interpretation afterwards.
class CommandDestination {
 public:
  // All must outlive it.
  CommandDestination(const InterpreterInput& input, const SessionMeta& meta, Interpretation& done)
      : input_(input), meta_(meta), done_(done) {}

  // Nothing: refused, and audited.
  [[nodiscard]] std::optional<CommandTarget> target_of(const Command& command,
                                                       RequestOrigin origin);
  // Of a stop. Empty if no path is meant, or none that there could be. Errors pass.
  [[nodiscard]] Result<std::string> place_to_stop(const Command& command) const;
  // A name beside that nobody has.
  [[nodiscard]] std::string free_sibling(const std::string& path) const;

  void audit(std::string_view action, std::string path, bool allowed, std::string reason);
  // Audited; one that may pass is the interpretation's fault.
  void refuse(std::string_view action, std::string path, const Error& error);

 private:
  [[nodiscard]] bool is_recorded_into(const std::string& path) const;
  // The destination of the session's recording that means the same file: under the name that was
  // asked for, or where that leads, or where a link that came since leads the recording. Else where
  // it leads.
  [[nodiscard]] std::string place_of(const ResolvedDestination& asked,
                                     const std::string& canonical) const;
  [[nodiscard]] std::string place_for_generated(const std::string& path) const;

  const InterpreterInput& input_;
  const SessionMeta& meta_;
  Interpretation& done_;
};

}  // namespace kato
