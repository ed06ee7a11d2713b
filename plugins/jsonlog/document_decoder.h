// The loop of a provider for a document that is rewritten whole: one JSON object with a list of
// items in it. A provider derives from it and says where the items are and what each one means.
#pragma once

#include <kato/provider.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "json.h"
#include "log_record.h"
#include "state.h"
#include "unchanged_stretch.h"

namespace kato::jsonlog {

// Each item is a record, with what separates it from the next one; what stands before the first
// item and behind the last one are the records "head" and "tail". So every byte is accounted for.
// All of it is stated each time, and who knows an event already drops it by its id; but to a host
// that knows what was said of the document before, the items that did not change since are only
// named; and where they did not move either, they are not even parsed. So nothing that is said of
// the head or the tail may depend on the items. The saved state is empty.
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
  // All that what is said of an item depends on, besides the item.
  virtual void save_memory(StateWriter& out) const = 0;
  virtual void restore_memory(StateReader& in) = 0;  // behind begin()
  [[nodiscard]] virtual uint32_t state_version() const = 0;

 private:
  struct Call;
  // The memory in front of an item.
  struct Milestone {
    size_t item = 0;
    std::string memory;
  };
  // What is kept of a document that was taken.
  struct Taken {
    size_t records_before_items = 0;  // 0: there are no items, or nothing is kept
    std::string memory_behind_head;
    std::vector<DocumentItem> items;
    std::vector<Milestone> milestones;  // ascending
    bool as_written = true;             // it did not have to be repaired
  };
  template <class Decide>
  void take(Call& call, const RecordPlace& place, Value root, Decide&& decide);
  [[nodiscard]] JsonError parse(Call& call);
  [[nodiscard]] bool parse_without_stretch(Call& call);
  kato_status take_document(Call& call);
  kato_status take_items(Call& call, Value list);
  kato_status name_stretch(Call& call);
  static void note_items(Call& call, Value list);
  [[nodiscard]] size_t recall_unchanged(Call& call);
  static void thin_out(Taken& taken);
  [[nodiscard]] std::string memory_of(const Call& call) const;
  void refuse(Call& call, std::string_view reason);

  Json json_;
  std::string abridged_;  // what is parsed of a document with a stretch that did not change
  Taken last_;
};

}  // namespace kato::jsonlog
