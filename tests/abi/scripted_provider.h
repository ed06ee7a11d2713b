// A provider table whose answers a test writes down: what a plugin may do, and what it must not.
#pragma once

#include <functional>
#include <kato/provider.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/plugin/loaded_provider.h"

namespace kato::test {

inline kato_str c_str(std::string_view text) {
  return {text.data(), text.size()};
}

// One at a time: the table's functions find it through a global of the test.
class ScriptedProvider {
 public:
  using Decode = std::function<kato_status(const kato_host&, const kato_decode_input&,
                                           const kato_emitter&, uint64_t& consumed)>;

  ScriptedProvider();
  ~ScriptedProvider();
  ScriptedProvider(const ScriptedProvider&) = delete;
  ScriptedProvider& operator=(const ScriptedProvider&) = delete;
  ScriptedProvider(ScriptedProvider&&) = delete;
  ScriptedProvider& operator=(ScriptedProvider&&) = delete;

  // What each function does; by default something harmless.
  std::function<kato_status(const kato_host&, const kato_source_description**)> describe;
  std::function<kato_status(const kato_host&, const kato_probe_input&, const kato_identity_writer&,
                            int32_t&)>
      probe;
  std::function<kato_status(const kato_host&, const kato_open_input&, kato_provider_instance**)>
      open;
  Decode decode;
  std::function<kato_status(const kato_host&, const kato_state_writer&)> save;
  int opened = 0;
  int closed = 0;

  // As the host sees it. Lives as long as this.
  [[nodiscard]] const Provider& provider() const { return *provider_; }
  [[nodiscard]] std::unique_ptr<Decoder> decoder(ReadBack read_back = {},
                                                 const StateBlob* state = nullptr,
                                                 const std::vector<HeldRecord>* held = nullptr);

  [[nodiscard]] kato_provider_instance* instance() {
    return reinterpret_cast<kato_provider_instance*>(this);
  }

 private:
  std::unique_ptr<Provider> provider_;
};

// A record and a draft as a plugin would fill them; to be spoilt by the test.
struct Saying {
  kato_payload payload{};
  kato_draft draft{};
  kato_record record{};

  explicit Saying(uint64_t offset = 0, uint64_t length = 10);
  void emit(const kato_emitter& out) const { out.draft(out.context, &draft); }
  void report(const kato_emitter& out) const { out.record(out.context, &record); }
};

// What a listener heard, with owned texts.
struct Heard final : DecodeListener {
  struct Item {
    EventKind kind{};
    std::string record_key;
    std::string text;
    std::string input_json;
    bool has_input_json = false;
    std::string data_json;
    std::string timestamp;
    std::string raw_type;
    std::vector<std::string> options;
    std::vector<std::string> selections;
    std::vector<uint64_t> attachment_sizes;
  };
  std::vector<Item> drafts;
  std::vector<RecordOutcome> records;
  std::vector<std::string> problems;
  std::string project_directory;
  bool throws = false;

  void on_draft(const Draft& draft) override;
  void on_record(const RecordReport& record) override { records.push_back(record.outcome); }
  void on_facts(std::string_view directory, std::string_view version) override;
  void on_problem(uint64_t offset_bytes, std::string_view message) override;
};

}  // namespace kato::test
