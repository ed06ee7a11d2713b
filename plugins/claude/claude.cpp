// The provider of Claude Code's logs.
#include <kato/provider.hpp>

#include "decoder.h"
#include "probe.h"
#include "sources.h"

namespace kato::claude {
namespace {

class ClaudeProvider : public sdk::Provider {
 public:
  static constexpr sdk::PluginInfo kInfo{
      .display_name = "Claude Code",
      .author = "The Kato authors",
      .licence = "Apache-2.0",
      .url = "",
      .options_schema = "",
  };

  [[nodiscard]] const kato_source_description& sources(std::string_view) const override {
    return describe();
  }
  [[nodiscard]] sdk::Probe probe(const sdk::Host&, const kato_probe_input& input) const override {
    return claude::probe(input);
  }
  [[nodiscard]] std::unique_ptr<sdk::Decoder> open(const sdk::Host&,
                                                   const kato_open_input& input) const override {
    return open_decoder(input);
  }
};

}  // namespace
}  // namespace kato::claude

KATO_EXPORT_PROVIDER(kato::claude::ClaudeProvider, "claude", "1.0.0")
