#include "claude_rig.h"

#include "tests/support/catch.h"

namespace claude_test {
namespace {

std::string text_of(kato_str text) {
  return std::string(kato::sdk::view(text));
}

}  // namespace

kato_status Rig::read_back(void* context, kato_range range, kato_bytes* out) {
  *out = kato::sdk::bytes(
      std::string_view(of(context).log_).substr(range.offset_bytes, range.length_bytes));
  return KATO_OK;
}

void Rig::on_draft(void* context, const kato_draft* draft) {
  const auto& payload = *draft->payload;
  Event event;
  event.kind = draft->kind;
  event.flags = draft->flags;
  event.key = text_of(draft->record_key);
  event.part = text_of(draft->part_key);
  event.time = text_of(draft->provider_timestamp);
  event.turn = text_of(draft->turn_id);
  event.model = text_of(draft->model);
  event.subtype = text_of(payload.subtype);
  event.phase = text_of(payload.phase);
  event.text = text_of(payload.text);
  event.tool = text_of(payload.tool_name);
  event.call = text_of(payload.tool_call_id);
  event.input = text_of(payload.input_json);
  event.data = text_of(payload.data_json);
  event.decision = text_of(payload.decision_id);
  event.free_text = text_of(payload.free_text);
  event.payload_flags = payload.flags;
  const kato::sdk::Strided options(payload.options, payload.option_count);
  for (size_t i = 0; i < options.size(); ++i) {
    event.options.push_back(text_of(options[i].label));
  }
  for (size_t i = 0; i < payload.selection_count; ++i) {
    event.selections.push_back(text_of(payload.selections[i]));
  }
  const kato::sdk::Strided attachments(payload.attachments, payload.attachment_count);
  for (size_t i = 0; i < attachments.size(); ++i) {
    event.attachments.push_back(text_of(attachments[i].media_type) + ":" +
                                std::to_string(attachments[i].size_bytes));
  }
  of(context).result_.events.push_back(std::move(event));
}

void Rig::on_record(void* context, const kato_record* record) {
  of(context).result_.accounts.push_back({record->outcome, record->offset_bytes,
                                          record->length_bytes, text_of(record->type),
                                          text_of(record->reason)});
}

void Rig::on_facts(void* context, const kato_session_facts* facts) {
  of(context).result_.facts.push_back(text_of(facts->project_directory) + "|" +
                                      text_of(facts->client_version));
}

Result decode(const std::string& log) {
  Result whole = Rig(log).decode();
  const Result cut = Rig(log).decode_line_by_line();
  CHECK(whole.consumed == log.size());
  CHECK(cut.events == whole.events);
  CHECK(cut.accounts == whole.accounts);
  return whole;
}

std::string line(std::string_view type, std::string_view uuid, const std::string& rest) {
  return R"({"isSidechain":false,"userType":"external","cwd":"/home/dev/app",)"
         R"("sessionId":"s1","version":"2.1.330","type":")" +
         std::string(type) + R"(","uuid":")" + std::string(uuid) +
         R"(","timestamp":"2026-11-22T08:00:00.000Z")" + rest + "}\n";
}

std::string user(std::string_view uuid, const std::string& content, const std::string& rest) {
  return line("user", uuid, R"(,"message":{"role":"user","content":)" + content + "}" + rest);
}

std::string assistant(std::string_view uuid, const std::string& blocks, const std::string& rest) {
  return line("assistant", uuid,
              R"(,"message":{"id":"m1","role":"assistant","model":"claude-opus-5-5","content":)" +
                  blocks + R"(,"stop_reason":null})" + rest);
}

kato::sdk::Probe probe(std::string_view path, std::string_view head, bool whole,
                       std::string_view companion_name, std::string_view companion) {
  const kato_companion one{sizeof(one), kato::sdk::str(companion_name), kato::sdk::str("x"),
                           kato::sdk::bytes(companion)};
  kato_probe_input input{};
  input.struct_size = sizeof(input);
  input.whole_file = whole ? 1 : 0;
  input.path = kato::sdk::str(path);
  input.head = kato::sdk::bytes(head);
  input.size_bytes = whole ? head.size() : head.size() + 1'000'000;
  input.companions = companion_name.empty() ? nullptr : &one;
  input.companion_count = companion_name.empty() ? 0 : 1;
  return kato::claude::probe(input);
}

}  // namespace claude_test
