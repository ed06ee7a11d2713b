// Decodes a session from its beginning, without a state: exports, inspections, golden tests.
#pragma once

#include <functional>

#include "host/base/error.h"
#include "host/ingest/catalog.h"
#include "host/ingest/event_pipeline.h"

namespace kato {

struct OneShot {
  // Asked between steps; false ends the decoding with kCancelled.
  std::function<bool()> keep_going = [] { return true; };
  // Called before each source.
  std::function<void(const SessionSource&)> on_source;  // may be empty
  // The pipeline's memory, if it holds events that are known from elsewhere: each source is brought
  // together with them first, so that only what they do not state comes of it. NULL: it is empty.
  EventMemory* known = nullptr;
};

// Decodes every source of the session to its end, as finished. EventMemory come from
// FreshEventMemory(restates(session)).
[[nodiscard]] Status decode_session(FileSystem& files, const Session& session,
                                    EventPipeline& pipeline, const OneShot& how = {});

// At the beginning of the source. The reader must outlive it.
[[nodiscard]] Result<std::unique_ptr<Decoder>> open_decoder(const SessionSource& source,
                                                            SourceReader& reader);

[[nodiscard]] bool restates(const Session& session);

// Of a source that lost bytes while it was read.
[[nodiscard]] std::unexpected<Error> written_just_now(const std::string& path);

// Hands back bytes of a held record from the source itself, if they are still the same.
[[nodiscard]] ReadBack read_back_from(SourceReader& reader);

}  // namespace kato
