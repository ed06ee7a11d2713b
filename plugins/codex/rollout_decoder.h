// Decodes a rollout: lines in any of the forms that Codex has written since spring 2025, told by
// their shape, not by a version (a resumed file changes its form in the middle).
#pragma once

#include "event_msg.h"
#include "line.h"
#include "plugins/jsonlog/append_decoder.h"
#include "user_message.h"

namespace kato::codex {

class RolloutDecoder final : public jsonlog::AppendDecoder {
 public:
  explicit RolloutDecoder(Session session) : session_(std::move(session)) {}

 protected:
  kato_status on_record(jsonlog::LogRecord& record) override;
  void save_more(jsonlog::StateWriter& out) const override { state_.save(out); }
  void restore_more(jsonlog::StateReader& in) override { state_.restore(in); }
  [[nodiscard]] uint32_t state_version() const override { return RolloutState::kVersion; }

 private:
  // Decides what is held, now that the next record is known. KATO_RETRY_LATER: not now.
  kato_status settle_held(const Line& next, PairedItem& paired);
  kato_status settle_user_texts(const Line& next, PairedItem& paired);
  [[nodiscard]] size_t twin_of(const Line& event) const;
  [[nodiscard]] bool waits_with_held(const Line& next) const;
  bool can_read_held(const Line& next, size_t count);
  kato_status give_to_event(const Line& next, PairedItem& paired);
  kato_status settle_answer(const Line& next);
  template <class Decide>
  kato_status decide_held(const Line& next, Decide&& decide);
  void hold_if_asked(Line& line, Fate fate, Holding what);
  void dispatch(Line& line, PairedItem paired);

  Session session_;
  RolloutState state_;
  jsonlog::Json inner_;
};

// The log's own name for a record: "response_item/message/user". Bounded, no text of anybody's.
[[nodiscard]] std::string_view type_of(const Line& line);

}  // namespace kato::codex
