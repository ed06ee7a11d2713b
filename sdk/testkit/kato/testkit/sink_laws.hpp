// The laws of render sinks (kato/sink.h), checked.
#pragma once

#include <kato/sink.h>
#include <string>
#include <vector>

#include "law_report.hpp"
#include "sink_driver.hpp"

namespace kato::testkit {

struct SinkLawInput {
  std::string name;  // for the report
  RecordingContent recording;
  std::vector<SampleEvent> events;  // sample_events(), or one's own
  uint64_t seed = 1;
};

// - determinism: two runs give the same bytes;
// - split invariance: one event at a time, with save and open in between, and cut anywhere;
// - tolerance: events of unknown kinds add nothing (but to sinks that copy the events' lines);
//   structs of a newer host change nothing;
// - states: at most 1 MiB; those that are not its own give an outcome, never a crash;
// - heads: what is replaced lies within what is there; a refreshed head stays as it is.
[[nodiscard]] LawReport check_sink_laws(const kato_sink_api& api, const SinkLawInput& input);

// The parts of it, for tests that want one alone.
void check_splits(LawReport& report, const SinkDriver& driver, const SinkLawInput& input);
// existing: the first bytes of any file; what: for the report.
void check_head(LawReport& report, const SinkDriver& driver, const std::string& existing,
                const std::string& what);

}  // namespace kato::testkit
