// A message that stands in several logs was said in the one that was there first; the others copied
// it (a fork, a resumed copy). What is known of sessions tells that of most messages (see
// CopiedHistory), but not of what their logs got a moment ago, or while no daemon ran. So before a
// message commands, the logs themselves are asked.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "host/daemon/log_age.h"
#include "host/daemon/session_runtime.h"
#include "host/daemon/source_table.h"
#include "host/session/session_index.h"

namespace kato {

// [one thread at a time]
class MessageOrigins {
 public:
  // All must outlive this.
  MessageOrigins(FileSystem& files, const SourceTable& table, const SessionIndex& index)
      : files_(files), table_(table), index_(index) {}

  // Whether an older log holds that message of the session, which was read from a source that may
  // hold copied history. Only logs beside its own are asked, and those of sessions with the same
  // beginning, if they were written since the message was. An error may pass.
  [[nodiscard]] Result<bool> is_inherited(const SessionRuntime& session,
                                          const StepEvents::Message& message) const;

 private:
  [[nodiscard]] Result<std::set<std::string>> neighbours(const SessionRuntime& session) const;
  [[nodiscard]] Result<bool> holds(const SourceFile& log, const SessionRuntime& session,
                                   const EventId& message) const;
  void add_sources_of(const std::string& session_id, std::set<std::string>& paths) const;

  FileSystem& files_;
  const SourceTable& table_;
  const SessionIndex& index_;
};

}  // namespace kato
