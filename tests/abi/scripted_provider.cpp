#include "tests/abi/scripted_provider.h"

#include <stdexcept>

#include "tests/support/catch.h"

namespace kato::test {
namespace {

ScriptedProvider* the_script = nullptr;

kato_status describe_sources(const kato_host* host, kato_str, const kato_source_description** out) {
  return the_script->describe(*host, out);
}
kato_status probe_source(const kato_host* host, const kato_probe_input* input,
                         const kato_identity_writer* out, int32_t* verdict) {
  return the_script->probe(*host, *input, *out, *verdict);
}
kato_status open_source(const kato_host* host, const kato_open_input* input,
                        kato_provider_instance** out) {
  ++the_script->opened;
  return the_script->open(*host, *input, out);
}
void close_source(kato_provider_instance* self) {
  ++reinterpret_cast<ScriptedProvider*>(self)->closed;
}
kato_status decode_source(kato_provider_instance* self, const kato_host* host,
                          const kato_decode_input* input, const kato_emitter* out,
                          uint64_t* consumed) {
  return reinterpret_cast<ScriptedProvider*>(self)->decode(*host, *input, *out, *consumed);
}
kato_status save_source(kato_provider_instance* self, const kato_host* host,
                        const kato_state_writer* out) {
  return reinterpret_cast<ScriptedProvider*>(self)->save(*host, *out);
}

constexpr kato_provider_api kApi{sizeof(kato_provider_api),
                                 0,
                                 &describe_sources,
                                 &probe_source,
                                 &open_source,
                                 &close_source,
                                 &decode_source,
                                 &save_source};

}  // namespace

ScriptedProvider::ScriptedProvider() {
  the_script = this;
  describe = [](const kato_host&, const kato_source_description**) { return KATO_UNSUPPORTED; };
  probe = [](const kato_host&, const kato_probe_input&, const kato_identity_writer&, int32_t&) {
    return KATO_OK;
  };
  open = [this](const kato_host&, const kato_open_input&, kato_provider_instance** out) {
    *out = instance();
    return KATO_OK;
  };
  decode = [](const kato_host&, const kato_decode_input&, const kato_emitter&, uint64_t&) {
    return KATO_OK;
  };
  save = [](const kato_host&, const kato_state_writer& out) {
    const kato_state_blob blob{sizeof(blob), 1, {}};
    const kato_saved_state state{sizeof(state), 0, &blob, nullptr, 0};
    out.state(out.context, &state);
    return KATO_OK;
  };
  plugin::LoadedPlugin plugin;
  plugin.identity.id = "scripted";
  plugin.identity.version = "1.0.0";
  provider_ = plugin::make_provider(std::move(plugin), kApi);
}

ScriptedProvider::~ScriptedProvider() {
  the_script = nullptr;
}

std::unique_ptr<Decoder> ScriptedProvider::decoder(ReadBack read_back, const StateBlob* state,
                                                   const std::vector<HeldRecord>* held) {
  auto opened_decoder = provider().open({.path = "a.log",
                                         .identity = {},
                                         .options_json = {},
                                         .companions = {},
                                         .state = state,
                                         .read_back = std::move(read_back),
                                         .held = held});
  REQUIRE(opened_decoder);
  return std::move(*opened_decoder);
}

Saying::Saying(uint64_t offset, uint64_t length) {
  payload.struct_size = sizeof(payload);
  payload.text = c_str("hello");
  draft.struct_size = sizeof(draft);
  draft.kind = KATO_USER_MESSAGE;
  draft.record_key = c_str("key");
  draft.part_key = c_str("text");
  draft.record_offset_bytes = offset;
  draft.record_length_bytes = length;
  draft.cursor.kind = KATO_CURSOR_BYTE_OFFSET;
  draft.payload = &payload;
  record.struct_size = sizeof(record);
  record.outcome = KATO_RECORD_MAPPED;
  record.offset_bytes = offset;
  record.length_bytes = length;
  record.type = c_str("user");
}

void Heard::on_draft(const Draft& draft) {
  if (throws) throw std::runtime_error("the listener is full");
  const auto& payload = draft.body.payload;
  Item item;
  item.kind = draft.body.kind;
  item.record_key = draft.record_key;
  item.text = payload.text;
  item.input_json = payload.input_json;
  item.has_input_json = payload.input_json.data() != nullptr;
  item.data_json = payload.data_json;
  item.timestamp = draft.body.provider_timestamp;
  item.raw_type = payload.raw_type;
  for (const auto& option : payload.options) {
    item.options.emplace_back(option.label);
  }
  for (const auto selection : payload.selections) {
    item.selections.emplace_back(selection);
  }
  for (const auto& attachment : payload.attachments) {
    item.attachment_sizes.push_back(attachment.size_bytes);
  }
  drafts.push_back(std::move(item));
}

void Heard::on_facts(std::string_view directory, std::string_view) {
  project_directory = directory;
}

void Heard::on_problem(uint64_t, std::string_view message) {
  problems.emplace_back(message);
}

}  // namespace kato::test
