// A log through the host's handle of a provider: whatever the log is, the host must not have to
// refuse what a plugin of ours says of it.
#pragma once

#include <kato/testkit/provider_driver.hpp>
#include <string>

namespace kato::fuzz {

// Probes, opens, decodes in two pieces with save and open in between, and finishes. "": nothing is
// wrong; else what the host had to say.
[[nodiscard]] std::string decode_through_host(const std::string& plugin,
                                              const testkit::SourceContent& source,
                                              bool is_document);

}  // namespace kato::fuzz
