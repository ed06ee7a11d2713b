// One call into a plugin: the services that it may use, what it says of errors, and how it breaks
// its contract.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <kato/host.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "host/base/error.h"
#include "host/plugin/plugin_identity.h"
#include "host/plugin/plugin_services.h"

namespace kato::plugin {

// What the handles of one loaded plugin share. Outlives them.
struct LoadedPlugin {
  PluginIdentity identity;
  PluginAbout about;
  PluginServices services;
};

// Lives on the stack of the handle's function that calls into the plugin.
class PluginCall {
 public:
  // `what`: "decode".
  PluginCall(const LoadedPlugin& plugin, std::string_view what);
  PluginCall(const PluginCall&) = delete;
  PluginCall& operator=(const PluginCall&) = delete;
  PluginCall(PluginCall&&) = delete;
  PluginCall& operator=(PluginCall&&) = delete;
  ~PluginCall() = default;

  // Optional parts, set before the call.
  std::function<void(uint64_t offset_bytes, std::string_view message)> on_problem;
  std::function<kato_status(const kato_range& range, std::string& bytes)> read_back;

  [[nodiscard]] const kato_host* host() const noexcept { return &host_; }

  // Calls `body`, which calls the plugin; what it throws is a breach. An error if the contract was
  // broken, else the plugin's status.
  template <class Body>
  [[nodiscard]] Result<kato_status> run(Body&& body) {
    kato_status status = KATO_FATAL;
    try {
      status = body();
    } catch (...) {
      breach("threw an exception across the boundary");
    }
    return outcome(status);
  }

  // For the callbacks: runs `body` unless the contract is broken already; nothing that it throws
  // gets through the plugin's frames.
  template <class Body>
  void guard(Body&& body) noexcept {
    if (fault_) return;
    try {
      body();
    } catch (const std::exception& thrown) {
      host_failed(thrown.what());
    } catch (...) {
      host_failed("unknown exception");
    }
  }

  // The plugin did what it must not: "said ..." The first breach counts.
  void breach(std::string_view did) noexcept;
  [[nodiscard]] bool is_broken() const noexcept { return fault_.has_value(); }
  // The breach as an error.
  [[nodiscard]] std::unexpected<Error> fault() const { return std::unexpected(*fault_); }
  // After run: breach() as an error.
  [[nodiscard]] std::unexpected<Error> broken(std::string_view did);
  // After run: what a status other than KATO_OK amounts to, with what the plugin said.
  [[nodiscard]] std::unexpected<Error> failed(kato_status status);

 private:
  static void log(void* context, int32_t level, kato_str message) noexcept;
  static void error(void* context, kato_status status, uint64_t offset, kato_str message) noexcept;
  static int32_t cancelled(void* context) noexcept;
  static uint64_t hash(void* context, kato_bytes bytes) noexcept;
  static kato_status hand_back(void* context, kato_range range, kato_bytes* out) noexcept;
  static const void* extension(void* context, kato_str id) noexcept;

  [[nodiscard]] Result<kato_status> outcome(kato_status status) const;
  void host_failed(std::string_view what) noexcept;
  [[nodiscard]] std::string describe(std::string_view did) const;

  const LoadedPlugin& plugin_;
  std::string_view what_;
  kato_host host_{};
  std::string said_;  // through kato_host.error, the last one
  std::optional<Error> fault_;
  std::string handed_back_;
};

}  // namespace kato::plugin
