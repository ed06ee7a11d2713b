#include "host/policy/sink_choice.h"

#include <algorithm>

#include "host/base/path_template.h"
#include "host/policy/file_names.h"

namespace kato {

std::string default_sink(const std::optional<std::string>& configured,
                         std::span<const SinkExtension> sinks) {
  if (configured) return *configured;
  if (sinks.empty()) return {};
  return choose_sink(kBuiltInDestination, sinks, sinks.front().sink);
}

std::string choose_sink(std::string_view path, std::span<const SinkExtension> sinks,
                        std::string_view preferred) {
  const auto extension = extension_of(path);
  std::string_view chosen;
  for (const auto& candidate : sinks) {
    if (extension.empty() || candidate.extension != extension) continue;
    if (candidate.sink == preferred) return candidate.sink;
    if (chosen.empty()) chosen = candidate.sink;
  }
  return std::string(chosen.empty() ? preferred : chosen);
}

}  // namespace kato
