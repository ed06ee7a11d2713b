// The loop of a provider for a document that is rewritten whole: one JSON object with a list of
// items in it. A provider derives from it and says where the items are and what each one means.
#pragma once

#include <kato/provider.hpp>
#include <string_view>

#include "json.h"
#include "log_record.h"

namespace kato::jsonlog {

// Each item is a record, with what separates it from the next one; what stands before the first
// item and behind the last one are the records "head" and "tail". So every byte is accounted for.
// All of it is stated each time; who knows an event already drops it by its id. Nothing is kept
// from one decode to the next, so the state is empty.
class DocumentDecoder : public sdk::Decoder {
 public:
  // A document that does not parse is one that is being written: KATO_RETRY_LATER; with
  // KATO_DECODE_FINAL it is one malformed record.
  kato_status decode(const sdk::Host& host, const kato_decode_input& input, sdk::Emitter& out,
                     uint64_t& consumed_bytes) final;
  [[nodiscard]] sdk::SavedState save() const final;
  // Whether save() of this version gave the state.
  [[nodiscard]] bool fits(const kato_state_blob& state) const;

 protected:
  // A new document begins: forget the one before.
  virtual void begin() = 0;
  // The list of items; another value than a list means that there are none, and that the head is
  // the whole document.
  [[nodiscard]] virtual Value items(Value root) const = 0;
  virtual void on_head(LogRecord& record) = 0;
  // record.root() is the item. index: its place in the list.
  virtual void on_item(LogRecord& record, uint64_t index) = 0;
  virtual void on_tail(LogRecord& record) = 0;
  [[nodiscard]] virtual uint32_t state_version() const = 0;

 private:
  struct Call;
  kato_status take_document(Call& call);
  void refuse(Call& call, std::string_view reason);

  Json json_;
};

}  // namespace kato::jsonlog
