// Drives one decoder over one source, a bounded step at a time.
#pragma once

#include <cstdint>

#include "host/base/error.h"
#include "host/plugin/provider_handle.h"
#include "host/source/source_reader.h"

namespace kato {

// What the host itself has to account for.
enum class HostOutcome : uint8_t {
  kMalformed,   // the plugin asked to step over it
  kOversize,    // above SourceLimits::max_record_bytes
  kIncomplete,  // an unterminated line at the end of a log that may still grow
};

// What one step hands on: what the decoder found, and the host's own account.
class StepListener : public DecodeListener {
 public:
  // The bytes that the decoder is about to see. Valid until the step returns.
  virtual void on_step_bytes(std::string_view bytes, uint64_t base_offset_bytes) = 0;
  virtual void on_host_record(HostOutcome outcome, uint64_t offset_bytes,
                              uint64_t length_bytes) = 0;
  // Everything of the step was said.
  virtual void on_step_end() = 0;
};

enum class StepEnd : uint8_t {
  kMore,        // call again
  kEndOfInput,  // everything that is complete was decoded
  kRetryLater,  // the provider says that the source is being rewritten just now
  kShrinking,   // it lost bytes, or as a document changed, while it was read: the same, and nothing
                // was taken
  kQuarantine,  // nothing more can be made of this source
  kCancelled,
};

// Whether the source was read as far as it can be.
[[nodiscard]] constexpr bool is_read(StepEnd end) noexcept {
  return end == StepEnd::kEndOfInput || end == StepEnd::kQuarantine;
}

struct StepOutcome {
  StepEnd end = StepEnd::kMore;
  uint64_t cursor = 0;  // where the next step begins
};

// One source's. References must outlive it. One thread at a time.
class SourceDecoding {
 public:
  static constexpr size_t kDefaultStepBytes = size_t{1} << 20;

  SourceDecoding(SourceReader& reader, Decoder& decoder, Growth growth,
                 size_t step_bytes = kDefaultStepBytes)
      : reader_(reader), decoder_(decoder), growth_(growth), step_bytes_(step_bytes) {}

  // See DecodeRequest.
  void set_knows_last(bool knows) { knows_last_ = knows; }

  // Of lines that are there in whole before that offset none behind it is decoded with them.
  void set_until(uint64_t offset_bytes) { until_bytes_ = offset_bytes; }

  // Decodes from `cursor` on: at least one record, or says why not. final: the source will not
  // grow, so an unterminated last record counts. An error leaves the decoder dead, and what the
  // listener got in this step must be thrown away.
  [[nodiscard]] Result<StepOutcome> step(uint64_t cursor, bool final, StepListener& listener);

 private:
  Result<StepOutcome> append_step(uint64_t cursor, bool final, StepListener& listener);
  void end_at_limit(SourceChunk& chunk, uint64_t cursor) const;
  Result<StepOutcome> document_step(bool final, StepListener& listener);
  Result<StepOutcome> skip_record(uint64_t from, HostOutcome outcome, StepListener& listener);

  SourceReader& reader_;
  Decoder& decoder_;
  Growth growth_;
  size_t step_bytes_;
  uint64_t until_bytes_ = UINT64_MAX;
  bool knows_last_ = false;
};

}  // namespace kato
