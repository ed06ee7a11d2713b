// A host for the claude provider in memory: logs in as text, events and accounts out as values.
#pragma once

#include <functional>
#include <kato/provider.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/claude/decoder.h"
#include "plugins/claude/probe.h"

namespace claude_test {

struct Event {
  int32_t kind = 0;
  uint32_t flags = 0;
  std::string key;
  std::string part;
  std::string time;
  std::string turn;
  std::string model;
  std::string subtype;
  std::string phase;
  std::string text;
  std::string tool;
  std::string call;
  std::string input;
  std::string data;
  std::string decision;
  std::string free_text;
  uint32_t payload_flags = 0;
  std::vector<std::string> options;
  std::vector<std::string> selections;
  std::vector<std::string> attachments;  // "image/png:70"

  bool operator==(const Event&) const = default;
};

struct Account {
  int32_t outcome = 0;
  uint64_t offset = 0;
  uint64_t length = 0;
  std::string type;
  std::string reason;

  bool operator==(const Account&) const = default;
};

struct Result {
  std::vector<Event> events;
  std::vector<Account> accounts;
  std::vector<std::string> facts;
  uint64_t consumed = 0;

  // Events of that kind, in order.
  [[nodiscard]] std::vector<Event> of(kato_event_kind kind) const {
    std::vector<Event> found;
    for (const auto& event : events) {
      if (event.kind == kind) found.push_back(event);
    }
    return found;
  }
  [[nodiscard]] std::vector<std::string> texts(kato_event_kind kind) const {
    std::vector<std::string> found;
    for (const auto& event : of(kind)) {
      found.push_back(event.text);
    }
    return found;
  }
  // "subtype: text" of system messages and infos, but for token counts.
  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> found;
    for (const auto& event : events) {
      const bool note = event.kind == KATO_SYSTEM_MESSAGE || event.kind == KATO_PROVIDER_INFO;
      if (note && event.subtype != "usage") found.push_back(event.subtype + ": " + event.text);
    }
    return found;
  }
};

// One log and what came of it.
class Rig {
 public:
  explicit Rig(std::string log, std::string session = "s1") : log_(std::move(log)) {
    identity_.provider_session_id = std::move(session);
    host_.struct_size = sizeof(host_);
    host_.context = this;
    host_.log = [](void*, int32_t, kato_str) {};
    host_.error = [](void*, kato_status, uint64_t, kato_str) {};
    host_.cancelled = [](void*) { return 0; };
    host_.hash = [](void*, kato_bytes bytes) -> uint64_t {
      return std::hash<std::string_view>{}(kato::sdk::view(bytes)) | 1U;
    };
    host_.read_back = &Rig::read_back;
    emitter_ = {sizeof(emitter_), 0, this, &Rig::on_draft, &Rig::on_record, &Rig::on_facts};
  }
  static Rig agent(std::string log, std::string parent) {
    Rig rig(std::move(log));
    rig.identity_.parentage = KATO_PARENT_SPAWNED;
    rig.identity_.parent_provider_session_id = std::move(parent);
    return rig;
  }

  Result decode() {
    open(nullptr);
    step(0, log_.size());
    return std::move(result_);
  }
  // Saved, closed and opened again after every line.
  Result decode_line_by_line() {
    open(nullptr);
    size_t from = 0;
    for (size_t end = log_.find('\n'); end != std::string::npos; end = log_.find('\n', end + 1)) {
      from += step(from, end + 1);
      const auto saved = decoder_->save();
      const kato_state_blob blob{sizeof(kato_state_blob), saved.version,
                                 kato::sdk::bytes(saved.blob)};
      open(&blob);
    }
    return std::move(result_);
  }

 private:
  void open(const kato_state_blob* state) {
    kato_identity identity{};
    identity.struct_size = sizeof(identity);
    identity.parentage = identity_.parentage;
    identity.provider_session_id = kato::sdk::str(identity_.provider_session_id);
    identity.parent_provider_session_id = kato::sdk::str(identity_.parent_provider_session_id);
    kato_open_input input{};
    input.struct_size = sizeof(input);
    input.identity = &identity;
    input.state = state;
    decoder_ = kato::claude::open_decoder(input);
  }
  uint64_t step(size_t from, size_t to) {
    const kato_decode_input input{
        sizeof(input), 0, kato::sdk::bytes(std::string_view(log_).substr(from, to - from)), from};
    kato::sdk::Emitter out(&emitter_);
    uint64_t consumed = 0;
    decoder_->decode(kato::sdk::Host(&host_), input, out, consumed);
    result_.consumed += consumed;
    return consumed;
  }

  static Rig& of(void* context) { return *static_cast<Rig*>(context); }
  static kato_status read_back(void* context, kato_range range, kato_bytes* out);
  static void on_draft(void* context, const kato_draft* draft);
  static void on_record(void* context, const kato_record* record);
  static void on_facts(void* context, const kato_session_facts* facts);

  std::string log_;
  kato::sdk::Identity identity_;
  kato_host host_{};
  kato_emitter emitter_{};
  std::unique_ptr<kato::sdk::Decoder> decoder_;
  Result result_;
};

// The result of a log, after checking that it does not depend on how the log is cut.
Result decode(const std::string& log);

// A line with the usual envelope: `rest` are further members, beginning with a comma.
std::string line(std::string_view type, std::string_view uuid, const std::string& rest);
std::string user(std::string_view uuid, const std::string& content, const std::string& rest = "");
std::string assistant(std::string_view uuid, const std::string& blocks,
                      const std::string& rest = "");

kato::sdk::Probe probe(std::string_view path, std::string_view head, bool whole = true,
                       std::string_view companion_name = {}, std::string_view companion = {});

}  // namespace claude_test
