// A provider in host types for tests of what comes behind the plugin boundary. Its log:
//   session NAME            the first line: whose file it is
//   user KEY TEXT...        a user message, "\n" for a line break
//   at TIME user KEY TEXT.. the same with a provider timestamp
//   assistant KEY TEXT...   an assistant message
//   copy KEY TEXT...        a user message that was inherited from another session
//   anything else           a raw record
#pragma once

#include <memory>
#include <string>

#include "host/ingest/root.h"
#include "host/plugin/provider_handle.h"

namespace kato::test {

[[nodiscard]] std::unique_ptr<Provider> make_line_provider();

// A root of that provider: every *.log in the folder.
[[nodiscard]] Root line_root(const Provider& provider, const std::string& folder);

}  // namespace kato::test
