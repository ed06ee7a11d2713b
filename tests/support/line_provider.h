// A provider in host types for tests of what comes behind the plugin boundary. Its log:
//   session NAME            the first line: whose file it is
//     ... rank N            of several files with the same NAME the highest is read
//     ... continues         goes on after another file of NAME
//     ... parent P          a fork of session P; ... spawned-by P: a sub-agent of it
//   user KEY TEXT...        a user message, "\n" for a line break
//   at TIME user KEY TEXT.. the same with a provider timestamp
//   assistant KEY TEXT...   an assistant message
//   draft KEY TEXT...       one that may be worded anew (revisable); what stands behind " | " is of
//                           the record, but not of the text; behind " || " stands another part
//   copy KEY TEXT...        a user message that was inherited from another session
//   again KEY TEXT...       a user message that the client wrote once more (relisted)
//   relisted WORD ...       the same for any other word
//   hold KEY TEXT...        a user message that is held back until ...
//   release KEY             ... this line
//   note KEY TEXT...        an assistant message, if notes are known
//   anything else           a raw record
// Sources: *.log (lines), *.log.zst (the same, packed), *.doc (the same, as one document).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/ingest/root.h"
#include "host/plugin/provider_handle.h"

namespace kato::test {

struct LineProviderTraits {
  std::string version = "1.0.0";
  uint32_t state_version = 1;  // states of another one are refused
  bool restates = false;
  bool may_copy_history = false;
  bool shouts = false;  // another mapping: texts are in capital letters
  bool knows_notes = false;
};

[[nodiscard]] std::unique_ptr<Provider> make_line_provider(LineProviderTraits traits = {});

// A root of that provider: all its sources in the folder.
[[nodiscard]] Root line_root(const Provider& provider, const std::string& folder);

}  // namespace kato::test
