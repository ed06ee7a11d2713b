// How the driver speaks to one instance after the other.
#pragma once

#include <kato/testkit/provider_driver.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace kato::testkit {

// One run over a source, or over what it was before; makes and destroys instances.
class ProviderDriver::Session {
 public:
  Session(const ProviderDriver& driver, const Cutting& cutting)
      : api_(driver.api_),
        source_(driver.source_),
        bytes_(source_.bytes),
        is_document_(driver.is_document_),
        knows_last_(cutting.knows_last),
        is_busy_(cutting.read_back == ReadBackMode::kIsBusy) {
    host_.set_source(source_.bytes);
    host_.set_read_back(cutting.read_back);
    host_.cancel_from(cutting.cancel_from);
    probed_ = driver.probe(source_.bytes.size());
    if (probed_.provider_session_id.empty()) probed_.provider_session_id = "unknown";
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;
  ~Session() { close(); }

  kato_status open(const kato_state_blob* state);
  void close() {
    if (instance_ != nullptr) api_.close(instance_);
    instance_ = nullptr;
  }
  bool save_and_reopen();
  bool save();

  // Decodes [at, end) as far as it goes, the rest being there later. False: the run is over.
  bool decode_up_to(uint64_t end, bool is_last);
  [[nodiscard]] uint64_t at() const { return at_; }
  // A document is stated anew; `bytes` are borrowed.
  void state_document(std::string_view bytes);

  Run run;

 private:
  static void take_state(void* context, const kato_saved_state* state);
  bool after_call(kato_status status, uint64_t consumed, const Transcript::Mark& before);
  bool after_retry(uint64_t consumed, const Transcript::Mark& before);
  bool skip_line(uint64_t end, bool is_last);
  void breach(const std::string& what) { run.said->breach(what); }

  const kato_provider_api& api_;
  const SourceContent& source_;
  std::string_view bytes_;  // of the source, or of what it was before
  FakeHost host_;
  std::unique_ptr<Transcript> last_;  // of the document that was taken before
  ProbeOutcome probed_;
  kato_provider_instance* instance_ = nullptr;
  uint64_t at_ = 0;
  bool is_document_;
  bool knows_last_;
  bool is_busy_;  // read_back cannot be served yet
  bool progressed_ = false;
  int states_ = 0;
};

}  // namespace kato::testkit
