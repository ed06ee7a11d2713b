// The loop of a provider for append logs: lines, the account of each, what is held back, the saved
// state. A provider derives from it and says what one record means.
#pragma once

#include <kato/provider.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "log_record.h"
#include "record_key.h"
#include "state.h"

namespace kato::jsonlog {

// A record that was consumed but not decided. Its text is not kept.
struct HeldRecord {
  std::string key;
  std::string type;
  kato_range range{};
  // What the provider needs to recognise it by: a hash, flags, offsets; no text.
  uint64_t tag = 0;
};

class AppendDecoder : public sdk::Decoder {
 public:
  kato_status decode(const sdk::Host& host, const kato_decode_input& input, sdk::Emitter& out,
                     uint64_t& consumed_bytes) final;
  [[nodiscard]] sdk::SavedState save() const final;

  // Continues from a state that save() gave. False: it does not fit (then the object is useless).
  [[nodiscard]] bool restore(const kato_state_blob& state);

 protected:
  // What the record means; its root is an object. Called once for each record, in order.
  // KATO_OK: done; the record's outcome is reported from what was done with it.
  // KATO_RETRY_LATER: read_held said so, and nothing was drafted or changed; comes again.
  // KATO_QUARANTINE_SOURCE, KATO_FATAL: decoding ends; the record is not consumed.
  virtual kato_status on_record(LogRecord& record) = 0;

  // The provider's part of the state: bounded, and without text of the conversation.
  virtual void save_more(StateWriter& out) const = 0;
  virtual void restore_more(StateReader& in) = 0;
  // The form of that part; a state of another version is not restored. At most 65535.
  [[nodiscard]] virtual uint32_t state_version() const = 0;

  // --- Holding back. Inside on_record alone.

  // Marks `record` as held: what it means will be known later. It must have emitted nothing.
  void hold(LogRecord& record, uint64_t tag = 0);
  // Oldest first.
  [[nodiscard]] const std::vector<HeldRecord>& held() const noexcept { return held_; }
  // Reads the text of held()[index] again and parses it. KATO_OK: *root is valid until the next
  // call of read_held, release or drop. KATO_SKIP_RECORD: it is gone (drop it with kSourceGone).
  // KATO_RETRY_LATER: give it on, having changed nothing but the record's name.
  // `record` is the one that on_record was called with.
  kato_status read_held(const LogRecord& record, size_t index, Value* root);
  // Ends the holding of held()[index] with what `decide` does to it: `decide(LogRecord&)` is called
  // with the record read back, names it, emits or ignores. Its key and its place are those of old.
  // KATO_OK. KATO_SKIP_RECORD: its text is gone, and it has been accounted for as lost.
  // KATO_RETRY_LATER: it is still held; release it later. (Who has emitted or released something
  // before cannot give this on as the answer of on_record.)
  template <class Decide>
  kato_status release(const LogRecord& record, size_t index, Decide&& decide);
  void retag(size_t index, uint64_t tag) { held_[index].tag = tag; }
  // Ends the holding of held()[index]: it gives nothing, for that reason.
  void drop(const LogRecord& record, size_t index, std::string_view reason);

  static constexpr std::string_view kSourceGone = "lost: source-gone";

 private:
  struct Call;  // what is the same during one decode
  kato_status take_line(Call& call, const RecordPlace& place);
  void report_simple(Call& call, const RecordPlace& place, kato_record_outcome outcome,
                     std::string_view reason);
  kato_status fetch(const LogRecord& record, const HeldRecord& held);
  LogRecord held_record(const LogRecord& record, const HeldRecord& held);

  Json json_;
  Json held_json_;
  std::string_view held_line_;
  RecordKeys keys_;
  std::vector<HeldRecord> held_;
  const Call* call_ = nullptr;  // during decode
  bool broken_ = false;
};

template <class Decide>
kato_status AppendDecoder::release(const LogRecord& record, size_t index, Decide&& decide) {
  const kato_status status = fetch(record, held_[index]);
  if (status == KATO_RETRY_LATER) return status;
  if (status != KATO_OK) {
    drop(record, index, kSourceGone);
    return status;
  }
  LogRecord released = held_record(record, held_[index]);
  held_.erase(held_.begin() + static_cast<ptrdiff_t>(index));
  decide(released);
  released.account();
  return KATO_OK;
}

}  // namespace kato::jsonlog
