#include "host/plugin/loaded_decoder.h"

#include "host/base/hash.h"
#include "host/plugin/c_types.h"
#include "host/plugin/text_check.h"

namespace kato::plugin {
namespace {

constexpr size_t kMaxHeldRecords = 65536;
constexpr size_t kMaxTypeBytes = 512;
constexpr size_t kRequiredRecordBytes = KATO_SIZE_THROUGH(kato_record, length_bytes);
constexpr size_t kRequiredFactsBytes = KATO_SIZE_THROUGH(kato_session_facts, project_directory);
// NOLINTNEXTLINE(bugprone-sizeof-expression): the field is a pointer
constexpr size_t kRequiredStateBytes = KATO_SIZE_THROUGH(kato_saved_state, state);
constexpr size_t kRequiredBlobBytes = KATO_SIZE_THROUGH(kato_state_blob, blob);
constexpr size_t kRequiredHeldBytes = KATO_SIZE_THROUGH(kato_held_record, range);

RecordOutcome outcome_of(int32_t outcome) {
  const bool is_known = outcome >= KATO_RECORD_MAPPED && outcome <= KATO_RECORD_UNCHANGED;
  return is_known ? static_cast<RecordOutcome>(outcome) : RecordOutcome::kRaw;
}

// A name in the ledger. What is no text or too long is a fault of the plugin's, not of the log's.
bool read_name(kato_str name, size_t max_bytes, std::string_view& out) {
  out = view(name);
  return is_sane(name) && name.size <= max_bytes && is_valid_utf8(out);
}

}  // namespace

void InstanceCloser::operator()(kato_provider_instance* instance) const noexcept {
  try {
    api->close(instance);
  } catch (...) {  // nothing can be done with it any more
    return;
  }
}

// What the plugin says while it decodes; the context of its emitter.
struct LoadedDecoder::Running {
  PluginCall& call;
  DecodeListener& listener;
  AccountCheck& account;
  DraftReader& drafts;
  bool knows_last;

  static Running& of(void* context) { return *static_cast<Running*>(context); }

  void check(const AccountCheck::Breach& breach) {
    if (breach) call.breach(*breach);
  }

  static void draft(void* context, const kato_draft* draft) noexcept {
    auto& self = of(context);
    self.call.guard([&] {
      const Draft* const read = self.drafts.read(draft, self.call);
      if (read == nullptr) return;
      self.check(self.account.draft(*read));
      if (!self.call.is_broken()) self.listener.on_draft(*read);
    });
  }

  static void record(void* context, const kato_record* record) noexcept {
    auto& self = of(context);
    self.call.guard([&] {
      if (record == nullptr || record->struct_size < kRequiredRecordBytes) {
        return self.call.breach("reported a record that is NULL or too small");
      }
      kato_record room{};
      self.take(known(*record, room));
    });
  }

  void take(const kato_record& record) {
    RecordReport report;
    report.outcome = outcome_of(record.outcome);
    report.offset_bytes = record.offset_bytes;
    report.length_bytes = record.length_bytes;
    report.repaired_count = record.repaired_count;
    if (report.outcome == RecordOutcome::kUnchanged && !knows_last) {
      return call.breach("reported a record as unchanged without having been told to");
    }
    if (!read_name(record.type, kMaxTypeBytes, report.type) ||
        !read_name(record.reason, kMaxTypeBytes, report.reason) ||
        !read_name(record.key, KATO_MAX_KEY_BYTES, report.key)) {
      return call.breach("reported a record whose type, reason or key is no text or too long");
    }
    check(account.record(report));
    if (!call.is_broken()) listener.on_record(report);
  }

  static void facts(void* context, const kato_session_facts* facts) noexcept {
    auto& self = of(context);
    self.call.guard([&] {
      if (facts == nullptr || facts->struct_size < kRequiredFactsBytes) {
        return self.call.breach("stated facts that are NULL or too small");
      }
      kato_session_facts room{};
      self.take(known(*facts, room));
    });
  }

  void take(const kato_session_facts& facts) {
    std::string texts[2];
    const kato_str stated[2] = {facts.project_directory, facts.client_version};
    for (size_t i = 0; i < 2; ++i) {
      if (!is_sane(stated[i])) return call.breach("stated a fact without data");
      append_repaired_utf8(texts[i], view(stated[i]));
    }
    listener.on_facts(texts[0], texts[1]);
  }
};

LoadedDecoder::LoadedDecoder(const LoadedPlugin& plugin, InstancePtr instance, ReadBack read_back,
                             const std::vector<HeldRecord>* held)
    : plugin_(plugin),
      instance_(std::move(instance)),
      read_back_(std::move(read_back)),
      account_(held) {}

Result<DecodeOutcome> LoadedDecoder::decode(const DecodeRequest& request,
                                            DecodeListener& listener) {
  auto outcome = decode_once(request, listener);
  if (!outcome) instance_.reset();
  return outcome;
}

Result<DecodeOutcome> LoadedDecoder::decode_once(const DecodeRequest& request,
                                                 DecodeListener& listener) {
  PluginCall call(plugin_, "decode");
  if (!instance_) return call.broken("was called on an instance that was given up");
  account_.begin(request.base_offset_bytes, request.bytes.size());
  call.on_problem = [&](uint64_t offset, std::string_view message) {
    listener.on_problem(offset, message);
  };
  call.read_back = [&](const kato_range& range, std::string& bytes) {
    return hand_back(range, bytes, call);
  };
  Running running{call, listener, account_, drafts_, request.knows_last};
  const kato_emitter emitter{sizeof(kato_emitter), 0, &running, &Running::draft, &Running::record,
                             &Running::facts};
  uint32_t flags = 0;
  if (request.end_of_input) flags |= KATO_DECODE_END_OF_INPUT;
  if (request.final) flags |= KATO_DECODE_FINAL;
  if (request.knows_last) flags |= KATO_DECODE_KNOWS_LAST;
  const kato_decode_input input{sizeof(kato_decode_input), flags, c_bytes_of(request.bytes),
                                request.base_offset_bytes};
  uint64_t consumed = 0;
  const auto status = call.run(
      [&] { return api().decode(instance_.get(), call.host(), &input, &emitter, &consumed); });
  if (!status) return forward(status);
  return outcome(*status, consumed, call);
}

Result<DecodeOutcome> LoadedDecoder::outcome(kato_status status, uint64_t consumed,
                                             PluginCall& call) {
  DecodeOutcome outcome{.consumed_bytes = consumed};
  switch (status) {
    case KATO_OK:
      break;
    case KATO_SKIP_RECORD:
      outcome.verdict = DecodeVerdict::kSkipRecord;
      break;
    case KATO_QUARANTINE_SOURCE:
      outcome.verdict = DecodeVerdict::kQuarantine;
      break;
    case KATO_CANCELLED:
      outcome.verdict = DecodeVerdict::kCancelled;
      break;
    case KATO_RETRY_LATER:
      if (consumed != 0 || account_.has_begun()) {
        return call.broken("asked to be called again after it had begun");
      }
      outcome.verdict = DecodeVerdict::kRetryLater;
      return outcome;
    default:
      return call.failed(status);
  }
  if (const auto breach = account_.end(consumed)) return call.broken(*breach);
  return outcome;
}

kato_status LoadedDecoder::hand_back(const kato_range& range, std::string& bytes,
                                     PluginCall& call) const {
  if (!account_.may_read_back(range.offset_bytes, range.length_bytes)) {
    call.breach("asked for bytes back that it was never given");
    return KATO_SKIP_RECORD;
  }
  if (!read_back_) return KATO_SKIP_RECORD;
  auto found = read_back_(HeldRecord{.key = {},
                                     .offset_bytes = range.offset_bytes,
                                     .length_bytes = range.length_bytes,
                                     .hash = range.hash});
  if (!found) return KATO_RETRY_LATER;
  if (!*found || (*found)->size() != range.length_bytes || hash64(**found) != range.hash) {
    return KATO_SKIP_RECORD;
  }
  bytes = std::move(**found);
  return KATO_OK;
}

namespace {

// What save hands out; the context of its writer.
struct Saving {
  PluginCall& call;
  SavedDecoder saved;
  int count = 0;

  static void state(void* context, const kato_saved_state* state) noexcept {
    auto& self = *static_cast<Saving*>(context);
    self.call.guard([&] {
      ++self.count;
      if (state == nullptr || state->struct_size < kRequiredStateBytes || state->state == nullptr ||
          state->state->struct_size < kRequiredBlobBytes) {
        return self.call.breach("gave a state that is NULL or too small");
      }
      kato_saved_state room{};
      self.take(known(*state, room));
    });
  }

  void take(const kato_saved_state& state) {
    const auto blob = state.state->blob;
    if (blob.size > KATO_MAX_STATE_BYTES || (blob.data == nullptr && blob.size > 0)) {
      return call.breach(
          fmt::format("gave a state of {} bytes; {} are allowed", blob.size, KATO_MAX_STATE_BYTES));
    }
    saved.state.version = state.state->version;
    saved.state.blob = view(blob);
    const Elements held(state.held, state.held_count);
    if (!held.is_sane(kRequiredHeldBytes) || held.size() > kMaxHeldRecords) {
      return call.breach("gave held records that are no list, or too many");
    }
    for (size_t i = 0; i < held.size() && !call.is_broken(); ++i) {
      kato_held_record room{};
      take(held.at(i, room));
    }
  }

  void take(const kato_held_record& held) {
    std::string_view key;
    if (!read_name(held.key, KATO_MAX_KEY_BYTES, key)) {
      return call.breach("holds back a record whose key is no text or too long");
    }
    saved.held.push_back(
        {std::string(key), held.range.offset_bytes, held.range.length_bytes, held.range.hash});
  }
};

}  // namespace

Result<SavedDecoder> LoadedDecoder::save() {
  auto saved = save_once();
  if (!saved) instance_.reset();
  return saved;
}

Result<SavedDecoder> LoadedDecoder::save_once() {
  PluginCall call(plugin_, "save");
  if (!instance_) return call.broken("was called on an instance that was given up");
  Saving saving{call, {}, 0};
  const kato_state_writer writer{sizeof(kato_state_writer), 0, &saving, &Saving::state};
  const auto status = call.run([&] { return api().save(instance_.get(), call.host(), &writer); });
  if (!status) return forward(status);
  if (*status != KATO_OK) return call.failed(*status);
  if (saving.count != 1) return call.broken("did not give its state exactly once");
  if (const auto breach = account_.saved(saving.saved.held)) return call.broken(*breach);
  return std::move(saving.saved);
}

}  // namespace kato::plugin
