// A draft as a plugin states it, checked and in the host's types. On the good path its texts are
// views of the plugin's.
#pragma once

#include <kato/event.h>
#include <optional>
#include <string_view>
#include <vector>

#include "host/event/event.h"

namespace kato::plugin {

class PluginCall;

// One per decoder, reused.
class DraftReader {
 public:
  // nullptr: the draft breaks the contract, and `call` knows. Valid until the next call. What had
  // to be mended is reported through call.on_problem.
  [[nodiscard]] const Draft* read(const kato_draft* draft, PluginCall& call);

 private:
  [[nodiscard]] bool read_frame(const kato_draft& draft);
  [[nodiscard]] bool read_payload(const kato_payload& payload);
  [[nodiscard]] bool read_lists(const kato_payload& payload);
  [[nodiscard]] bool read_options(const kato_payload& payload);
  [[nodiscard]] bool read_attachments(const kato_payload& payload);
  [[nodiscard]] bool read_key(kato_str key, std::string_view what, std::string_view& out);
  [[nodiscard]] bool read_text(kato_str text, std::string_view& out);
  [[nodiscard]] bool read_json(kato_str json, std::string_view what, std::string_view& out);
  [[nodiscard]] bool breach(std::string_view did);
  void mended(std::string_view what);

  // Of the call that runs.
  PluginCall* call_ = nullptr;
  Draft draft_;
  std::vector<DecisionOption> options_;
  std::vector<std::string_view> selections_;
  std::vector<Attachment> attachments_;
  Arena mended_texts_;
  bool has_mended_texts_ = false;
};

}  // namespace kato::plugin
