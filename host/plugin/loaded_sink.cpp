#include "host/plugin/loaded_sink.h"

#include "host/event/event_id.h"
#include "host/plugin/c_types.h"
#include "host/plugin/event_writer.h"

namespace kato::plugin {
namespace {

constexpr size_t kRequiredBlobBytes = KATO_SIZE_THROUGH(kato_state_blob, blob);

struct InstanceCloser {
  const kato_sink_api* api = nullptr;
  void operator()(kato_sink_instance* instance) const noexcept {
    try {
      api->close(instance);
    } catch (...) {  // nothing can be done with it any more
      return;
    }
  }
};
using InstancePtr = std::unique_ptr<kato_sink_instance, InstanceCloser>;

// Where a sink writes during one call; what it wrote is taken back if the call fails.
class Output {
 public:
  Output(PluginCall& call, std::string& out)
      : call_(call), out_(out), size_before_(out.size()), c_{sizeof(c_), 0, this, &Output::write} {}

  [[nodiscard]] const kato_bytes_writer* c() const { return &c_; }
  void take_back() { out_.resize(size_before_); }
  [[nodiscard]] bool is_empty() const { return out_.size() == size_before_; }

 private:
  static void write(void* context, kato_bytes bytes) noexcept {
    auto& self = *static_cast<Output*>(context);
    self.call_.guard([&] {
      if (bytes.size > kMaxTextBytes || (bytes.data == nullptr && bytes.size > 0)) {
        return self.call_.breach("wrote bytes without data, or too many at once");
      }
      self.out_.append(view(bytes));
    });
  }

  PluginCall& call_;
  std::string& out_;
  size_t size_before_;
  kato_bytes_writer c_;
};

struct Saving {
  PluginCall& call;
  StateBlob state;
  int count = 0;

  static void take(void* context, const kato_state_blob* state) noexcept {
    auto& self = *static_cast<Saving*>(context);
    self.call.guard([&] {
      ++self.count;
      if (state == nullptr || state->struct_size < kRequiredBlobBytes ||
          state->blob.size > KATO_MAX_STATE_BYTES ||
          (state->blob.data == nullptr && state->blob.size > 0)) {
        return self.call.breach("gave a state that is NULL, too small or too large");
      }
      self.state = {state->version, std::string(view(state->blob))};
    });
  }
};

class LoadedRenderer final : public Renderer {
 public:
  LoadedRenderer(const LoadedPlugin& plugin, InstancePtr instance, const SessionRef& session)
      : plugin_(plugin), instance_(std::move(instance)), session_(session) {}

  Status begin(std::string& out) override {
    return write("begin", out, [&](const PluginCall& call, const Output& output) {
      return api().begin(instance_.get(), call.host(), output.c());
    });
  }

  Status append(std::span<const RenderEvent> events, std::string& out) override {
    const auto& list = events_.write(events, c_session_);
    return write("append", out, [&](const PluginCall& call, const Output& output) {
      return api().append(instance_.get(), call.host(), &list, output.c());
    });
  }

  Result<HeadChange> refresh_head(std::string_view existing) override;
  Result<StateBlob> save() override;

 private:
  [[nodiscard]] const kato_sink_api& api() const { return *instance_.get_deleter().api; }

  template <class Body>
  Status write(std::string_view what, std::string& out, Body&& body) {
    PluginCall call(plugin_, what);
    if (!instance_) return call.broken("was called on an instance that was given up");
    Output output(call, out);
    const auto status = call.run([&] { return body(call, output); });
    if (status && *status == KATO_OK) return {};
    output.take_back();
    instance_.reset();
    if (!status) return forward(status);
    return call.failed(*status);
  }

  const LoadedPlugin& plugin_;
  InstancePtr instance_;  // nullptr: dead
  SessionRef session_;
  kato_session_ref c_session_ = c_session_of(session_);
  EventWriter events_;
};

Result<HeadChange> LoadedRenderer::refresh_head(std::string_view existing) {
  if (instance_ && api().refresh_head == nullptr) return HeadChange{};
  HeadChange change;
  const auto written =
      write("refresh_head", change.head, [&](const PluginCall& call, const Output& output) {
        return api().refresh_head(instance_.get(), call.host(), c_bytes_of(existing), output.c(),
                                  &change.replaced_bytes);
      });
  if (!written) return forward(written);
  PluginCall call(plugin_, "refresh_head");
  if (change.replaced_bytes > existing.size()) {
    instance_.reset();
    return call.broken(
        fmt::format("replaced {} bytes of a head of {}", change.replaced_bytes, existing.size()));
  }
  if (change.replaced_bytes == 0 && !change.head.empty()) {
    instance_.reset();
    return call.broken("wrote a head but said that it stays");
  }
  return change;
}

Result<StateBlob> LoadedRenderer::save() {
  PluginCall call(plugin_, "save");
  if (!instance_) return call.broken("was called on an instance that was given up");
  Saving saving{call, {}, 0};
  const kato_blob_writer writer{sizeof(kato_blob_writer), 0, &saving, &Saving::take};
  const auto status = call.run([&] { return api().save(instance_.get(), call.host(), &writer); });
  if (status && *status == KATO_OK && saving.count == 1) return std::move(saving.state);
  instance_.reset();
  if (!status) return forward(status);
  if (*status != KATO_OK) return call.failed(*status);
  return call.broken("did not give its state exactly once");
}

class LoadedSink final : public Sink {
 public:
  LoadedSink(LoadedPlugin plugin, const kato_sink_api& api)
      : plugin_(std::move(plugin)), api_(api) {}

  [[nodiscard]] const PluginIdentity& identity() const override { return plugin_.identity; }
  [[nodiscard]] const PluginAbout& about() const override { return plugin_.about; }
  [[nodiscard]] bool wants_json() const override {
    return (api_.flags & KATO_SINK_WANTS_JSON) != 0;
  }
  [[nodiscard]] std::string_view file_extension() const override {
    return view(api_.file_extension);
  }
  [[nodiscard]] std::string_view media_type() const override { return view(api_.media_type); }
  [[nodiscard]] Result<std::unique_ptr<Renderer>> open(
      const OpenRendererRequest& request) const override;

 private:
  LoadedPlugin plugin_;
  const kato_sink_api& api_;
};

std::vector<kato_str> c_texts_of(const std::vector<std::string>& texts) {
  std::vector<kato_str> out;
  out.reserve(texts.size());
  for (const auto& text : texts) {
    out.push_back(c_str_of(text));
  }
  return out;
}

Result<std::unique_ptr<Renderer>> LoadedSink::open(const OpenRendererRequest& request) const {
  PluginCall call(plugin_, "open");
  const RecordingContext& context = request.context;
  const auto session = c_session_of(context.session);
  const auto models = c_texts_of(context.models);
  const auto kinds = c_texts_of(context.event_kinds);
  const kato_recording_context recording{
      .struct_size = sizeof(kato_recording_context),
      .reserved = 0,
      .session = &session,
      .short_id = c_str_of(short_id(context.session.session_id)),
      .recording_id = c_str_or_absent(context.recording_id),
      .title = c_str_or_absent(context.title),
      .project_directory = c_str_or_absent(context.project_directory),
      .created_unix_ms = context.created ? context.created->value : KATO_NO_TIME,
      .created_utc_offset_s = context.created_utc_offset_s,
      .reserved2 = 0,
      .models = models.data(),
      .model_count = models.size(),
      .event_kinds = kinds.data(),
      .event_kind_count = kinds.size()};
  kato_state_blob state{sizeof(kato_state_blob), 0, {}};
  if (request.state != nullptr) {
    state.version = request.state->version;
    state.blob = c_bytes_of(request.state->blob);
  }
  const kato_sink_open_input input{.struct_size = sizeof(kato_sink_open_input),
                                   .reserved = 0,
                                   .options_json = c_str_or_absent(request.options_json),
                                   .recording = &recording,
                                   .state = request.state != nullptr ? &state : nullptr};
  InstancePtr instance(nullptr, InstanceCloser{&api_});
  const auto status = call.run([&] {
    kato_sink_instance* opened = nullptr;
    const kato_status answer = api_.open(call.host(), &input, &opened);
    instance.reset(opened);
    return answer;
  });
  if (!status) return forward(status);
  if (*status != KATO_OK) return call.failed(*status);
  if (!instance) return call.broken("gave no instance");
  return std::make_unique<LoadedRenderer>(plugin_, std::move(instance), context.session);
}

}  // namespace

std::unique_ptr<Sink> make_sink(LoadedPlugin plugin, const kato_sink_api& api) {
  return std::make_unique<LoadedSink>(std::move(plugin), api);
}

}  // namespace kato::plugin
