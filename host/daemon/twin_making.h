// A twin that is made late, or again.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/daemon/relocation.h"
#include "host/daemon/step_events.h"
#include "host/ingest/decode_again.h"
#include "host/ingest/event_memory.h"
#include "host/ingest/session_summary.h"
#include "host/session/known_events.h"
#include "host/session/twin_log.h"

namespace kato {

using KnownCaptureTimes = std::map<EventId, UnixMillis>;

struct TwinMaking {
  AgainInput again;
  const SessionRef& session;
  const KnownCaptureTimes& captured;
  // The session's twin whose lines the new one begins with; 0 bytes: none.
  std::string seed_path;
  uint64_t seed_bytes = 0;
};

struct MadeTwin {
  TwinLog log;
  SessionSummary summary;
  std::vector<EventPlace> places;  // of its events, in their order
  std::vector<KnownEvent> unmet;   // those that the session has not met
  AgainOutcome outcome;
};

// What one that is made anew has of the twin that there is.
enum class TwinGain : uint8_t {
  kNone,       // just that
  kBehind,     // that, and then more
  kAmid,       // that and more
  kLacksSome,  // not all of it
};

[[nodiscard]] Result<TwinGain> gain_of(FileSystem& files, const TwinFile& twin, uint64_t size_bytes,
                                       const std::vector<EventPlace>& made);

// One twin, made in parts; between them the session may be read on. Nothing else is changed, and
// what is not taken is removed. One thread at a time; what it is made of must outlive it.
class TwinInMaking {
 public:
  // In that file, which must not exist.
  [[nodiscard]] static Result<std::unique_ptr<TwinInMaking>> begin(std::string path,
                                                                   TwinMaking making);
  ~TwinInMaking();
  TwinInMaking(const TwinInMaking&) = delete;
  TwinInMaking& operator=(const TwinInMaking&) = delete;
  TwinInMaking(TwinInMaking&&) = delete;
  TwinInMaking& operator=(TwinInMaking&&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  // See DecodingAgain::read_part.
  [[nodiscard]] Result<bool> read_part(uint64_t part_bytes);
  // Of what is read so far.
  [[nodiscard]] AgainOutcome outcome() const { return again_->outcome(); }
  // Of its events so far, in their order.
  [[nodiscard]] const std::vector<EventPlace>& places() const { return made_.places; }
  // Once all is read. The file stays.
  [[nodiscard]] MadeTwin take();

 private:
  class Lines;
  TwinInMaking(std::string path, TwinMaking making, TwinLog log);
  Status copy_seed();

  std::string path_;
  TwinMaking making_;
  MadeTwin made_;
  std::unique_ptr<Lines> lines_;
  FreshEventMemory known_{/*restates=*/true};
  std::optional<DecodingAgain> again_;
  bool is_taken_ = false;
};

}  // namespace kato
