// Where a provider's logs are and whose a file is: from a plugin's structs to the host's types.
#pragma once

#include <kato/provider.h>
#include <string>
#include <string_view>
#include <vector>

#include "host/plugin/provider_handle.h"

namespace kato::plugin {

class PluginCall;

// Patterns that this host cannot follow (unknown growth or packing) are left out and named in
// `not_followed`. nullptr and other breaches are told to `call`.
[[nodiscard]] SourceDescription read_description(const kato_source_description* description,
                                                 PluginCall& call,
                                                 std::vector<std::string>& not_followed);

// Breaches are told to `call`.
[[nodiscard]] SourceIdentity read_identity(const kato_identity* identity, PluginCall& call);

// For the way in. Borrows from `identity`.
[[nodiscard]] kato_identity c_identity_of(const SourceIdentity& identity);
[[nodiscard]] std::vector<kato_companion> c_companions_of(
    const std::vector<CompanionFile>& companions);

}  // namespace kato::plugin
