#include "rollout_decoder.h"

#include <algorithm>
#include <array>

#include "answer.h"
#include "questions.h"
#include "response_item.h"
#include "session_meta.h"
#include "turn_event.h"
#include "user_item.h"
#include "user_message.h"

namespace kato::codex {
namespace {

// The first line of a bare rollout: {id, timestamp, instructions, git}.
bool is_bare_header(const Line& line) noexcept {
  return line.shape == Shape::kOther && !line.id.empty() && !line.timestamp.empty();
}

// The log's id of a record. Short ones ("item-1", "msg_0") begin anew with each turn or resume of
// some clients and servers: they are no names.
std::string_view own_id(const Line& line) noexcept {
  constexpr size_t kShortestUnique = 16;
  std::string_view id;
  if (line.shape == Shape::kBare || line.type == "response_item") {
    id = line.id;
  } else if (line.type == "event_msg") {
    id = line.item["id"].word();
  }
  return id.size() < kShortestUnique ? std::string_view() : id;
}

// Says nothing of who wrote what, and begins no turn: may stand between the two forms of a person's
// words.
bool says_nothing_of_prompts(const Line& line) noexcept {
  constexpr auto kTypes =
      std::to_array<std::string_view>({"token_usage_record", "turn_context", "world_state"});
  if (line.shape != Shape::kEnvelope || line.turn_id != line.state.turn_id) return false;
  if (line.type != "event_msg") return std::ranges::find(kTypes, line.type) != kTypes.end();
  return line.kind == "token_count" || line.kind == "thread_settings_applied";
}

bool is_user_item(const Line& line) noexcept {
  return line.type == "response_item" && line.kind == "message" && line.role == "user";
}

// Between an answer that might be a compaction's summary and the compaction.
bool may_stand_between(const Line& line) noexcept {
  return line.type == "token_usage_record" ||
         (line.type == "event_msg" && line.kind == "token_count");
}

// What another record tells: token_count, the message itself.
bool is_duplicate(const Line& line) {
  return line.type == "token_usage_record" ||
         (line.type == "retained_context" && line.kind == "delivered_assistant_message");
}

bool is_bookkeeping(const Line& line) {
  static constexpr std::array<std::string_view, 4> kTypes = {"world_state", "security_risk_score",
                                                             "inter_agent_communication",
                                                             "inter_agent_communication_metadata"};
  return std::ranges::find(kTypes, line.type) != kTypes.end() ||
         (line.type == "retained_context" && line.kind == "accepted_file_audio");
}

}  // namespace

kato_status RolloutDecoder::on_record(jsonlog::LogRecord& record) {
  Line line(record, state_, session_, inner_);
  PairedItem paired;
  if (const auto status = settle_held(line, paired); status != KATO_OK) return status;
  record.name_it(type_of(line), own_id(line), line.timestamp);
  if (state_.copied.copying() && line.type != "session_meta") {
    state_.copied.on_record(line.ordinal.integer(), line.named_turn, line.timestamp);
    if (state_.copied.copying() && line.is_sub_agents()) {
      record.ignore("inherited");
      return KATO_OK;
    }
  }
  dispatch(line, std::move(paired));
  return KATO_OK;
}

void RolloutDecoder::dispatch(Line& line, PairedItem paired) {
  const auto type = line.type;
  if (!is_user_item(line) && !is_user_event(line) && !says_nothing_of_prompts(line)) {
    state_.half_told = HalfTold::kNothing;
    state_.prompt_form = EventForm::kNone;
  }
  if (line.shape == Shape::kBare || type == "response_item") {
    hold_if_asked(line, on_response_item(line),
                  line.role == "user" ? Holding::kUserText : Holding::kAnswer);
  } else if (type == "event_msg") {
    on_event(line, std::move(paired));
  } else if (type == "session_meta" || is_bare_header(line)) {
    on_session_meta(line);
  } else if (type == "turn_context") {
    on_turn_context(line);
  } else if (type == "compacted") {
    on_compacted(line);
  } else if (is_duplicate(line)) {
    line.record.ignore("duplicate");
  } else if (is_bookkeeping(line)) {
    line.record.ignore("bookkeeping");
  } else if (type == "retained_context" && line.kind == "verified_answer") {
    on_verified_answer(line);
  } else if (type == "dynamic_tools_updated") {
    line.record.ignore("tool-definitions");
  } else if (line.record.root()["record_type"].is_string()) {
    line.record.ignore("state-marker");
  }
}

void RolloutDecoder::hold_if_asked(Line& line, Fate fate, Holding what) {
  if (fate != Fate::kHold) return;
  state_.holding = what;
  hold(line.record, line.held_tag);
}

kato_status RolloutDecoder::settle_held(const Line& next, PairedItem& paired) {
  if (held().empty()) state_.holding = Holding::kNothing;
  if (state_.holding == Holding::kNothing) return KATO_OK;
  return state_.holding == Holding::kUserText ? settle_user_texts(next, paired)
                                              : settle_answer(next);
}

template <class Decide>
kato_status RolloutDecoder::decide_held(const Line& next, Decide&& decide) {
  const auto type = held().front().type;
  const auto status = release(next.record, 0, [&](jsonlog::LogRecord& record) {
    Line line(record, state_, session_, inner_);
    record.name_it(type, own_id(line), line.timestamp);
    decide(line);
  });
  if (status == KATO_RETRY_LATER) return status;
  if (held().empty()) state_.holding = Holding::kNothing;
  return KATO_OK;
}

kato_status RolloutDecoder::settle_user_texts(const Line& next, PairedItem& paired) {
  paired.there = is_user_event(next);
  if (!paired.there && (says_nothing_of_prompts(next) || waits_with_held(next))) return KATO_OK;
  const bool opens_log = paired.there && !state_.seen_user_event;
  const size_t clients = paired.there ? twin_of(next) : held().size();
  paired.there = clients < held().size();
  const bool reads_twin = paired.there && HeldItem::unpack(held()[clients].tag).has_more;
  if (!can_read_held(next, clients + (reads_twin ? 1 : 0))) return KATO_RETRY_LATER;
  for (size_t i = 0; i < clients; ++i) {
    decide_held(next, [opens_log](Line& line) { release_user_item(line, opens_log); });
  }
  return paired.there ? give_to_event(next, paired) : KATO_OK;
}

// Which held item says what the event says: the one of the same words, else the latest one that may
// be a person's. The number of items: none.
size_t RolloutDecoder::twin_of(const Line& event) const {
  const uint64_t words = twin_hash(event, words_of_event(event));
  size_t latest = held().size();
  for (size_t i = 0; i < held().size(); ++i) {
    const auto item = HeldItem::unpack(held()[i].tag);
    if (item.is_of(words)) return i;
    if (!item.clients) latest = i;
  }
  return latest;
}

// Several items may stand in a row. One of which the client notes what it is waits for nothing.
bool RolloutDecoder::waits_with_held(const Line& next) const {
  constexpr size_t kMostHeld = 8;
  return is_user_item(next) && !next.notes["content_item_kinds"].is_array() &&
         held().size() < kMostHeld;
}

// Asked before anything changes: of the first ones, all or none are told.
bool RolloutDecoder::can_read_held(const Line& next, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    jsonlog::Value item;
    if (read_held(next.record, i, &item) == KATO_RETRY_LATER) return false;
  }
  return true;
}

// The first one that is held is told by the event.
kato_status RolloutDecoder::give_to_event(const Line& next, PairedItem& paired) {
  if (HeldItem::unpack(held().front().tag).has_more) {
    return decide_held(next, [&](Line& line) {
      for (auto& image : images_of(line)) {
        image.media_type = next.arena().copy(image.media_type);
        image.name = next.arena().copy(image.name);
        image.hash = next.arena().copy(image.hash);
        paired.images.push_back(image);
      }
      finish_user_item(line);
    });
  }
  drop(next.record, 0, "duplicate");
  if (held().empty()) state_.holding = Holding::kNothing;
  return KATO_OK;
}

kato_status RolloutDecoder::settle_answer(const Line& next) {
  if (may_stand_between(next)) return KATO_OK;
  const uint64_t hash = held().front().tag;
  if (next.type == "compacted") {
    const auto summary = trimmed(next.payload["message"].text());
    const bool contains =
        summary.size() >= state_.held_size &&
        twin_hash(next, summary.substr(summary.size() - state_.held_size)) == hash;
    if (contains) {
      drop(next.record, 0, "duplicate");
      state_.holding = Holding::kNothing;
      return KATO_OK;
    }
    return decide_held(next, [](Line& line) { release_answer_item(line, true); });
  }
  return decide_held(next, [](Line& line) { release_answer_item(line, false); });
}

}  // namespace kato::codex
