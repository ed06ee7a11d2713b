#include "host/plugin/account_check.h"

#include <algorithm>

#include <fmt/format.h>

namespace kato::plugin {

AccountCheck::AccountCheck(const std::vector<HeldRecord>* held) : held_is_known_(held != nullptr) {
  if (held == nullptr) {
    next_ = UINT64_MAX;  // nor is known how far the state has come
    return;
  }
  for (const auto& record : *held) {
    held_.emplace(record.offset_bytes, record.length_bytes);
  }
}

void AccountCheck::begin(uint64_t base_offset_bytes, uint64_t size_bytes) {
  if (base_offset_bytes == 0) {
    held_.clear();
    held_is_known_ = true;
  }
  base_ = base_offset_bytes;
  end_ = base_offset_bytes + size_bytes;
  next_ = base_offset_bytes;
  last_draft_end_ = base_offset_bytes;
  resolved_.clear();
  has_drafts_ = false;
}

AccountCheck::Breach AccountCheck::record(const RecordReport& record) {
  if (record.offset_bytes < next_) return earlier_record(record);
  if (record.offset_bytes > next_) {
    return fmt::format("left bytes {} to {} out of the account", next_, record.offset_bytes);
  }
  if (record.length_bytes == 0) return fmt::format("reported an empty record at {}", next_);
  if (record.length_bytes > end_ - next_) {
    return fmt::format("reported a record at {} that ends behind the bytes it was given", next_);
  }
  if (record.outcome == RecordOutcome::kHeld) held_.emplace(next_, record.length_bytes);
  next_ += record.length_bytes;
  return {};
}

AccountCheck::Breach AccountCheck::earlier_record(const RecordReport& record) {
  resolved_.emplace_back(record.offset_bytes, record.length_bytes);
  if (record.outcome == RecordOutcome::kHeld) {
    return fmt::format("reported the record at {} as held twice", record.offset_bytes);
  }
  const auto held = held_.find(record.offset_bytes);
  if (held != held_.end() && held->second == record.length_bytes) {
    held_.erase(held);
    return {};
  }
  if (!held_is_known_ && record.offset_bytes < base_) return {};
  return fmt::format("reported bytes at {} twice", record.offset_bytes);
}

AccountCheck::Breach AccountCheck::draft(const Draft& draft) {
  has_drafts_ = true;
  const uint64_t draft_end = draft.record_offset_bytes + draft.record_length_bytes;
  if (draft.record_offset_bytes >= base_) {
    last_draft_end_ = std::max(last_draft_end_, draft_end);
    if (draft_end <= end_) return {};
    return fmt::format("emitted a draft of a record at {} that ends behind the bytes it was given",
                       draft.record_offset_bytes);
  }
  if (is_or_was_held(draft.record_offset_bytes, draft.record_length_bytes)) return {};
  return fmt::format("emitted a draft of the record at {}, which was decoded before",
                     draft.record_offset_bytes);
}

bool AccountCheck::is_or_was_held(uint64_t offset_bytes, uint64_t length_bytes) const {
  if (!held_is_known_) return true;
  const auto held = held_.find(offset_bytes);
  if (held != held_.end() && held->second == length_bytes) return true;
  return std::ranges::find(resolved_, std::pair(offset_bytes, length_bytes)) != resolved_.end();
}

AccountCheck::Breach AccountCheck::end(uint64_t consumed_bytes) const {
  if (consumed_bytes > end_ - base_) {
    return fmt::format("consumed {} bytes of {}", consumed_bytes, end_ - base_);
  }
  if (next_ - base_ != consumed_bytes) {
    return fmt::format("consumed {} bytes but accounted for {}", consumed_bytes, next_ - base_);
  }
  if (last_draft_end_ > next_) return "emitted a draft of a record that it did not consume";
  return {};
}

AccountCheck::Breach AccountCheck::saved(const std::vector<HeldRecord>& held) const {
  for (const auto& record : held) {
    const auto found = held_.find(record.offset_bytes);
    const bool is_held = found != held_.end() && found->second == record.length_bytes;
    const bool is_believed = !held_is_known_ && record.offset_bytes < next_;
    if (!is_held && !is_believed) {
      return fmt::format("holds back a record at {} that was not reported as held",
                         record.offset_bytes);
    }
  }
  if (held_is_known_ && held.size() != held_.size()) {
    return fmt::format("holds back {} records but reported {} as held", held.size(), held_.size());
  }
  return {};
}

bool AccountCheck::may_read_back(uint64_t offset_bytes, uint64_t length_bytes) const {
  return offset_bytes <= end_ && length_bytes <= end_ - offset_bytes;
}

}  // namespace kato::plugin
