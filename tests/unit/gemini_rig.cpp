#include "tests/unit/gemini_rig.h"

#include <kato/testkit/fake_host.hpp>
#include <kato/testkit/transcript.hpp>

#include "plugins/gemini/document.h"
#include "plugins/gemini/journal.h"

namespace kato::test {
namespace {

void add(std::string& line, std::string_view name, kato_str text) {
  if (text.size == 0) return;
  if (!name.empty()) line += " " + std::string(name) + "=";
  line += sdk::view(text);
}

std::string payload_text(const kato_payload& payload) {
  std::string line;
  add(line, "", payload.text);
  add(line, "is", payload.subtype);
  add(line, "tool", payload.tool_name);
  add(line, "call", payload.tool_call_id);
  add(line, "in", payload.input_json);
  add(line, "data", payload.data_json);
  add(line, "about", payload.description);
  add(line, "decision", payload.decision_id);
  add(line, "key", payload.decision_key);
  for (size_t i = 0; i < payload.option_count; ++i) {
    add(line, "option", payload.options[i].label);
  }
  for (size_t i = 0; i < payload.selection_count; ++i) {
    add(line, "chose", payload.selections[i]);
  }
  add(line, "freely", payload.free_text);
  for (size_t i = 0; i < payload.attachment_count; ++i) {
    add(line, "with", payload.attachments[i].media_type);
    line += ":" + std::to_string(payload.attachments[i].size_bytes);
  }
  add(line, "raw", payload.raw_type);
  if ((payload.flags & KATO_PAYLOAD_IS_ERROR) != 0) line += " failed";
  if ((payload.flags & KATO_PAYLOAD_TRUNCATED) != 0) line += " shortened";
  return line;
}

}  // namespace

GeminiSource::GeminiSource(Form form, kato_parentage parentage)
    : form_(form), parentage_(parentage) {
  open(nullptr);
}

void GeminiSource::open(const kato_state_blob* state) {
  kato_identity identity{};
  identity.struct_size = sizeof(identity);
  identity.parentage = parentage_;
  kato_open_input input{};
  input.struct_size = sizeof(input);
  input.identity = &identity;
  input.state = state;
  decoder_ = form_ == Form::kJournal ? gemini::open_journal(input) : gemini::open_document(input);
}

void GeminiSource::reopen() {
  const auto saved = decoder_->save();
  const kato_state_blob state{sizeof(kato_state_blob), saved.version, sdk::bytes(saved.blob)};
  open(&state);
}

void GeminiSource::hear(const kato_draft& draft) {
  std::string line = testkit::kind_text(draft.kind);
  if ((draft.flags & KATO_DRAFT_REVISABLE) != 0) line += "+";
  if ((draft.flags & KATO_DRAFT_RELISTED) != 0) line += "^";
  line += " " + std::string(sdk::view(draft.part_key)) + "|" + payload_text(*draft.payload);
  lines_.push_back(std::move(line));
  keys_.emplace_back(sdk::view(draft.record_key));
}

std::vector<std::string> GeminiSource::decode(const std::string& bytes, uint32_t flags) {
  kato_emitter emitter{};
  emitter.struct_size = sizeof(emitter);
  emitter.context = this;
  emitter.draft = [](void* context, const kato_draft* draft) { of(context).hear(*draft); };
  emitter.record = [](void* context, const kato_record* record) {
    auto line = testkit::outcome_text(record->outcome) + " " + std::string(sdk::view(record->type));
    if (record->reason.size > 0) line += " " + std::string(sdk::view(record->reason));
    of(context).records_.push_back(std::move(line));
  };
  emitter.facts = [](void* context, const kato_session_facts* facts) {
    of(context).project_directory_ = sdk::view(facts->project_directory);
  };
  lines_.clear();
  records_.clear();
  keys_.clear();
  const testkit::FakeHost host;
  std::string padded = bytes;
  padded.resize(bytes.size() + KATO_READ_PADDING_BYTES);
  const bool journal = form_ == Form::kJournal;
  const kato_decode_input input{sizeof(kato_decode_input), flags,
                                sdk::bytes(std::string_view(padded).substr(0, bytes.size())),
                                journal ? offset_ : 0};
  sdk::Emitter out(&emitter);
  consumed_ = 0;
  status_ = decoder_->decode(sdk::Host(host.c()), input, out, consumed_);
  offset_ += consumed_;
  return lines_;
}

std::vector<std::string> decode_journal(const std::vector<std::string>& lines) {
  std::string log;
  for (const auto& line : lines) {
    log += line + "\n";
  }
  return GeminiSource(GeminiSource::Form::kJournal).decode(log);
}

}  // namespace kato::test
