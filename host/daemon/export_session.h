// A session from its sources into one rendered stream or file, without a state.
#pragma once

#include <functional>
#include <string>

#include "host/base/error.h"
#include "host/daemon/assembly.h"
#include "host/ingest/catalog.h"
#include "host/ingest/session_summary.h"

namespace kato {

// Decodes the session and renders it. `out` gets the bytes in order, after all was decoded: nothing
// if the decoding fails. spool_path: of a temporary file that long conversations need.
[[nodiscard]] Result<SessionSummary> export_session(
    FileSystem& files, const Session& session, const ConfiguredSink& sink,
    const std::string& spool_path, const std::function<Status(std::string_view)>& out,
    const std::function<bool()>& keep_going);

enum class ExportResult : uint8_t {
  kWritten,
  kUnchanged,  // the destination held just these bytes
};

enum class Overwrite : uint8_t { kNever, kAllowed };

// The same into a file: written beside it, then put in its place in one step. A destination that
// holds something else is kExists unless overwriting is allowed.
[[nodiscard]] Result<ExportResult> export_to_file(FileSystem& files, const Session& session,
                                                  const ConfiguredSink& sink,
                                                  const std::string& path, Overwrite overwrite,
                                                  const std::function<bool()>& keep_going);

// What a head may say of the session.
[[nodiscard]] RecordingContext context_of(const SessionRef& session, const SessionSummary& summary);

}  // namespace kato
