#include "tests/fuzz/host_decoding.h"

#include <memory>
#include <vector>

#include "host/base/error.h"
#include "host/base/utf8.h"
#include "host/event/event_line.h"
#include "host/io/file_system.h"
#include "host/plugin/registry.h"

#include "tests/fuzz/target.h"
#include "tests/support/places.h"

namespace kato::fuzz {
namespace {

using testkit::SourceContent;

// Writes each draft as the line that a twin would hold, and reads it again.
class LineChecker : public DecodeListener {
 public:
  void on_draft(const Draft& draft) override {
    const Event event{
        .body = draft.body, .id = {}, .seq = ++count_, .revises = {}, .captured_at = {}};
    line_.clear();
    append_event_line(line_, session_, event);
    const auto read = reader_.read(line_);
    if (!read) problem_ = "an event's line cannot be read: " + read.error().message() + line_;
  }
  void on_record(const RecordReport& /*record*/) override {}
  void on_facts(std::string_view project_directory, std::string_view client_version) override {
    if (!is_utf8(project_directory) || !is_utf8(client_version)) problem_ = "a fact is no text";
  }
  void on_problem(uint64_t /*offset_bytes*/, std::string_view message) override {
    if (!is_utf8(message)) problem_ = "a problem is no text";
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  SessionRef session_{.provider = "fuzz", .provider_session_id = "fuzz", .session_id = {}};
  EventLineReader reader_;
  std::string line_;
  std::string problem_;
  uint64_t count_ = 0;
};

const Provider& loaded_provider(const std::string& plugin) {
  static const auto files = make_posix_file_system();
  static const auto registry =
      PluginRegistry::scan(*files, {{test::binary_dir() + "/lib/kato/plugins"}});
  const auto provider = registry->provider(plugin);
  if (!provider) finding(provider.error().message());
  return **provider;
}

// One log being decoded as the host does.
class HostDecoding {
 public:
  HostDecoding(const Provider& provider, const SourceContent& source)
      : provider_(provider), source_(source), padded_(source.bytes) {
    padded_.append(kReadPaddingBytes, '"');
    for (const auto& companion : source.companions) {
      companions_.push_back({companion.name, companion.path, companion.content});
    }
  }

  // False: there is nothing to decode, or something is wrong (see problem()).
  bool probe();
  bool open(const SavedDecoder* saved);
  // Goes on up to `end`, with the rest still to come unless it is the last part.
  bool decode_up_to(uint64_t end, bool is_last);
  bool save_and_reopen();
  [[nodiscard]] const std::string& problem() const {
    return problem_.empty() ? listener_.problem() : problem_;
  }

 private:
  [[nodiscard]] std::string_view bytes() const { return source_.bytes; }
  template <class T>
  bool holds(const Result<T>& result) {
    if (!result) problem_ = result.error().message();
    return result.has_value();
  }
  bool step_over_line(uint64_t end);

  const Provider& provider_;
  const SourceContent& source_;
  std::string padded_;
  std::vector<CompanionFile> companions_;
  SourceIdentity identity_;
  std::unique_ptr<Decoder> decoder_;
  LineChecker listener_;
  uint64_t at_ = 0;
  std::string problem_;
};

bool HostDecoding::probe() {
  const auto answer = provider_.probe({.path = source_.path,
                                       .head = std::string_view(padded_).substr(0, bytes().size()),
                                       .size_bytes = bytes().size(),
                                       .whole_file = true,
                                       .options_json = {},
                                       .companions = companions_});
  if (!holds(answer)) return false;
  identity_ = answer->identity;
  if (identity_.provider_session_id.empty()) identity_.provider_session_id = "unknown";
  return true;
}

bool HostDecoding::open(const SavedDecoder* saved) {
  auto opened = provider_.open({.path = source_.path,
                                .identity = identity_,
                                .options_json = {},
                                .companions = companions_,
                                .state = saved == nullptr ? nullptr : &saved->state,
                                .read_back =
                                    [this](const HeldRecord& held) {
                                      return std::optional(std::string(
                                          bytes().substr(held.offset_bytes, held.length_bytes)));
                                    },
                                .held = saved == nullptr ? nullptr : &saved->held});
  if (!holds(opened)) return false;
  decoder_ = std::move(*opened);
  return true;
}

bool HostDecoding::step_over_line(uint64_t end) {
  const auto newline = bytes().find('\n', at_);
  const uint64_t next = newline == std::string_view::npos ? bytes().size() : newline + 1;
  if (next > end || next == at_) return false;
  at_ = next;
  return true;
}

bool HostDecoding::decode_up_to(uint64_t end, bool is_last) {
  uint64_t before = 0;
  do {
    before = at_;
    const std::string piece(padded_, at_, end - at_ + kReadPaddingBytes);
    const auto outcome = decoder_->decode({.bytes = std::string_view(piece).substr(0, end - at_),
                                           .base_offset_bytes = at_,
                                           .end_of_input = is_last,
                                           .final = is_last},
                                          listener_);
    if (!holds(outcome)) return false;
    at_ += outcome->consumed_bytes;
    if (outcome->verdict == DecodeVerdict::kQuarantine) return false;
    if (outcome->verdict == DecodeVerdict::kSkipRecord && !step_over_line(end)) return true;
  } while (at_ > before && at_ < end);
  return true;
}

bool HostDecoding::save_and_reopen() {
  const auto saved = decoder_->save();
  return holds(saved) && open(&*saved);
}

}  // namespace

std::string decode_through_host(const std::string& plugin, const SourceContent& source,
                                bool is_document) {
  HostDecoding decoding(loaded_provider(plugin), source);
  if (!decoding.probe() || !decoding.open(nullptr)) return decoding.problem();
  const uint64_t size = source.bytes.size();
  // A document is handed over whole each time.
  const bool goes_on =
      is_document || (decoding.decode_up_to(size / 2, false) && decoding.save_and_reopen());
  if (goes_on) static_cast<void>(decoding.decode_up_to(size, true));
  return decoding.problem();
}

}  // namespace kato::fuzz
