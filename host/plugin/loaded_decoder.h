// One instance of a provider plugin.
#pragma once

#include <kato/provider.h>
#include <memory>

#include "host/plugin/account_check.h"
#include "host/plugin/draft_reader.h"
#include "host/plugin/plugin_call.h"
#include "host/plugin/provider_handle.h"

namespace kato::plugin {

// Closes the plugin's instance.
struct InstanceCloser {
  const kato_provider_api* api = nullptr;
  void operator()(kato_provider_instance* instance) const noexcept;
};
using InstancePtr = std::unique_ptr<kato_provider_instance, InstanceCloser>;

class LoadedDecoder final : public Decoder {
 public:
  // `plugin` must outlive the decoder.
  LoadedDecoder(const LoadedPlugin& plugin, InstancePtr instance, ReadBack read_back,
                const std::vector<HeldRecord>* held);

  Result<DecodeOutcome> decode(const DecodeRequest& request, DecodeListener& listener) override;
  Result<SavedDecoder> save() override;

 private:
  struct Running;  // one call of decode

  [[nodiscard]] Result<DecodeOutcome> outcome(kato_status status, uint64_t consumed,
                                              PluginCall& call);
  [[nodiscard]] Result<DecodeOutcome> decode_once(const DecodeRequest& request,
                                                  DecodeListener& listener);
  [[nodiscard]] Result<SavedDecoder> save_once();
  [[nodiscard]] kato_status hand_back(const kato_range& range, std::string& bytes,
                                      PluginCall& call) const;
  [[nodiscard]] const kato_provider_api& api() const { return *instance_.get_deleter().api; }

  const LoadedPlugin& plugin_;
  InstancePtr instance_;  // nullptr: dead
  ReadBack read_back_;
  AccountCheck account_;
  DraftReader drafts_;
};

}  // namespace kato::plugin
