#include "codex_rig.h"

#include <cstring>

#include "plugins/codex/document_decoder.h"

namespace kato::test {
namespace {

std::string own(kato_str text) {
  return std::string(sdk::view(text));
}

Told told_of(const kato_draft& draft) {
  const auto& payload = *draft.payload;
  Told told;
  told.kind = draft.kind;
  told.flags = draft.flags;
  told.payload_flags = payload.flags;
  told.text = own(payload.text);
  told.subtype = payload.subtype.size > 0 ? own(payload.subtype) : own(payload.phase);
  told.part = own(draft.part_key);
  told.key = own(draft.record_key);
  told.turn = own(draft.turn_id);
  told.model = own(draft.model);
  told.call = payload.tool_call_id.size > 0 ? own(payload.tool_call_id) : own(payload.decision_id);
  told.parent_call = own(payload.parent_tool_call_id);
  told.name = payload.tool_name.size > 0 ? own(payload.tool_name) : own(payload.decision_key);
  told.input = own(payload.input_json);
  told.data = own(payload.data_json);
  told.free_text = own(payload.free_text);
  for (size_t i = 0; i < payload.option_count; ++i) {
    told.choices.push_back(own(payload.options[i].label));
  }
  for (size_t i = 0; i < payload.selection_count; ++i) {
    told.choices.push_back(own(payload.selections[i]));
  }
  for (size_t i = 0; i < payload.attachment_count; ++i) {
    const auto& attachment = payload.attachments[i];
    told.attachments.push_back(own(attachment.media_type) + "|" + own(attachment.name));
  }
  return told;
}

struct Rig {
  std::string_view log;
  Cuts cuts;
  Story story;
  std::string padded;
  kato_host host{};
  kato_emitter emitter{};

  Rig(std::string_view text, Cuts how) : log(text), cuts(how) {
    host.struct_size = sizeof(host);
    host.context = this;
    host.error = [](void*, kato_status, uint64_t, kato_str) {};
    host.cancelled = [](void*) { return 0; };
    host.hash = [](void*, kato_bytes bytes) -> uint64_t {
      return std::hash<std::string_view>{}(sdk::view(bytes));
    };
    host.read_back = [](void* self, kato_range range, kato_bytes* out) -> kato_status {
      const auto& rig = *static_cast<Rig*>(self);
      if (rig.cuts.source_gone) return KATO_SKIP_RECORD;
      *out = sdk::bytes(rig.log.substr(range.offset_bytes, range.length_bytes));
      return KATO_OK;
    };
    emitter.struct_size = sizeof(emitter);
    emitter.context = this;
    emitter.draft = [](void* self, const kato_draft* draft) {
      static_cast<Rig*>(self)->story.told.push_back(told_of(*draft));
    };
    emitter.record = [](void* self, const kato_record* record) {
      static_cast<Rig*>(self)->story.records.push_back({record->outcome, record->offset_bytes,
                                                        record->length_bytes, own(record->type),
                                                        own(record->reason)});
    };
    emitter.facts = [](void* self, const kato_session_facts* facts) {
      static_cast<Rig*>(self)->story.facts.push_back(own(facts->project_directory) + "|" +
                                                     own(facts->client_version));
    };
  }

  // Where the piece that begins at `begin` ends.
  [[nodiscard]] size_t piece_end(size_t begin) const {
    if (cuts.lines == 0) return log.size();
    size_t end = begin;
    for (size_t i = 0; i < cuts.lines && end < log.size(); ++i) {
      const size_t newline = log.find('\n', end);
      end = newline == std::string_view::npos ? log.size() : newline + 1;
    }
    return end;
  }

  bool feed(sdk::Decoder& decoder, size_t begin, size_t end) {
    padded.assign(log.substr(begin, end - begin));
    padded.append(KATO_READ_PADDING_BYTES, '\xAA');
    const bool last = end == log.size();
    const kato_decode_input input{
        sizeof(kato_decode_input),
        last ? uint32_t{KATO_DECODE_END_OF_INPUT | KATO_DECODE_FINAL} : 0U,
        sdk::bytes(std::string_view(padded).substr(0, end - begin)), begin};
    sdk::Emitter out(&emitter);
    uint64_t consumed = 0;
    const auto status = decoder.decode(sdk::Host(&host), input, out, consumed);
    story.consumed += consumed;
    return status == KATO_OK && consumed == end - begin;
  }
};

std::unique_ptr<codex::RolloutDecoder> reopened(const codex::RolloutDecoder& decoder,
                                                const codex::Session& session) {
  const auto saved = decoder.save();
  const kato_state_blob blob{sizeof(kato_state_blob), saved.version, sdk::bytes(saved.blob)};
  auto next = std::make_unique<codex::RolloutDecoder>(session);
  return next->restore(blob) ? std::move(next) : nullptr;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::vector<const Told*> Story::of(int kind) const& {
  std::vector<const Told*> found;
  for (const auto& one : told) {
    if (one.kind == kind) found.push_back(&one);
  }
  return found;
}

std::vector<std::string> Story::texts(int kind) const {
  std::vector<std::string> found;
  for (const auto* one : of(kind)) {
    found.push_back(one->text);
  }
  return found;
}

std::string Story::outcome(uint64_t offset) const {
  static constexpr std::string_view kNames[] = {"?",       "mapped",    "info", "raw",
                                                "ignored", "malformed", "held"};
  std::string found;
  for (const auto& record : records) {
    if (record.offset != offset) continue;
    if (!found.empty()) found += ", ";
    found += kNames[record.outcome];
    if (!record.reason.empty()) found += " " + record.reason;
  }
  return found;
}

uint64_t Story::accounted() const {
  uint64_t bytes = 0;
  for (const auto& record : records) {
    if (record.outcome != KATO_RECORD_HELD) bytes += record.length;
  }
  return bytes;
}

Story decode(std::string_view log, const codex::Session& session, Cuts cuts,
             std::string_view path) {
  Rig rig(log, cuts);
  if (path.ends_with(".json")) {
    codex::DocumentDecoder decoder(session);
    rig.feed(decoder, 0, log.size());
    return std::move(rig.story);
  }
  auto decoder = std::make_unique<codex::RolloutDecoder>(session);
  for (size_t at = 0; at < log.size();) {
    const size_t end = rig.piece_end(at);
    if (!rig.feed(*decoder, at, end)) break;
    at = end;
    if (cuts.reopen) decoder = reopened(*decoder, session);
    if (!decoder) break;
  }
  return std::move(rig.story);
}

LogText& LogText::raw(std::string_view text) {
  last_ = text_.size();
  text_ += text;
  text_ += '\n';
  return *this;
}

LogText& LogText::line(std::string_view type, std::string_view payload) {
  const auto second = std::to_string(10 + second_++ % 50);
  return raw("{\"timestamp\":\"2026-11-20T10:00:" + second + ".000Z\",\"type\":\"" +
             std::string(type) + "\",\"payload\":" + std::string(payload) + "}");
}

LogText& LogText::user_item(std::string_view text) {
  return item(R"({"type":"message","role":"user","content":[{"type":"input_text","text":)" +
              quoted(text) + "}]}");
}
LogText& LogText::user_event(std::string_view text) {
  return event(R"({"type":"user_message","message":)" + quoted(text) + "}");
}
LogText& LogText::answer_item(std::string_view text) {
  return item(R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":)" +
              quoted(text) + "}]}");
}
LogText& LogText::answer_event(std::string_view text) {
  return event(R"({"type":"agent_message","message":)" + quoted(text) + "}");
}

}  // namespace kato::test
