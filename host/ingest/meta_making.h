// What discovery and decoding say of a session, in the words of its meta.
#pragma once

#include "host/ingest/catalog.h"
#include "host/ingest/session_summary.h"
#include "host/session/session_meta.h"

namespace kato {

// A session that was never seen before.
[[nodiscard]] SessionMeta make_session_meta(const Session& session);

// A new source: nothing of it is read yet.
[[nodiscard]] SourceMeta make_source_meta(const SessionSource& source);

// Whether the file is what it was when all of it had been read.
[[nodiscard]] bool is_as_read(const SourceMeta& meta, const FileInfo& now);

// What events said of the session as a whole.
void keep_summary(SessionMeta& meta, const SessionSummary& summary);

}  // namespace kato
