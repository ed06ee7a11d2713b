#include <algorithm>
#include <ctime>
#include <exception>
#include <kato/common.hpp>
#include <kato/testkit/provider_driver.hpp>
#include <kato/testkit/source_patterns.hpp>

namespace kato::testkit {
namespace {

// A copy with arbitrary bytes behind it, so that whoever reads on finds something wrong there, or
// is caught by a sanitizer.
class Padded {
 public:
  explicit Padded(std::string_view bytes) : size_(bytes.size()), bytes_(bytes) {
    for (size_t i = 0; i < KATO_READ_PADDING_BYTES; ++i) {
      bytes_ += "\n{\"]}5,"[i % 7];
    }
    bytes_.shrink_to_fit();
  }
  [[nodiscard]] kato_bytes c() const {
    return sdk::bytes(std::string_view(bytes_).substr(0, size_));
  }

 private:
  size_t size_;
  std::string bytes_;
};

std::vector<kato_companion> c_companions(const SourceContent& source) {
  std::vector<kato_companion> out;
  for (const auto& companion : source.companions) {
    const kato_bytes content =
        companion.content ? sdk::bytes(*companion.content) : kato_bytes{nullptr, 0};
    out.push_back(
        {sizeof(kato_companion), sdk::str(companion.name), sdk::str(companion.path), content});
  }
  return out;
}

kato_str c_options(const SourceContent& source) {
  return source.options_json.empty() ? kato_str{nullptr, 0} : sdk::str(source.options_json);
}

struct Probing {
  ProbeOutcome outcome;
  int count = 0;

  static void identity(void* context, const kato_identity* identity) {
    auto& self = *static_cast<Probing*>(context);
    ++self.count;
    const auto c = sdk::complete(identity);
    self.outcome.provider_session_id = sdk::view(c.provider_session_id);
    self.outcome.parent_provider_session_id = sdk::view(c.parent_provider_session_id);
    self.outcome.parentage = c.parentage;
    auto& text = self.outcome.text;
    text = "driver " + std::to_string(c.driver) + " parentage " + std::to_string(c.parentage) +
           " relation " + std::to_string(c.relation) + " rank " + std::to_string(c.rank);
    for (const auto part :
         {c.provider_session_id, c.parent_provider_session_id, c.project_directory, c.title_hint,
          c.started_at, c.client_version, c.continues_source, c.continues_at}) {
      text += " | ";
      text += sdk::view(part);
    }
    if (c.provider_session_id.size == 0 || c.provider_session_id.size > 256) {
      self.outcome.breaches.emplace_back("a session id that is not 1 to 256 bytes long");
    }
  }
};

double cpu_now() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

}  // namespace

kato_growth growth_of(const kato_provider_api& api, const std::string& path) {
  const auto patterns = source_patterns(api);
  for (const auto& pattern : patterns) {
    if (pattern.fits(path)) return static_cast<kato_growth>(pattern.growth);
  }
  // A file outside of a root goes by its base name.
  for (const auto& pattern : patterns) {
    const auto name = pattern.include.substr(pattern.include.rfind('/') + 1);
    if (glob_fits(name, path)) return static_cast<kato_growth>(pattern.growth);
  }
  return KATO_GROWTH_APPEND;
}

ProviderDriver::ProviderDriver(const kato_provider_api& api, const SourceContent& source)
    : api_(api),
      source_(source),
      is_document_(growth_of(api, source.path) == KATO_GROWTH_DOCUMENT) {}

ProbeOutcome ProviderDriver::probe(uint64_t head_bytes) const {
  const FakeHost host;
  const auto companions = c_companions(source_);
  const Padded head(std::string_view(source_.bytes).substr(0, head_bytes));
  kato_probe_input input{};
  input.struct_size = sizeof(input);
  input.whole_file = head_bytes >= source_.bytes.size() ? 1 : 0;
  input.path = sdk::str(source_.path);
  input.head = head.c();
  input.size_bytes = source_.bytes.size();
  input.options_json = c_options(source_);
  input.companions = companions.data();
  input.companion_count = companions.size();
  Probing probing;
  const kato_identity_writer writer{sizeof(kato_identity_writer), 0, &probing, &Probing::identity};
  auto& outcome = probing.outcome;
  outcome.status = api_.probe(host.c(), &input, &writer, &outcome.verdict);
  const int expected = outcome.status == KATO_OK && outcome.verdict == KATO_PROBE_MINE ? 1 : 0;
  if (probing.count != expected) {
    outcome.breaches.push_back("probe said " + std::to_string(outcome.verdict) + " and gave " +
                               std::to_string(probing.count) + " identities");
  }
  return std::move(outcome);
}

// One run over the source; makes and destroys instances.
class ProviderDriver::Session {
 public:
  Session(const ProviderDriver& driver, const Cutting& cutting)
      : api_(driver.api_),
        source_(driver.source_),
        is_document_(driver.is_document_),
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
  // A document is stated anew.
  void start_over() {
    at_ = 0;
    run.said = std::make_unique<Transcript>();
  }

  Run run;

 private:
  static void take_state(void* context, const kato_saved_state* state);
  bool after_call(kato_status status, uint64_t consumed, const Transcript::Mark& before);
  bool after_retry(uint64_t consumed, const Transcript::Mark& before);
  bool skip_line(uint64_t end, bool is_last);
  void breach(const std::string& what) { run.said->breach(what); }

  const kato_provider_api& api_;
  const SourceContent& source_;
  FakeHost host_;
  ProbeOutcome probed_;
  kato_provider_instance* instance_ = nullptr;
  uint64_t at_ = 0;
  bool is_document_;
  bool is_busy_;  // read_back cannot be served yet
  bool progressed_ = false;
  int states_ = 0;
};

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
        std::string_view(self.source_.bytes)
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
    const Padded bytes(std::string_view(source_.bytes).substr(at_, end - at_));
    kato_decode_input input{};
    input.struct_size = sizeof(input);
    if (is_last) input.flags = KATO_DECODE_END_OF_INPUT | KATO_DECODE_FINAL;
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
  const auto newline = source_.bytes.find('\n', at_);
  const bool is_whole = newline != std::string::npos && newline < end;
  if (!is_whole && !is_last) return false;
  const uint64_t next = is_whole ? newline + 1 : end;
  if (next == at_) return false;
  run.said->skip(at_, next - at_);
  at_ = next;
  progressed_ = true;
  return true;
}

ProviderDriver::Run ProviderDriver::run(const Cutting& cutting) const {
  const double begun = cpu_now();
  Session session(*this, cutting);
  session.run.status = session.open(nullptr);
  if (session.run.status == KATO_OK) drive(session, cutting);
  session.run.cpu_seconds = cpu_now() - begun;
  return std::move(session.run);
}

void ProviderDriver::drive(Session& session, const Cutting& cutting) const {
  const uint64_t size = source_.bytes.size();
  for (const uint64_t cut : cutting.cuts) {
    if (cut <= session.at() || cut >= size) continue;
    const bool goes_on = session.decode_up_to(cut, false);
    // Half a document: it says that it wants all of it, or takes what happens to be one.
    if (!goes_on && !is_document_) return;
    if (cutting.reopen && !session.save_and_reopen()) return;
    if (is_document_) session.start_over();
  }
  if (!session.decode_up_to(size, true)) return;
  if (session.at() != size) {
    session.run.said->breach("of the finished source " + std::to_string(size - session.at()) +
                             " bytes were left over");
  }
  if (session.run.said->breaches().empty()) session.save();
}

kato_status ProviderDriver::open_with(std::string_view state, uint32_t version) const {
  const Cutting cutting;
  Session session(*this, cutting);
  const kato_state_blob blob{sizeof(kato_state_blob), version, sdk::bytes(state)};
  const kato_status status = session.open(&blob);
  constexpr size_t kEnough = 256U << 10U;
  const size_t size = is_document_ ? source_.bytes.size() : std::min(source_.bytes.size(), kEnough);
  if (status == KATO_OK) session.decode_up_to(size, true);
  return status;
}

}  // namespace kato::testkit
