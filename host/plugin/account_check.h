// Does a decoder account for every byte that it consumes, once?
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/plugin/provider_handle.h"

namespace kato::plugin {

// One per decoder. Every function that returns a text returns how the contract was broken, or
// nothing.
class AccountCheck {
 public:
  using Breach = std::optional<std::string>;

  // `held`: of the state that the decoder was opened with; nullptr: not known, then what is said of
  // earlier records is believed.
  explicit AccountCheck(const std::vector<HeldRecord>* held);

  // Before each call of decode. A call at offset 0 begins anew.
  void begin(uint64_t base_offset_bytes, uint64_t size_bytes);
  [[nodiscard]] Breach record(const RecordReport& record);
  [[nodiscard]] Breach draft(const Draft& draft);
  // After each call that succeeded.
  [[nodiscard]] Breach end(uint64_t consumed_bytes) const;
  // What save says is held back.
  [[nodiscard]] Breach saved(const std::vector<HeldRecord>& held) const;

  // Whether a plugin may ask for these bytes again.
  [[nodiscard]] bool may_read_back(uint64_t offset_bytes, uint64_t length_bytes) const;
  // Whether anything was said in this call.
  [[nodiscard]] bool has_begun() const {
    return next_ != base_ || !resolved_.empty() || has_drafts_;
  }

 private:
  [[nodiscard]] Breach earlier_record(const RecordReport& record);

  [[nodiscard]] bool is_or_was_held(uint64_t offset_bytes, uint64_t length_bytes) const;

  std::map<uint64_t, uint64_t> held_;  // offset to length
  bool held_is_known_ = true;
  uint64_t base_ = 0;
  uint64_t end_ = 0;   // of what was offered
  uint64_t next_ = 0;  // where the next record must begin
  uint64_t last_draft_end_ = 0;
  std::vector<std::pair<uint64_t, uint64_t>> resolved_;  // in this call: offset, length
  bool has_drafts_ = false;
};

}  // namespace kato::plugin
