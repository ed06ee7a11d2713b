// What the head of a recording may say: gathered from the twin up to where the recording began, so
// that it is the same at every attempt. Of a long twin in parts.
#pragma once

#include <optional>

#include "host/ingest/session_summary.h"
#include "host/recording/recording_progress.h"

namespace kato {

// [one thread at a time] One head at a time; another one, or another twin, begins anew.
class HeadSummary {
 public:
  // Reads on, so much of the twin at most, some more if need be. Nothing: it is not complete yet.
  [[nodiscard]] Result<std::optional<SessionSummary>> gather(FileSystem& files,
                                                             const TwinSource& twin,
                                                             const PeriodMark& begin,
                                                             uint64_t part_bytes);

 private:
  void take_up(const TwinSource& twin, const PeriodMark& begin);
  // True: it is the last one that counts, or comes behind that.
  bool add(const Event& event);

  uint32_t generation_ = 0;
  PeriodMark begin_;
  uint64_t at_ = 0;  // in the twin
  SessionSummary summary_;
};

}  // namespace kato
