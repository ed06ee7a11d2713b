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

}  // namespace kato::testkit
