// Drives a provider's table as the host does: whole, in pieces, with save and reopen in between.
#pragma once

#include <kato/provider.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fake_host.hpp"
#include "transcript.hpp"

namespace kato::testkit {

struct CompanionContent {
  std::string name;
  std::string path;
  std::optional<std::string> content;
};

// One log file and what lies beside it.
struct SourceContent {
  std::string path;  // relative to its root
  std::string bytes;
  std::string options_json;  // "": none
  std::vector<CompanionContent> companions;
};

// By the provider's own patterns, for a file outside of a root by their last component; append if
// none fits.
[[nodiscard]] kato_growth growth_of(const kato_provider_api& api, const std::string& path);

struct ProbeOutcome {
  kato_status status = KATO_OK;
  int32_t verdict = KATO_PROBE_NOT_MINE;
  std::string provider_session_id;
  std::string parent_provider_session_id;
  int32_t parentage = KATO_PARENT_NONE;
  std::string text;  // the identity in one line
  std::vector<std::string> breaches;
};

// How a source is handed over.
struct Cutting {
  // Offsets, ascending; the end of the source need not be named. An append log is handed over in
  // pieces, a document up to each cut, as if it had been rewritten longer.
  std::vector<uint64_t> cuts;
  bool reopen = true;  // save, close and open at each cut
  // kIsBusy: until the plugin has asked to be called again later.
  ReadBackMode read_back = ReadBackMode::kGives;
  uint64_t cancel_from = 0;  // cancelled() says yes from this question on, until it is obeyed
  // What a document was before, oldest first: one instance takes it all. What is no document is
  // refused, and then the source is taken as if it had not been.
  std::vector<std::string> earlier = {};
  bool knows_last = false;  // KATO_DECODE_KNOWS_LAST
};

class ProviderDriver {
 public:
  // Both must outlive the driver.
  ProviderDriver(const kato_provider_api& api, const SourceContent& source);

  // As the host asks: with the first head_bytes bytes.
  [[nodiscard]] ProbeOutcome probe(uint64_t head_bytes) const;

  struct Run {
    std::unique_ptr<Transcript> said = std::make_unique<Transcript>();
    kato_status status = KATO_OK;  // of the call that ended it
    std::string state;             // the last one that was saved
    uint64_t state_version = 0;
    uint64_t read_backs = 0;
    double cpu_seconds = 0;
  };
  // From the beginning to the end, finished.
  [[nodiscard]] bool is_document() const noexcept { return is_document_; }
  [[nodiscard]] Run run(const Cutting& cutting) const;

  // Opens with `state` and decodes (the begin of) the source from the beginning. Anything may come
  // of it but a crash. Returns the status of open.
  [[nodiscard]] kato_status open_with(std::string_view state, uint32_t version) const;

 private:
  class Session;
  void drive(Session& session, const Cutting& cutting) const;

  const kato_provider_api& api_;
  const SourceContent& source_;
  bool is_document_;
};

}  // namespace kato::testkit
