// The account of one log: what its records are, and what became of each.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "host/base/error.h"
#include "host/ingest/catalog.h"
#include "host/ingest/event_pipeline.h"

namespace kato {

struct InspectedRecords {
  std::string type;
  std::string outcome;  // mapped, info, raw, ignored, malformed, oversize, incomplete
  std::string reason;   // of ignored and malformed ones
  uint64_t count = 0;
  uint64_t bytes = 0;
};

struct InspectedProblem {
  uint64_t line = 0;  // 1-based; 0: nowhere
  uint64_t offset_bytes = 0;
  std::string what;
};

struct Inspection {
  static constexpr size_t kMostProblems = 1000;

  uint64_t total_bytes = 0;  // unpacked
  uint64_t accounted_bytes = 0;
  uint64_t repaired_characters = 0;
  std::vector<InspectedRecords> records;  // by type, outcome and reason
  SessionSummary summary;
  std::vector<InspectedProblem> problems;
  uint64_t problem_count = 0;  // also of those beyond kMostProblems
};

// Decodes the session's sources, which are the log to be inspected, as finished.
[[nodiscard]] Result<Inspection> inspect(FileSystem& files, const Session& session);

}  // namespace kato
