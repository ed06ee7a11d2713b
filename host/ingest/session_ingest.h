// Decodes what came to a session's sources, from the cursors in its meta on.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "host/base/error.h"
#include "host/ingest/catalog.h"
#include "host/ingest/event_pipeline.h"
#include "host/session/session_meta.h"

namespace kato {

// How the bytes of a source came.
struct Arrival {
  // Bytes before this offset were there unseen: backfill. What lies behind came live.
  uint64_t live_from_bytes = UINT64_MAX;
  UnixMillis now;  // the capture time of what came live
};

struct IngestStep {
  StepEnd end = StepEnd::kMore;
  uint64_t read_bytes = 0;
};

// One session's sources. The meta is changed in memory only; who called commits it, after what the
// listener got was stored. After an error the meta is not to be trusted: load it again.
// One thread at a time; all references must outlive it.
class SessionIngest {
 public:
  SessionIngest(FileSystem& files, SessionMeta& meta, EventMemory& known, EventListener& events)
      : files_(files), meta_(meta), known_(known), events_(events) {}

  // One bounded step of meta.sources[index], which `source` is the file of. `source.file.info` is
  // what the caller saw of it.
  [[nodiscard]] Result<IngestStep> step(size_t index, const SessionSource& source,
                                        const Arrival& arrival, SourceBuffer& buffer);

  // Gives back what is kept between steps of live sources.
  void forget_decoders() { decoders_.clear(); }

 private:
  struct OpenDecoder {
    std::unique_ptr<Decoder> decoder;
    uint64_t at = 0;                 // the cursor that it stands at
    SourceReader* reader = nullptr;  // that read_back reads from, during a step
  };

  Status notice_change(SourceMeta& source, const SourceRule& rule, SourceReader& reader);
  Result<OpenDecoder*> decoder_at_cursor(size_t index, const SessionSource& source,
                                         SourceReader& reader);
  Result<std::unique_ptr<Decoder>> open(const SessionSource& source, const StateBlob* state,
                                        OpenDecoder& slot);
  Status replay(OpenDecoder& slot, const SessionSource& source, uint64_t end_bytes,
                SourceReader& reader);
  Status keep_state(size_t index, const SessionSource& source, OpenDecoder& slot, uint64_t cursor,
                    const SessionSummary& summary);

  FileSystem& files_;
  SessionMeta& meta_;
  EventMemory& known_;
  EventListener& events_;
  std::map<size_t, OpenDecoder> decoders_;
};

// The file as it is now, in the words of the meta. rule: for the head's length.
void stamp(SourceMeta& source, const FileInfo& info, const HeadFingerprint& head);

// A new source in the words of the meta: nothing of it is read yet.
[[nodiscard]] SourceMeta make_source_meta(const SessionSource& source);

// A session that was never seen before, in the words of the meta.
[[nodiscard]] SessionMeta make_session_meta(const Session& session);

}  // namespace kato
