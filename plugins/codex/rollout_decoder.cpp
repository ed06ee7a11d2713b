#include "rollout_decoder.h"

#include "answer.h"
#include "questions.h"
#include "response_item.h"
#include "session_meta.h"
#include "turn_event.h"
#include "user_message.h"

namespace kato::codex {
namespace {

using jsonlog::Value;

Shape shape_of(Value root) noexcept {
  if (!root["type"].is_string()) return Shape::kOther;
  return root["payload"].exists() ? Shape::kEnvelope : Shape::kBare;
}

// The first line of a bare rollout: {id, timestamp, instructions, git}.
bool is_bare_header(Value root) noexcept {
  return root["id"].is_string() && root["timestamp"].is_string() && !root["type"].exists();
}

std::string_view own_turn(Value payload) noexcept {
  const auto turn = payload["turn_id"].word();
  if (!turn.empty()) return turn;
  return payload["internal_chat_message_metadata_passthrough"]["turn_id"].word();
}

std::string_view own_id(const Line& line, std::string_view type) noexcept {
  if (line.shape == Shape::kEnvelope && type == "event_msg")
    return line.payload["item"]["id"].word();
  const bool is_item = line.shape == Shape::kBare || type == "response_item";
  return is_item ? line.payload["id"].word() : std::string_view();
}

// Between an answer that might be a compaction's summary and the compaction.
bool may_stand_between(Value root, std::string_view type) noexcept {
  return type == "token_usage_record" ||
         (type == "event_msg" && root["payload"]["type"].word() == "token_count");
}

}  // namespace

Line RolloutDecoder::open_line(jsonlog::LogRecord& record) {
  Line line{record, record.root(), state_, session_, inner_, Shape::kOther, {}};
  line.shape = shape_of(record.root());
  if (line.shape == Shape::kEnvelope) line.payload = record.root()["payload"];
  line.turn_id = own_turn(line.payload);
  if (line.turn_id.empty()) line.turn_id = state_.turn_id;
  return line;
}

kato_status RolloutDecoder::on_record(jsonlog::LogRecord& record) {
  Line line = open_line(record);
  PairedItem paired;
  if (const auto status = settle_held(line, paired); status != KATO_OK) return status;
  const auto type = record.root()["type"].word();
  const auto timestamp = record.root()["timestamp"].word();
  record.name_it(type_of(line), own_id(line, type), timestamp);
  if (state_.copied.copying() && type != "session_meta") {
    state_.copied.on_record(record.root()["ordinal"].integer(), own_turn(line.payload), timestamp);
    if (state_.copied.copying() && session_.sub_agent) {
      record.ignore("inherited");
      return KATO_OK;
    }
  }
  dispatch(line, std::move(paired));
  return KATO_OK;
}

void RolloutDecoder::dispatch(Line& line, PairedItem paired) {
  const auto type = line.record.root()["type"].word();
  if (line.shape == Shape::kBare || type == "response_item") {
    const bool users = line.payload["role"].word() == "user";
    hold_if_asked(line, on_response_item(line), users ? Holding::kUserText : Holding::kAnswer);
  } else if (type == "event_msg") {
    on_event(line, std::move(paired));
  } else if (type == "session_meta" || (type.empty() && is_bare_header(line.record.root()))) {
    on_session_meta(line);
  } else if (type == "turn_context") {
    on_turn_context(line);
  } else if (type == "compacted") {
    on_compacted(line);
  } else if (type == "token_usage_record") {
    line.record.ignore("duplicate");  // of token_count
  } else if (type == "world_state" || type == "security_risk_score" ||
             type == "inter_agent_communication" || type == "inter_agent_communication_metadata") {
    line.record.ignore("bookkeeping");
  } else if (type == "retained_context" && line.payload["type"].word() == "verified_answer") {
    on_verified_answer(line);
  } else if (line.record.root()["record_type"].is_string()) {
    line.record.ignore("state-marker");
  }
}

void RolloutDecoder::hold_if_asked(Line& line, Fate fate, Holding what) {
  if (fate != Fate::kHold) return;
  state_.holding = what;
  const auto text = what == Holding::kAnswer ? answer_text(line) : std::string_view();
  hold(line.record, what == Holding::kAnswer ? twin_hash(line, text) : 0);
}

kato_status RolloutDecoder::settle_held(const Line& next, PairedItem& paired) {
  if (held().empty()) state_.holding = Holding::kNothing;
  if (state_.holding == Holding::kNothing) return KATO_OK;
  return state_.holding == Holding::kUserText ? settle_user_text(next, paired)
                                              : settle_answer(next);
}

template <class Decide>
kato_status RolloutDecoder::decide_held(const Line& next, Decide&& decide) {
  const auto type = held().front().type;
  const auto status = release(next.record, 0, [&](jsonlog::LogRecord& record) {
    Line line = open_line(record);
    record.name_it(type, own_id(line, record.root()["type"].word()),
                   record.root()["timestamp"].word());
    decide(line);
  });
  if (status == KATO_RETRY_LATER) return status;
  state_.holding = Holding::kNothing;
  return KATO_OK;
}

kato_status RolloutDecoder::settle_user_text(const Line& next, PairedItem& paired) {
  const bool is_event = next.record.root()["type"].word() == "event_msg";
  paired.there = is_event && is_user_event(next.payload);
  if (!paired.there) {
    return decide_held(next, [](Line& line) { release_user_item(line); });
  }
  if (state_.held_has_images || state_.held_is_mixed) {
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
  state_.holding = Holding::kNothing;
  return KATO_OK;
}

kato_status RolloutDecoder::settle_answer(const Line& next) {
  const auto type = next.record.root()["type"].word();
  if (may_stand_between(next.record.root(), type)) return KATO_OK;
  const uint64_t hash = held().front().tag;
  if (type == "compacted") {
    const auto summary = trimmed(next.payload["message"].text());
    const bool contains = summary.size() >= state_.held_size &&
                          next.hash(summary.substr(summary.size() - state_.held_size)) == hash;
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
