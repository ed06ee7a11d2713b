#include "host/plugin/loaded_provider.h"

#include "host/plugin/c_types.h"
#include "host/plugin/loaded_decoder.h"
#include "host/plugin/source_reader.h"

namespace kato::plugin {
namespace {

static_assert(kReadPaddingBytes == KATO_READ_PADDING_BYTES);

class LoadedProvider final : public Provider {
 public:
  LoadedProvider(LoadedPlugin plugin, const kato_provider_api& api)
      : plugin_(std::move(plugin)), api_(api) {}

  [[nodiscard]] const PluginIdentity& identity() const override { return plugin_.identity; }
  [[nodiscard]] const PluginAbout& about() const override { return plugin_.about; }
  [[nodiscard]] Result<SourceDescription> describe_sources(
      std::string_view options_json) const override;
  [[nodiscard]] Result<ProbeAnswer> probe(const ProbeRequest& request) const override;
  [[nodiscard]] Result<std::unique_ptr<Decoder>> open(OpenDecoderRequest request) const override;

 private:
  LoadedPlugin plugin_;
  const kato_provider_api& api_;
};

Result<SourceDescription> LoadedProvider::describe_sources(std::string_view options_json) const {
  PluginCall call(plugin_, "describe_sources");
  const kato_source_description* description = nullptr;
  const auto status = call.run([&] {
    return api_.describe_sources(call.host(), c_str_or_absent(options_json), &description);
  });
  if (!status) return forward(status);
  if (*status != KATO_OK) return call.failed(*status);
  std::vector<std::string> not_followed;
  auto out = read_description(description, call, not_followed);
  if (call.is_broken()) return call.fault();
  for (const auto& include : not_followed) {
    if (!plugin_.services.log) break;
    plugin_.services.log(
        Level::kWarning, plugin_.identity.id,
        fmt::format("sources {} grow or are packed in a way that this version does not know: "
                    "they are not followed",
                    include));
  }
  return out;
}

// What probe answers; the context of its writer.
struct Probing {
  PluginCall& call;
  SourceIdentity identity;
  int count = 0;

  static void take(void* context, const kato_identity* identity) noexcept {
    auto& self = *static_cast<Probing*>(context);
    self.call.guard([&] {
      ++self.count;
      self.identity = read_identity(identity, self.call);
    });
  }
};

Result<ProbeAnswer> LoadedProvider::probe(const ProbeRequest& request) const {
  PluginCall call(plugin_, "probe");
  const auto companions = c_companions_of(request.companions);
  const kato_probe_input input{.struct_size = sizeof(kato_probe_input),
                               .whole_file = request.whole_file ? 1 : 0,
                               .path = c_str_of(request.path),
                               .head = c_bytes_of(request.head),
                               .size_bytes = request.size_bytes,
                               .options_json = c_str_or_absent(request.options_json),
                               .companions = companions.data(),
                               .companion_count = companions.size()};
  Probing probing{call, {}, 0};
  const kato_identity_writer writer{sizeof(kato_identity_writer), 0, &probing, &Probing::take};
  int32_t verdict = KATO_PROBE_NOT_MINE;
  const auto status = call.run([&] { return api_.probe(call.host(), &input, &writer, &verdict); });
  if (!status) return forward(status);
  if (*status != KATO_OK) return call.failed(*status);
  const bool is_mine = verdict == KATO_PROBE_MINE;
  if (probing.count != (is_mine ? 1 : 0)) {
    return call.broken(is_mine ? "said that a source is its own but not exactly once whose"
                               : "said whose a source is that is not its own");
  }
  if (verdict == KATO_PROBE_NEED_MORE_BYTES) return ProbeAnswer{ProbeVerdict::kNeedMoreBytes, {}};
  if (!is_mine) return ProbeAnswer{};
  return ProbeAnswer{ProbeVerdict::kMine, std::move(probing.identity)};
}

Result<std::unique_ptr<Decoder>> LoadedProvider::open(OpenDecoderRequest request) const {
  PluginCall call(plugin_, "open");
  const auto companions = c_companions_of(request.companions);
  const auto identity = c_identity_of(request.identity);
  kato_state_blob state{sizeof(kato_state_blob), 0, {}};
  if (request.state != nullptr) {
    state.version = request.state->version;
    state.blob = c_bytes_of(request.state->blob);
  }
  const kato_open_input input{.struct_size = sizeof(kato_open_input),
                              .reserved = 0,
                              .path = c_str_of(request.path),
                              .identity = &identity,
                              .options_json = c_str_or_absent(request.options_json),
                              .companions = companions.data(),
                              .companion_count = companions.size(),
                              .state = request.state != nullptr ? &state : nullptr};
  InstancePtr instance(nullptr, InstanceCloser{&api_});
  const auto status = call.run([&] {
    kato_provider_instance* opened = nullptr;
    const kato_status answer = api_.open(call.host(), &input, &opened);
    instance.reset(opened);
    return answer;
  });
  if (!status) return forward(status);
  if (*status != KATO_OK) return call.failed(*status);
  if (!instance) return call.broken("gave no instance");
  static const std::vector<HeldRecord> kNone;
  return std::make_unique<LoadedDecoder>(plugin_, std::move(instance), std::move(request.read_back),
                                         request.state == nullptr ? &kNone : request.held);
}

}  // namespace

std::unique_ptr<Provider> make_provider(LoadedPlugin plugin, const kato_provider_api& api) {
  return std::make_unique<LoadedProvider>(std::move(plugin), api);
}

}  // namespace kato::plugin
