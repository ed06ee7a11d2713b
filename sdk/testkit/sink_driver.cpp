#include <cstring>
#include <kato/common.hpp>
#include <kato/testkit/fake_host.hpp>
#include <kato/testkit/sink_driver.hpp>
#include <memory>
#include <span>

namespace kato::testkit {
namespace {

constexpr size_t kTailOfNewerHost = 48;

kato_str c(const std::string& text) {
  return text.empty() ? kato_str{nullptr, 0} : sdk::str(text);
}

// A struct as a host hands it over; one of a newer host goes on behind what the sink knows.
template <class Struct>
class HandedOver {
 public:
  HandedOver(const Struct& value, HostAge age)
      : bytes_(sizeof(Struct) + (age == HostAge::kNewer ? kTailOfNewerHost : 0), '\xA5') {
    std::memcpy(bytes_.data(), &value, sizeof(value));
    const auto size = static_cast<uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &size, sizeof(size));
  }
  [[nodiscard]] const Struct* c() const { return reinterpret_cast<const Struct*>(bytes_.data()); }

 private:
  std::vector<char> bytes_;
};

// An event, its payload and its lists, for one call.
class HandedEvent {
 public:
  HandedEvent(const SampleEvent& event, const kato_session_ref* session, HostAge age);
  [[nodiscard]] const kato_event* c() const { return event_->c(); }

 private:
  [[nodiscard]] kato_payload payload_of(const SampleEvent& event) const;

  std::vector<kato_option> options_;
  std::vector<kato_str> selections_;
  std::vector<kato_attachment> attachments_;
  std::unique_ptr<HandedOver<kato_payload>> payload_;
  std::unique_ptr<HandedOver<kato_event>> event_;
};

kato_payload HandedEvent::payload_of(const SampleEvent& event) const {
  kato_payload payload{};
  payload.flags = event.payload_flags;
  payload.text = sdk::str(event.text);
  payload.phase = testkit::c(event.phase);
  payload.subtype = testkit::c(event.subtype);
  payload.level = event.level;
  payload.tool_call_id = testkit::c(event.tool_call_id);
  payload.parent_tool_call_id = testkit::c(event.parent_tool_call_id);
  payload.tool_name = testkit::c(event.tool_name);
  payload.description = testkit::c(event.description);
  payload.input_json = testkit::c(event.input_json);
  payload.data_json = testkit::c(event.data_json);
  payload.decision_id = testkit::c(event.decision_id);
  payload.decision_key = testkit::c(event.decision_key);
  payload.free_text = testkit::c(event.free_text);
  payload.raw_type = testkit::c(event.raw_type);
  payload.options = options_.data();
  payload.option_count = options_.size();
  payload.selections = selections_.data();
  payload.selection_count = selections_.size();
  payload.attachments = attachments_.data();
  payload.attachment_count = attachments_.size();
  return payload;
}

HandedEvent::HandedEvent(const SampleEvent& event, const kato_session_ref* session, HostAge age) {
  for (const auto& [label, description] : event.options) {
    options_.push_back({sizeof(kato_option), sdk::str(label), testkit::c(description)});
  }
  for (const auto& selection : event.selections) {
    selections_.push_back(sdk::str(selection));
  }
  for (const auto& [type, name] : event.attachments) {
    attachments_.push_back({sizeof(kato_attachment),
                            testkit::c(type),
                            testkit::c(name),
                            event.attachment_size_bytes,
                            {nullptr, 0}});
  }
  payload_ = std::make_unique<HandedOver<kato_payload>>(payload_of(event), age);
  kato_event out{};
  out.kind = event.kind;
  out.flags = event.flags;
  out.utc_offset_s = event.utc_offset_s;
  out.event_id = sdk::str(event.event_id);
  out.seq = event.seq;
  out.session = session;
  out.revises = testkit::c(event.revises);
  out.provider_event_type = testkit::c(event.provider_event_type);
  out.provider_event_id = testkit::c(event.provider_event_id);
  out.cursor = {KATO_CURSOR_BYTE_OFFSET, 0, event.seq * 100, {nullptr, 0}};
  out.provider_timestamp = testkit::c(event.provider_timestamp);
  out.captured_at = testkit::c(event.captured_at);
  out.time_unix_ms = event.time_unix_ms;
  out.turn_id = testkit::c(event.turn_id);
  out.model = testkit::c(event.model);
  out.payload = payload_->c();
  out.command = testkit::c(event.command);
  out.raw_argument = testkit::c(event.raw_argument);
  out.target = testkit::c(event.target);
  out.command_error = testkit::c(event.command_error);
  out.command_line = event.command_line;
  out.canonical_json = testkit::c(event.canonical_json);
  event_ = std::make_unique<HandedOver<kato_event>>(out, age);
}

std::vector<kato_str> c_list(const std::vector<std::string>& texts) {
  std::vector<kato_str> out;
  out.reserve(texts.size());
  for (const auto& text : texts) {
    out.push_back(sdk::str(text));
  }
  return out;
}

struct Taken {
  std::string bytes;
  static void write(void* context, kato_bytes bytes) {
    static_cast<Taken*>(context)->bytes += sdk::view(bytes);
  }
};

}  // namespace

class SinkDriver::Session {
 public:
  Session(const SinkDriver& driver, HostAge age)
      : api_(driver.api_), recording_(driver.recording_), age_(age) {
    session_.struct_size = sizeof(session_);
    session_.provider = sdk::str(recording_.provider);
    session_.provider_session_id = sdk::str(recording_.provider_session_id);
    session_.session_id = sdk::str(recording_.session_id);
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
  kato_status begin(std::string& out);
  kato_status append(std::span<const SampleEvent> events, std::string& out);
  Head refresh_head(std::string_view existing);
  kato_status save(Run& run);

 private:
  static void take_state(void* context, const kato_state_blob* state) {
    auto& run = *static_cast<Run*>(context);
    run.state_version = state->version;
    run.state = sdk::view(state->blob);
    if (run.state.size() > KATO_MAX_STATE_BYTES) run.breaches.emplace_back("a state over 1 MiB");
  }

  const kato_sink_api& api_;
  const RecordingContent& recording_;
  HostAge age_;
  FakeHost host_;
  kato_session_ref session_{};
  kato_sink_instance* instance_ = nullptr;
};

kato_status SinkDriver::Session::open(const kato_state_blob* state) {
  const auto models = c_list(recording_.models);
  const auto kinds = c_list(recording_.event_kinds);
  kato_recording_context context{};
  context.session = &session_;
  context.short_id = sdk::str(recording_.short_id);
  context.recording_id = testkit::c(recording_.recording_id);
  context.title = testkit::c(recording_.title);
  context.project_directory = testkit::c(recording_.project_directory);
  context.created_unix_ms = recording_.created_unix_ms;
  context.created_utc_offset_s = recording_.created_utc_offset_s;
  context.models = models.data();
  context.model_count = models.size();
  context.event_kinds = kinds.data();
  context.event_kind_count = kinds.size();
  const HandedOver<kato_recording_context> handed_context(context, age_);
  kato_sink_open_input input{};
  input.options_json = testkit::c(recording_.options_json);
  input.recording = handed_context.c();
  input.state = state;
  const HandedOver<kato_sink_open_input> handed(input, age_);
  return api_.open(host_.c(), handed.c(), &instance_);
}

kato_status SinkDriver::Session::begin(std::string& out) {
  Taken taken;
  const kato_bytes_writer writer{sizeof(kato_bytes_writer), 0, &taken, &Taken::write};
  const kato_status status = api_.begin(instance_, host_.c(), &writer);
  out += taken.bytes;
  return status;
}

kato_status SinkDriver::Session::append(std::span<const SampleEvent> events, std::string& out) {
  std::vector<HandedEvent> handed;
  handed.reserve(events.size());
  std::vector<const kato_event*> pointers;
  for (const auto& event : events) {
    pointers.push_back(handed.emplace_back(event, &session_, age_).c());
  }
  const kato_event_list list{sizeof(kato_event_list), 0, pointers.data(), pointers.size()};
  Taken taken;
  const kato_bytes_writer writer{sizeof(kato_bytes_writer), 0, &taken, &Taken::write};
  const kato_status status = api_.append(instance_, host_.c(), &list, &writer);
  out += taken.bytes;
  return status;
}

SinkDriver::Head SinkDriver::Session::refresh_head(std::string_view existing) {
  Head head;
  if (api_.refresh_head == nullptr) return head;
  Taken taken;
  const kato_bytes_writer writer{sizeof(kato_bytes_writer), 0, &taken, &Taken::write};
  head.status =
      api_.refresh_head(instance_, host_.c(), sdk::bytes(existing), &writer, &head.replaced_bytes);
  head.bytes = std::move(taken.bytes);
  return head;
}

kato_status SinkDriver::Session::save(Run& run) {
  const kato_blob_writer writer{sizeof(kato_blob_writer), 0, &run, &Session::take_state};
  return api_.save(instance_, host_.c(), &writer);
}

SinkDriver::Run SinkDriver::run(const std::vector<SampleEvent>& events,
                                const std::vector<size_t>& cuts, HostAge age) const {
  Session session(*this, age);
  Run run;
  run.status = session.open(nullptr);
  if (run.status == KATO_OK) run.status = session.begin(run.head);
  size_t at = 0;
  const auto append_up_to = [&](size_t end) {
    run.status = session.append(std::span(events).subspan(at, end - at), run.body);
    at = end;
    if (run.status == KATO_OK) run.status = session.save(run);
  };
  for (const size_t cut : cuts) {
    if (run.status != KATO_OK) return run;
    if (cut < at || cut > events.size()) continue;
    append_up_to(cut);
    if (run.status != KATO_OK) return run;
    session.close();
    const kato_state_blob state{sizeof(kato_state_blob), run.state_version, sdk::bytes(run.state)};
    run.status = session.open(&state);
  }
  if (run.status == KATO_OK) append_up_to(events.size());
  return run;
}

SinkDriver::Head SinkDriver::refresh_head(std::string_view existing) const {
  Session session(*this, HostAge::kSame);
  const kato_status status = session.open(nullptr);
  if (status != KATO_OK) return {.status = status, .replaced_bytes = 0, .bytes = {}};
  return session.refresh_head(existing);
}

kato_status SinkDriver::open_with(std::string_view state, uint32_t version,
                                  const std::vector<SampleEvent>& events) const {
  Session session(*this, HostAge::kSame);
  const kato_state_blob blob{sizeof(kato_state_blob), version, sdk::bytes(state)};
  const kato_status status = session.open(&blob);
  std::string out;
  if (status == KATO_OK) static_cast<void>(session.append(events, out));
  return status;
}

}  // namespace kato::testkit
