// A provider plugin as the host sees it: host types in, host types out, and nothing that the plugin
// says is believed before it was checked.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/event/event.h"
#include "host/plugin/plugin_identity.h"

namespace kato {

// Bytes that must be readable, whatever they hold, behind what is handed to probe and decode.
inline constexpr size_t kReadPaddingBytes = 64;

enum class Growth : uint8_t { kAppend = 1, kDocument = 2 };
enum class Packing : uint8_t { kNone = 0, kZstd = 1 };

struct CompanionPattern {
  std::string name;
  std::string path;  // relative to the root, with {dir} {stem} {parent}
};

struct SourcePattern {
  Growth growth = Growth::kAppend;
  Packing packing = Packing::kNone;
  bool duplicates_by_rank = false;
  bool may_copy_history = false;
  bool restates = false;
  std::string include;  // glob relative to the root
  std::vector<std::string> excludes;
  std::vector<CompanionPattern> companions;
};

struct SourceDescription {
  std::vector<std::string> default_roots;  // not expanded
  std::vector<SourcePattern> patterns;
};

struct CompanionFile {
  std::string name;
  std::string path;  // relative to the root
  std::optional<std::string> content;
};

enum class Driver : uint8_t { kUnknown = 0, kPerson = 1, kProgram = 2 };
enum class Parentage : uint8_t { kNone = 0, kSpawned = 1, kForked = 2 };
enum class SourceRelation : uint8_t { kWhole = 0, kContinuation = 1, kCopy = 2 };

// Whose file a source is.
struct SourceIdentity {
  Driver driver = Driver::kUnknown;
  Parentage parentage = Parentage::kNone;
  SourceRelation relation = SourceRelation::kWhole;
  std::string provider_session_id;
  std::string parent_provider_session_id;
  std::string project_directory;
  std::string title_hint;
  std::string started_at;
  std::string client_version;
  int64_t rank = 0;
  std::string continues_source;
  std::string continues_at;

  bool operator==(const SourceIdentity&) const = default;
};

struct ProbeRequest {
  std::string_view path;  // relative to the root
  std::string_view head;  // followed by kReadPaddingBytes readable bytes
  uint64_t size_bytes = 0;
  bool whole_file = false;
  std::string_view options_json;
  const std::vector<CompanionFile>& companions;
};

enum class ProbeVerdict : uint8_t { kNotMine = 0, kNeedMoreBytes = 1, kMine = 2 };

struct ProbeAnswer {
  ProbeVerdict verdict = ProbeVerdict::kNotMine;
  SourceIdentity identity;  // with kMine
};

struct StateBlob {
  uint32_t version = 0;
  std::string blob;
};

struct HeldRecord {
  std::string key;
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;
  uint64_t hash = 0;
};

struct SavedDecoder {
  StateBlob state;
  std::vector<HeldRecord> held;
};

enum class RecordOutcome : uint8_t {
  kMapped = 1,
  kInfo = 2,
  kRaw = 3,
  kIgnored = 4,
  kMalformed = 5,
  kHeld = 6,
  kUnchanged = 7,  // only with DecodeRequest::knows_last
};

// The account of one record. Views live until the call that hands it over returns.
struct RecordReport {
  RecordOutcome outcome = RecordOutcome::kRaw;
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;
  std::string_view type;
  std::string_view reason;
  std::string_view key;
  uint64_t repaired_count = 0;  // characters that were no text and became U+FFFD
};

// Where a decoder puts what it finds, in the order of the log. Views live until the call returns.
class DecodeListener {
 public:
  DecodeListener() = default;
  DecodeListener(const DecodeListener&) = delete;
  DecodeListener& operator=(const DecodeListener&) = delete;
  DecodeListener(DecodeListener&&) = delete;
  DecodeListener& operator=(DecodeListener&&) = delete;
  virtual ~DecodeListener() = default;

  // Checked: kinds are known (unknown ones are kProviderRaw), keys are there and bounded, texts are
  // valid UTF-8 (else repaired), raw JSON is valid, on one line and without lone surrogates (else
  // made so, or kept as a JSON string), times are valid (else absent), ranges lie within the bytes
  // that were given or are a held record's. What was mended is told to on_problem.
  virtual void on_draft(const Draft& draft) = 0;
  // In order of the log, without gaps; the final word on a record that was held comes when it is
  // decided, at the record's own offset.
  virtual void on_record(const RecordReport& record) = 0;
  // Empty: not stated.
  virtual void on_facts(std::string_view project_directory, std::string_view client_version) = 0;
  // What the plugin had to say of a record or of itself. offset_bytes: UINT64_MAX if nowhere.
  virtual void on_problem(uint64_t offset_bytes, std::string_view message) = 0;
};

// Bytes of a record that was held back, or nothing if they are gone. The key is empty. The handle
// compares length and hash. An error: they cannot be read just now.
using ReadBack = std::function<Result<std::optional<std::string>>(const HeldRecord&)>;

enum class DecodeVerdict : uint8_t {
  kOk,
  kSkipRecord,  // step over the record behind the consumed bytes
  kRetryLater,  // nothing was consumed
  kQuarantine,  // nothing more can be made of this source
  kCancelled,
};

struct DecodeRequest {
  std::string_view bytes;  // padded
  uint64_t base_offset_bytes = 0;
  bool end_of_input = false;  // nothing follows at this moment
  bool final = false;         // the source is finished
  // A document: what this decoder said of the last one that it took is known, record by record. Of
  // those that it would say again it may report kUnchanged, and emit no drafts.
  bool knows_last = false;
};

struct DecodeOutcome {
  DecodeVerdict verdict = DecodeVerdict::kOk;
  uint64_t consumed_bytes = 0;
};

// One source being decoded. Calls are never concurrent. After an error it is dead: go on with a new
// one from the last saved state. Must not outlive its registry.
class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  Decoder(Decoder&&) = delete;
  Decoder& operator=(Decoder&&) = delete;
  virtual ~Decoder() = default;

  // kPlugin: the plugin failed or broke its contract; what was handed to the listener in this call
  // must be thrown away.
  virtual Result<DecodeOutcome> decode(const DecodeRequest& request, DecodeListener& listener) = 0;
  virtual Result<SavedDecoder> save() = 0;
};

struct OpenDecoderRequest {
  std::string_view path;
  const SourceIdentity& identity;
  std::string_view options_json;
  const std::vector<CompanionFile>& companions;
  const StateBlob* state = nullptr;  // nullptr: from the beginning
  ReadBack read_back;                // used during decode
  // What save said of held records when it gave `state`: with it the plugin's account of them can
  // be checked. Used during the call.
  const std::vector<HeldRecord>* held = nullptr;
};

// One loaded provider. [any thread]
class Provider {
 public:
  Provider() = default;
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;
  Provider(Provider&&) = delete;
  Provider& operator=(Provider&&) = delete;
  virtual ~Provider() = default;

  [[nodiscard]] virtual const PluginIdentity& identity() const = 0;
  [[nodiscard]] virtual const PluginAbout& about() const = 0;
  [[nodiscard]] virtual Result<SourceDescription> describe_sources(
      std::string_view options_json) const = 0;
  [[nodiscard]] virtual Result<ProbeAnswer> probe(const ProbeRequest& request) const = 0;
  // kUnsupported: the saved state does not fit.
  [[nodiscard]] virtual Result<std::unique_ptr<Decoder>> open(OpenDecoderRequest request) const = 0;
};

}  // namespace kato
