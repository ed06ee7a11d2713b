#include "provider_session.h"

#include <algorithm>
#include <kato/common.hpp>

#include "source_input.h"

namespace kato::testkit {

kato_status ProviderDriver::Session::open(const kato_state_blob* state) {
  const auto companions = c_companions(source_);
  kato_identity identity{};
  identity.struct_size = sizeof(identity);
  identity.provider_session_id = sdk::str(probed_.provider_session_id);
  identity.parent_provider_session_id = sdk::str(probed_.parent_provider_session_id);
  identity.parentage = probed_.parentage;
  kato_open_input input{};
  input.struct_size = sizeof(input);
  input.path = sdk::str(source_.path);
  input.identity = &identity;
  input.options_json = c_options(source_);
  input.companions = companions.data();
  input.companion_count = companions.size();
  input.state = state;
  const kato_status status = api_.open(host_.c(), &input, &instance_);
  if ((status == KATO_OK) != (instance_ != nullptr)) {
    breach("open returned " + status_text(status) + (instance_ != nullptr ? " with" : " without") +
           " an instance");
  }
  if (status != KATO_OK) close();
  return status;
}

void ProviderDriver::Session::take_state(void* context, const kato_saved_state* state) {
  auto& self = *static_cast<Session*>(context);
  ++self.states_;
  const auto c = sdk::complete(state);
  self.run.state = sdk::view(c.state->blob);
  self.run.state_version = c.state->version;
  if (self.run.state.size() > KATO_MAX_STATE_BYTES) self.breach("a state of more than 1 MiB");
  std::map<uint64_t, uint64_t> held;
  const sdk::Strided records(c.held, c.held_count);
  for (size_t i = 0; i < records.size(); ++i) {
    const auto range = records[i].range;
    held.emplace(range.offset_bytes, range.length_bytes);
    const auto bytes =
        std::string_view(self.bytes_)
            .substr(std::min<uint64_t>(range.offset_bytes, self.at_), range.length_bytes);
    if (FakeHost::hash_of(bytes) != range.hash) {
      self.breach("a held record whose hash is not that of its bytes, at " +
                  std::to_string(range.offset_bytes));
    }
  }
  if (held != self.run.said->held()) {
    self.breach("save holds back " + std::to_string(held.size()) + " records, but " +
                std::to_string(self.run.said->held().size()) + " were reported as held, at " +
                std::to_string(self.at_));
  }
  for (const auto& text : self.run.said->private_texts()) {
    if (self.run.state.find(text) != std::string::npos) {
      self.breach("the state holds text of the conversation: " + text);
    }
  }
}

bool ProviderDriver::Session::save() {
  const kato_state_writer writer{sizeof(kato_state_writer), 0, this, &Session::take_state};
  states_ = 0;
  const kato_status status = api_.save(instance_, host_.c(), &writer);
  if (status != KATO_OK) breach("save returned " + status_text(status));
  if (status == KATO_OK && states_ != 1) breach("save gave no state, or several");
  return status == KATO_OK && states_ == 1;
}

bool ProviderDriver::Session::save_and_reopen() {
  if (!save()) return false;
  close();
  const kato_state_blob state{sizeof(kato_state_blob), static_cast<uint32_t>(run.state_version),
                              sdk::bytes(run.state)};
  run.status = open(&state);
  if (run.status != KATO_OK) {
    breach("open refused the state that save just gave: " + status_text(run.status));
  }
  return run.status == KATO_OK;
}

bool ProviderDriver::Session::decode_up_to(uint64_t end, bool is_last) {
  do {
    progressed_ = false;
    const Padded bytes(bytes_.substr(at_, end - at_));
    kato_decode_input input{};
    input.struct_size = sizeof(input);
    if (is_last) input.flags = KATO_DECODE_END_OF_INPUT | KATO_DECODE_FINAL;
    if (last_ != nullptr && knows_last_) input.flags |= KATO_DECODE_KNOWS_LAST;
    input.bytes = bytes.c();
    input.base_offset_bytes = at_;
    const auto before = run.said->mark();
    run.said->begin_call(at_, input.bytes.size);
    uint64_t consumed = 0;
    const kato_status status =
        api_.decode(instance_, host_.c(), &input, run.said->emitter(), &consumed);
    if (!after_call(status, consumed, before)) return false;
    if (status == KATO_SKIP_RECORD && !skip_line(end, is_last)) break;
  } while (progressed_ && at_ < end);
  run.read_backs = host_.read_backs();
  return true;
}

void ProviderDriver::Session::state_document(std::string_view bytes) {
  const bool was_taken = run.status == KATO_OK && at_ > 0 && at_ == bytes_.size();
  if (was_taken) last_ = std::move(run.said);
  run.said = std::make_unique<Transcript>();
  if (knows_last_) run.said->go_on_from(last_.get());
  at_ = 0;
  bytes_ = bytes;
  host_.set_source(bytes_);
}

// Whether the run goes on.
bool ProviderDriver::Session::after_call(kato_status status, uint64_t consumed,
                                         const Transcript::Mark& before) {
  run.status = status;
  if (status == KATO_CANCELLED) {
    host_.cancel_from(0);  // once is enough
    progressed_ = true;
    if (is_document_ && consumed == 0) {
      run.said->rewind(before);
      return true;
    }
  }
  if (status == KATO_RETRY_LATER) return after_retry(consumed, before);
  if (status == KATO_FATAL || status == KATO_UNSUPPORTED) {
    run.said->rewind(before);
    return false;
  }
  run.said->end_call(consumed);
  if (!run.said->breaches().empty()) return false;
  at_ += consumed;
  progressed_ = progressed_ || consumed > 0;
  return status == KATO_OK || status == KATO_SKIP_RECORD || status == KATO_CANCELLED;
}

bool ProviderDriver::Session::after_retry(uint64_t consumed, const Transcript::Mark& before) {
  const auto now = run.said->mark();
  if (consumed != 0 || now.drafts != before.drafts || now.records != before.records) {
    breach("KATO_RETRY_LATER after it had begun");
  }
  if (!is_busy_) return false;
  is_busy_ = false;
  host_.set_read_back(ReadBackMode::kGives);
  progressed_ = true;
  return true;
}

bool ProviderDriver::Session::skip_line(uint64_t end, bool is_last) {
  const auto newline = bytes_.find('\n', at_);
  const bool is_whole = newline != std::string::npos && newline < end;
  if (!is_whole && !is_last) return false;
  const uint64_t next = is_whole ? newline + 1 : end;
  if (next == at_) return false;
  run.said->skip(at_, next - at_);
  at_ = next;
  progressed_ = true;
  return true;
}

}  // namespace kato::testkit
