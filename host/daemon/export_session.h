// A session into one rendered stream or file; nothing of the state is changed.
#pragma once

#include <functional>
#include <string>

#include "host/base/error.h"
#include "host/daemon/assembly.h"
#include "host/daemon/kept_session.h"
#include "host/ingest/session_summary.h"
#include "host/policy/path_policy.h"

namespace kato {

struct ExportInput {
  FileSystem& files;
  const KeptSession& session;
  const ConfiguredSink& sink;
  std::string state_directory;
  KeptReading reading = {};
};

// Reads the session and renders it. `out` gets the bytes in order, after all was read: nothing if
// the reading fails. spool_path: of a temporary file that long conversations need.
[[nodiscard]] Result<SessionSummary> export_session(
    const ExportInput& input, const std::string& spool_path,
    const std::function<Status(std::string_view)>& out);

enum class ExportResult : uint8_t {
  kWritten,
  kUnchanged,  // the destination held just these bytes
};

enum class Overwrite : uint8_t { kNever, kAllowed };

// The same into a file: written beside it, then put in its place in one step. A destination that
// holds something else is kExists unless overwriting is allowed. kRefused: the policy forbids it.
[[nodiscard]] Result<ExportResult> export_to_file(const ExportInput& input,
                                                  const PathPolicy& policy, const std::string& path,
                                                  Overwrite overwrite);

// Whether files that a person named may be made in the folder, which need not be there. kRefused.
[[nodiscard]] Status check_export_folder(const PathPolicy& policy, const std::string& folder);

// What a head may say of the session.
[[nodiscard]] RecordingContext context_of(const SessionRef& session, const SessionSummary& summary);

}  // namespace kato
