// The sink "jsonl": a recording is the canonical events themselves, one JSON line each, exactly as
// the twin holds them.
#include <kato/sink.hpp>
#include <stdexcept>

namespace kato::jsonl {
namespace {

using sdk::BytesWriter;
using sdk::RenderSink;
using sdk::SinkState;

constexpr uint32_t kStateVersion = 1;

class JsonlSink final : public RenderSink {
 public:
  static constexpr sdk::PluginInfo kInfo{.display_name = "JSON Lines",
                                         .author = "The Kato authors",
                                         .licence = "Apache-2.0",
                                         .url = {},
                                         .options_schema = {}};
  static constexpr uint32_t kFlags = KATO_SINK_WANTS_JSON;
  static constexpr std::string_view kFileExtension = "jsonl";
  static constexpr std::string_view kMediaType = "application/x-ndjson";

  static std::unique_ptr<RenderSink> open(const sdk::Host& /*host*/,
                                          const kato_sink_open_input& input) {
    if (input.state != nullptr && input.state->version != kStateVersion) return nullptr;
    return std::make_unique<JsonlSink>();
  }

  void begin(BytesWriter& /*out*/) override {}

  // Each line stands for itself: nothing is kept between events.
  void append(const kato_event& event, BytesWriter& out) override {
    const std::string_view line = sdk::view(event.canonical_json);
    if (line.empty()) throw std::runtime_error("an event came without its canonical JSON");
    out.write(line);
    out.write("\n");
  }

  [[nodiscard]] SinkState save() const override { return {.version = kStateVersion, .blob = {}}; }
};

}  // namespace
}  // namespace kato::jsonl

KATO_EXPORT_RENDER_SINK(kato::jsonl::JsonlSink, "jsonl", "1.0.0")
