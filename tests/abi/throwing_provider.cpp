// A provider in C++ whose every function throws; the path says what. The glue must let nothing out.
#include <kato/provider.hpp>
#include <new>
#include <stdexcept>

namespace {

[[noreturn]] void blow_up(std::string_view what) {
  if (what.find("memory") != std::string_view::npos) throw std::bad_alloc();
  if (what.find("odd") != std::string_view::npos) throw 42;
  throw std::runtime_error("thrown on purpose");
}

class ThrowingDecoder final : public kato::sdk::Decoder {
 public:
  explicit ThrowingDecoder(std::string_view path) : path_(path) {}
  kato_status decode(const kato::sdk::Host&, const kato_decode_input&, kato::sdk::Emitter&,
                     uint64_t&) override {
    blow_up(path_);
  }
  [[nodiscard]] kato::sdk::SavedState save() const override { blow_up(path_); }

 private:
  std::string path_;
};

class ThrowingProvider final : public kato::sdk::Provider {
 public:
  static constexpr kato::sdk::PluginInfo kInfo{.display_name = "Throwing",
                                               .author = "Kato",
                                               .licence = "Apache-2.0",
                                               .url = "",
                                               .options_schema = ""};

  [[nodiscard]] const kato_source_description& sources(std::string_view options) const override {
    blow_up(options);
  }
  [[nodiscard]] kato::sdk::Probe probe(const kato::sdk::Host&,
                                       const kato_probe_input& input) const override {
    blow_up(kato::sdk::view(input.path));
  }
  [[nodiscard]] std::unique_ptr<kato::sdk::Decoder> open(
      const kato::sdk::Host&, const kato_open_input& input) const override {
    const auto path = kato::sdk::view(input.path);
    if (path.find("open") != std::string_view::npos) blow_up(path);
    return std::make_unique<ThrowingDecoder>(path);
  }
};

}  // namespace

KATO_EXPORT_PROVIDER(ThrowingProvider, "throwing", "1.0.0")
