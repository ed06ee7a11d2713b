// The plugin's door: OpenAI Codex CLI.
#include <kato/provider.hpp>

#include "document_decoder.h"
#include "identify.h"
#include "rollout_decoder.h"
#include "sources.h"

namespace kato::codex {
namespace {

class CodexProvider final : public sdk::Provider {
 public:
  static constexpr sdk::PluginInfo kInfo{
      "Codex CLI", "Kato", "Apache-2.0", "https://github.com/openai/codex", {}};

  [[nodiscard]] const kato_source_description& sources(std::string_view) const override {
    return source_description();
  }

  [[nodiscard]] sdk::Probe probe(const sdk::Host&, const kato_probe_input& input) const override {
    return identify(input);
  }

  [[nodiscard]] std::unique_ptr<sdk::Decoder> open(const sdk::Host&,
                                                   const kato_open_input& input) const override {
    const auto identity = sdk::complete(input.identity);
    Session session{std::string(sdk::view(identity.provider_session_id)),
                    identity.parentage == KATO_PARENT_SPAWNED};
    if (is_document_path(sdk::view(input.path))) {
      auto decoder = std::make_unique<DocumentDecoder>(std::move(session));
      if (input.state != nullptr && !decoder->fits(sdk::complete(input.state))) return nullptr;
      return decoder;
    }
    auto decoder = std::make_unique<RolloutDecoder>(std::move(session));
    if (input.state != nullptr && !decoder->restore(sdk::complete(input.state))) return nullptr;
    return decoder;
  }
};

}  // namespace
}  // namespace kato::codex

KATO_EXPORT_PROVIDER(kato::codex::CodexProvider, "codex", "0.1.0")
