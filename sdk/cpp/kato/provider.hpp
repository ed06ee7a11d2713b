// Write a provider in C++: derive from Provider and Decoder, then KATO_EXPORT_PROVIDER.
//
//   class Tail : public kato::sdk::Decoder { ... };
//   class MyAgent : public kato::sdk::Provider { ... };
//   KATO_EXPORT_PROVIDER(MyAgent, "my-agent", "1.0.0")
//
// The contract of each call is in <kato/provider.h>; this layer only makes it safe and pleasant.
#pragma once

#include <kato/provider.h>
#include <memory>
#include <vector>

#include "common.hpp"

namespace kato::sdk {

struct Option {
  std::string_view label;
  std::string_view description;
};

struct Attachment {
  std::string_view media_type;
  std::string_view name;
  uint64_t size_bytes = UINT64_MAX;
  std::string_view hash;
};

// kato_draft and its payload with C++ types. All texts are borrowed: they must live until
// Emitter::draft returns.
struct Draft {
  kato_event_kind kind = KATO_PROVIDER_RAW;
  uint32_t flags = 0;  // kato_draft_flag
  uint32_t emit_index = 0;
  std::string_view record_key;
  std::string_view part_key;
  uint64_t record_offset_bytes = 0;
  uint64_t record_length_bytes = 0;
  kato_cursor cursor{KATO_CURSOR_BYTE_OFFSET, 0, 0, {nullptr, 0}};
  std::string_view provider_event_type;
  std::string_view provider_event_id;
  std::string_view provider_timestamp;
  std::string_view turn_id;
  std::string_view model;

  uint32_t payload_flags = 0;  // kato_payload_flag
  std::string_view text;
  std::string_view phase;
  std::string_view subtype;
  kato_level level = KATO_LEVEL_UNSET;
  std::string_view tool_call_id;
  std::string_view parent_tool_call_id;
  std::string_view tool_name;
  std::string_view description;
  std::string_view input_json;
  std::string_view data_json;
  std::string_view decision_id;
  std::string_view decision_key;
  std::string_view free_text;
  std::string_view raw_type;
  std::vector<Option> options;
  std::vector<std::string_view> selections;
  std::vector<Attachment> attachments;
};

// kato_record with C++ types, borrowed like Draft's.
struct Record {
  kato_record_outcome outcome = KATO_RECORD_RAW;
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;
  std::string_view type{};
  std::string_view reason{};
  std::string_view key{};
  uint64_t repaired_count = 0;
};

// Where decode puts its results. Borrowed for one call.
class Emitter {
 public:
  explicit Emitter(const kato_emitter* out) noexcept : out_(*out) {}

  void draft(const Draft& draft);
  void record(const Record& record) {
    const kato_record c{sizeof(kato_record), record.outcome,       record.offset_bytes,
                        record.length_bytes, str(record.type),     str(record.reason),
                        str(record.key),     record.repaired_count};
    out_.record(out_.context, &c);
  }
  void facts(std::string_view project_directory, std::string_view client_version) {
    const kato_session_facts c{sizeof(kato_session_facts), 0, str(project_directory),
                               str(client_version)};
    out_.facts(out_.context, &c);
  }

 private:
  const kato_emitter& out_;
  std::vector<kato_option> options_;
  std::vector<kato_str> selections_;
  std::vector<kato_attachment> attachments_;
};

// What save hands out.
struct HeldRecord {
  std::string key;
  kato_range range{};
};
struct SavedState {
  uint32_t version = 1;
  std::string blob;
  std::vector<HeldRecord> held;
};

// One source being decoded. See kato_provider_api.decode and save.
class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  Decoder(Decoder&&) = delete;
  Decoder& operator=(Decoder&&) = delete;
  virtual ~Decoder() = default;

  virtual kato_status decode(const Host& host, const kato_decode_input& input, Emitter& out,
                             uint64_t& consumed_bytes) = 0;
  [[nodiscard]] virtual SavedState save() const = 0;
};

// An id as a host takes it: itself, or a short name for one that is too long, as logs that are
// damaged may have. The same id always gives the same. A host makes three bytes of each that is not
// UTF-8.
inline std::string session_id_that_fits(const Host& host, std::string_view id) {
  size_t most_bytes = 0;
  for (const char c : id) {
    most_bytes += static_cast<unsigned char>(c) < 0x80 ? 1 : 3;
  }
  if (most_bytes <= KATO_MAX_SESSION_ID_BYTES) return std::string(id);
  std::string name = "long-id-";
  for (uint64_t hash = host.hash(id), digits = 16; digits > 0; --digits, hash <<= 4) {
    name += "0123456789abcdef"[hash >> 60];
  }
  return name;
}

// kato_identity with owned texts. The glue gives ids that are too long a name that fits.
struct Identity {
  kato_driver driver = KATO_DRIVER_UNKNOWN;
  kato_parentage parentage = KATO_PARENT_NONE;
  kato_relation relation = KATO_RELATION_WHOLE;
  std::string provider_session_id;
  std::string parent_provider_session_id;
  std::string project_directory;
  std::string title_hint;
  std::string started_at;
  std::string client_version;
  int64_t rank = 0;
  std::string continues_source;
  std::string continues_at;
};

struct Probe {
  kato_probe_verdict verdict = KATO_PROBE_NOT_MINE;
  Identity identity;  // with KATO_PROBE_MINE
};

// Stateless: one const object serves all threads.
class Provider {
 public:
  Provider() = default;
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;
  Provider(Provider&&) = delete;
  Provider& operator=(Provider&&) = delete;
  virtual ~Provider() = default;

  // Static data.
  [[nodiscard]] virtual const kato_source_description& sources(
      std::string_view options_json) const = 0;
  [[nodiscard]] virtual Probe probe(const Host& host, const kato_probe_input& input) const = 0;
  // nullptr: the saved state does not fit (KATO_UNSUPPORTED).
  [[nodiscard]] virtual std::unique_ptr<Decoder> open(const Host& host,
                                                      const kato_open_input& input) const = 0;
};

inline void Emitter::draft(const Draft& draft) {
  options_.clear();
  for (const auto& option : draft.options) {
    options_.push_back({sizeof(kato_option), str(option.label), str(option.description)});
  }
  selections_.clear();
  for (const auto selection : draft.selections) {
    selections_.push_back(str(selection));
  }
  attachments_.clear();
  for (const auto& attachment : draft.attachments) {
    attachments_.push_back({sizeof(kato_attachment), str(attachment.media_type),
                            str(attachment.name), attachment.size_bytes, str(attachment.hash)});
  }
  kato_payload payload{};
  payload.struct_size = sizeof(payload);
  payload.flags = draft.payload_flags;
  payload.text = str(draft.text);
  payload.phase = str(draft.phase);
  payload.subtype = str(draft.subtype);
  payload.level = draft.level;
  payload.tool_call_id = str(draft.tool_call_id);
  payload.parent_tool_call_id = str(draft.parent_tool_call_id);
  payload.tool_name = str(draft.tool_name);
  payload.description = str(draft.description);
  payload.input_json = str(draft.input_json);
  payload.data_json = str(draft.data_json);
  payload.decision_id = str(draft.decision_id);
  payload.decision_key = str(draft.decision_key);
  payload.free_text = str(draft.free_text);
  payload.raw_type = str(draft.raw_type);
  payload.options = options_.data();
  payload.option_count = options_.size();
  payload.selections = selections_.data();
  payload.selection_count = selections_.size();
  payload.attachments = attachments_.data();
  payload.attachment_count = attachments_.size();

  kato_draft c{};
  c.struct_size = sizeof(c);
  c.kind = draft.kind;
  c.flags = draft.flags;
  c.emit_index = draft.emit_index;
  c.record_key = str(draft.record_key);
  c.part_key = str(draft.part_key);
  c.record_offset_bytes = draft.record_offset_bytes;
  c.record_length_bytes = draft.record_length_bytes;
  c.cursor = draft.cursor;
  c.provider_event_type = str(draft.provider_event_type);
  c.provider_event_id = str(draft.provider_event_id);
  c.provider_timestamp = str(draft.provider_timestamp);
  c.turn_id = str(draft.turn_id);
  c.model = str(draft.model);
  c.payload = &payload;
  out_.draft(out_.context, &c);
}

// The table behind a Provider class; the trampolines of the C functions.
template <class ProviderType>
struct ProviderTable {
  static const Provider& provider() {
    static const ProviderType instance;
    return instance;
  }

  static kato_status describe_sources(const kato_host* host, kato_str options,
                                      const kato_source_description** out) noexcept {
    return barrier(host, [&] {
      *out = &provider().sources(view(options));
      return KATO_OK;
    });
  }

  static kato_status probe(const kato_host* host, const kato_probe_input* input,
                           const kato_identity_writer* out, int32_t* verdict) noexcept {
    *verdict = KATO_PROBE_NOT_MINE;
    return barrier(host, [&] {
      auto found = provider().probe(Host(host), complete(input));
      *verdict = found.verdict;
      if (found.verdict != KATO_PROBE_MINE) return KATO_OK;
      for (auto* id :
           {&found.identity.provider_session_id, &found.identity.parent_provider_session_id}) {
        *id = session_id_that_fits(Host(host), *id);
      }
      hand_out(found.identity, *out);
      return KATO_OK;
    });
  }

  static kato_status open(const kato_host* host, const kato_open_input* input,
                          kato_provider_instance** out) noexcept {
    *out = nullptr;
    return barrier(host, [&]() -> kato_status {
      auto decoder = provider().open(Host(host), complete(input));
      if (!decoder) return KATO_UNSUPPORTED;
      *out = reinterpret_cast<kato_provider_instance*>(decoder.release());
      return KATO_OK;
    });
  }

  static void close(kato_provider_instance* self) noexcept { delete decoder_of(self); }

  static kato_status decode(kato_provider_instance* self, const kato_host* host,
                            const kato_decode_input* input, const kato_emitter* out,
                            uint64_t* consumed_bytes) noexcept {
    *consumed_bytes = 0;
    return barrier(host, [&] {
      Emitter emitter(out);
      return decoder_of(self)->decode(Host(host), complete(input), emitter, *consumed_bytes);
    });
  }

  static kato_status save(kato_provider_instance* self, const kato_host* host,
                          const kato_state_writer* out) noexcept {
    return barrier(host, [&] {
      const SavedState saved = decoder_of(self)->save();
      std::vector<kato_held_record> held;
      held.reserve(saved.held.size());
      for (const auto& record : saved.held) {
        held.push_back({sizeof(kato_held_record), 0, str(record.key), record.range});
      }
      const kato_state_blob blob{sizeof(kato_state_blob), saved.version, bytes(saved.blob)};
      const kato_saved_state c{sizeof(kato_saved_state), 0, &blob, held.data(), held.size()};
      out->state(out->context, &c);
      return KATO_OK;
    });
  }

  static constexpr kato_provider_api kApi{
      sizeof(kato_provider_api), 0, &describe_sources, &probe, &open, &close, &decode, &save};

 private:
  static Decoder* decoder_of(kato_provider_instance* self) noexcept {
    return reinterpret_cast<Decoder*>(self);
  }
  static void hand_out(const Identity& identity, const kato_identity_writer& out) {
    const kato_identity c{sizeof(kato_identity),
                          identity.driver,
                          identity.parentage,
                          identity.relation,
                          str(identity.provider_session_id),
                          str(identity.parent_provider_session_id),
                          str(identity.project_directory),
                          str(identity.title_hint),
                          str(identity.started_at),
                          str(identity.client_version),
                          identity.rank,
                          str(identity.continues_source),
                          str(identity.continues_at)};
    out.identity(out.context, &c);
  }
};

}  // namespace kato::sdk

// ProviderType: derived from kato::sdk::Provider, default-constructible, with a static constexpr
// kato::sdk::PluginInfo kInfo. id_ and version_: string literals.
#define KATO_EXPORT_PROVIDER(ProviderType, id_, version_)                                       \
  KATO_PLUGIN_NOTE(KATO_PLUGIN_PROVIDER, id_, version_, 0);                                     \
  extern "C" KATO_EXPORT const kato_plugin_descriptor* KATO_PLUGIN_ENTRY(uint32_t major,        \
                                                                         uint32_t) noexcept {   \
    static const kato_plugin_descriptor descriptor = [] {                                       \
      auto made =                                                                               \
          kato::sdk::make_descriptor(KATO_PLUGIN_PROVIDER, id_, version_, ProviderType::kInfo); \
      made.provider = &kato::sdk::ProviderTable<ProviderType>::kApi;                            \
      return made;                                                                              \
    }();                                                                                        \
    return major == KATO_ABI_MAJOR ? &descriptor : nullptr;                                     \
  }
