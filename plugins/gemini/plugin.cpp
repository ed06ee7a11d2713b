// The provider for Google's Gemini CLI.
#include <kato/provider.hpp>

#include "document.h"
#include "identity.h"
#include "journal.h"
#include "project.h"
#include "sources.h"

namespace kato::gemini {

class Gemini final : public sdk::Provider {
 public:
  static constexpr sdk::PluginInfo kInfo{"Gemini CLI", "Kato", "Apache-2.0", {}, {}};

  [[nodiscard]] const kato_source_description& sources(std::string_view) const override {
    return source_description();
  }
  [[nodiscard]] sdk::Probe probe(const sdk::Host&, const kato_probe_input& input) const override {
    return gemini::probe(input);
  }
  [[nodiscard]] std::unique_ptr<sdk::Decoder> open(const sdk::Host&,
                                                   const kato_open_input& input) const override {
    const bool journal = read_log_path(sdk::view(input.path)).name.ends_with(".jsonl");
    return journal ? open_journal(input) : open_document(input);
  }
};

}  // namespace kato::gemini

KATO_EXPORT_PROVIDER(kato::gemini::Gemini, "gemini", "1.0.0")
