// Decodes what came to a session's sources, from the cursors in its meta on.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>

#include "host/base/error.h"
#include "host/ingest/catalog.h"
#include "host/ingest/copied_history.h"
#include "host/ingest/event_pipeline.h"
#include "host/session/session_meta.h"

namespace kato {

// How the bytes of a source came.
struct Arrival {
  // Bytes before this offset were there unseen: backfill. What lies behind came live.
  uint64_t live_from_bytes = UINT64_MAX;
  // The capture time of what came live. Nothing: nobody saw it come, not even what stands in a
  // source that is found to begin anew meanwhile.
  std::optional<UnixMillis> now = {};
  // No record of an append log is read that ends behind here.
  uint64_t until_bytes = UINT64_MAX;
  // A step takes no more than that of one that is not packed, but for its first record.
  uint64_t most_bytes = UINT64_MAX;
};

struct IngestStep {
  StepEnd end = StepEnd::kMore;
  uint64_t read_bytes = 0;
  // The source was not what it was: it begins anew, aligned with what is known. Nothing was
  // decoded. To be committed before the next step, which then knows what may command.
  bool realigned = false;
  // Another version of the plugin than before told a document; so many events are of others. To be
  // committed before what it told is stored.
  std::optional<uint64_t> former_events = {};
  // Contents of known events as the source states them now, without an event that says so.
  std::vector<KnownEvent> new_contents = {};
  // What had left the log may be there again.
  bool states_gone = false;
};

// Bytes of a held record of that source that were kept beside the twin; nothing: they were not.
using KeptRecords = std::function<Result<std::optional<std::string>>(const std::string& path,
                                                                     const HeldRecord& held)>;

struct IngestSupport {
  OriginLookup origins;
  KeptRecords kept;  // may be empty
};

// One session's sources. The meta is changed in memory only; who called commits it, after what the
// listener got was stored. After an error the meta is not to be trusted: load it again.
// One thread at a time; all references must outlive it.
class SessionIngest {
 public:
  SessionIngest(FileSystem& files, SessionMeta& meta, EventMemory& known, EventListener& events,
                IngestSupport support = {})
      : files_(files), meta_(meta), known_(known), events_(events), support_(std::move(support)) {}

  // One bounded step of meta.sources[index], which `source` is the file of. `source.file.info` is
  // what the caller saw of it. A source that is gone is marked so, and is no error.
  [[nodiscard]] Result<IngestStep> step(size_t index, const SessionSource& source,
                                        const Arrival& arrival, SourceBuffer& buffer);

  // Gives back what is kept between steps of live sources.
  void forget_decoders() { decoders_.clear(); }

 private:
  struct OpenDecoder {
    std::unique_ptr<Decoder> decoder;
    uint64_t at = 0;                 // the cursor that it stands at
    SourceReader* reader = nullptr;  // that read_back reads from, during a step
    DocumentMemory document = {};    // if it is one
    SourceIdentity identity = {};    // that it was opened with, if it is one
  };

  static IngestStep read_again(SourceMeta& meta);
  Result<IngestStep> read_on(size_t index, const SessionSource& source, const Arrival& arrival,
                             SourceReader& reader);
  void prepare(EventPipeline& pipeline, size_t index, const SessionSource& source,
               OpenDecoder& slot);
  Result<bool> is_in_place(size_t index, const SessionSource& source, SourceReader& reader) const;
  Status begin_anew(size_t index, const SessionSource& source, const Arrival& arrival,
                    SourceReader& reader);
  Result<OpenDecoder*> decoder_at_cursor(size_t index, const SessionSource& source,
                                         SourceReader& reader, EventPipeline& pipeline);
  Result<std::unique_ptr<Decoder>> open(const SessionSource& source, const SavedDecoder* saved,
                                        OpenDecoder& slot);
  Status replay(OpenDecoder& slot, const SessionSource& source, const SourceMeta& meta,
                SourceReader& reader, EventPipeline& pipeline);
  void keep_document(DocumentMemory& document, StepEnd end) const;
  Status keep_state(size_t index, const SessionSource& source, OpenDecoder& slot,
                    const StepOutcome& outcome);

  FileSystem& files_;
  SessionMeta& meta_;
  EventMemory& known_;
  EventListener& events_;
  IngestSupport support_;
  std::map<size_t, OpenDecoder> decoders_;
  std::map<size_t, CopiedHistory> copies_;
  std::set<size_t> read_to_end_;          // by this object: watched since
  std::map<size_t, uint64_t> live_from_;  // of sources that began anew, instead of Arrival's
};

}  // namespace kato
