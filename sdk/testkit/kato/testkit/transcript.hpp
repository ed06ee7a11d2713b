// All that a provider says of a source, kept, and checked as it comes.
#pragma once

#include <cstdint>
#include <kato/provider.h>
#include <map>
#include <string>
#include <vector>

namespace kato::testkit {

struct HeardDraft {
  int32_t kind = 0;
  uint32_t flags = 0;
  uint32_t emit_index = 0;
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;
  std::string record_key;
  std::string part_key;
  uint64_t content_hash = 0;
  std::string said;   // kind and payload in a line; long texts by beginning, size and hash
  std::string marks;  // all the rest in a line, but where it lies

  bool operator==(const HeardDraft&) const = default;
  [[nodiscard]] std::string text() const;
};

struct HeardRecord {
  int32_t outcome = 0;
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;
  std::string type;
  std::string reason;
  std::string key;
  uint64_t repaired_count = 0;

  bool operator==(const HeardRecord&) const = default;
  [[nodiscard]] std::string text() const;
};

struct HeardFacts {
  size_t record = 0;  // the how-manieth said them
  std::string project_directory;
  std::string client_version;
};

// "assistant.message"; "kind 57" for others.
[[nodiscard]] std::string kind_text(int32_t kind);
[[nodiscard]] std::string outcome_text(int32_t outcome);
[[nodiscard]] std::string status_text(kato_status status);

// One line that says everything of the draft but its payload and where its record lies.
[[nodiscard]] std::string marks_text(const kato_draft& draft);
// One line that says everything of its payload.
[[nodiscard]] std::string payload_text(const kato_payload& payload);

// Texts of drafts that a state must not contain.
using PrivateTexts = std::vector<std::string>;

class Transcript {
 public:
  Transcript();
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;
  Transcript(Transcript&&) = delete;
  Transcript& operator=(Transcript&&) = delete;
  ~Transcript() = default;

  [[nodiscard]] const kato_emitter* emitter() const noexcept { return &emitter_; }

  // Borrowed: what was said of the document before. The host knows it, so that records may be said
  // to be unchanged; they are heard as if they had been said in full.
  void go_on_from(const Transcript* last) noexcept { last_ = last; }

  // Around each call of decode: where it begins, how much it was given; what it consumed.
  void begin_call(uint64_t base_offset_bytes, uint64_t size_bytes);
  void end_call(uint64_t consumed_bytes);
  // The host steps over a record that the plugin could not handle.
  void skip(uint64_t offset_bytes, uint64_t length_bytes);
  // What is said against the contract.
  void breach(std::string what);
  // What a log without damage should not lead to.
  void slip(std::string what);

  // Throws away what was said after `mark` (for a call that does not count).
  struct Mark {
    size_t drafts = 0;
    size_t records = 0;
    uint64_t next = 0;
    std::map<uint64_t, uint64_t> held;
  };
  [[nodiscard]] Mark mark() const;
  void rewind(const Mark& mark);

  [[nodiscard]] const std::vector<HeardDraft>& drafts() const noexcept { return drafts_; }
  [[nodiscard]] const std::vector<HeardRecord>& records() const noexcept { return records_; }
  [[nodiscard]] const std::vector<std::string>& breaches() const noexcept { return breaches_; }
  [[nodiscard]] const std::vector<std::string>& slips() const noexcept { return slips_; }
  [[nodiscard]] const PrivateTexts& private_texts() const noexcept { return private_texts_; }
  // Records consumed and not decided: offset to length.
  [[nodiscard]] const std::map<uint64_t, uint64_t>& held() const noexcept { return held_; }
  [[nodiscard]] uint64_t consumed_bytes() const noexcept { return next_; }
  // Offsets behind each record, in order: where the source may be cut.
  [[nodiscard]] std::vector<uint64_t> boundaries() const;

  // "" if both say the same; else where they begin to differ.
  [[nodiscard]] std::string difference(const Transcript& other) const;

 private:
  static void draft(void* context, const kato_draft* draft);
  static void record(void* context, const kato_record* record);
  static void facts(void* context, const kato_session_facts* facts);
  void hear(const kato_draft& draft, const kato_payload& payload);
  void hear(const kato_record& record);
  void hear_unchanged(const kato_record& record);
  void take(HeardRecord heard);
  void check_place(const HeardDraft& draft);

  [[nodiscard]] HeardFacts all_facts() const;

  kato_emitter emitter_{};
  const Transcript* last_ = nullptr;
  std::vector<HeardDraft> drafts_;
  std::vector<HeardRecord> records_;
  std::vector<HeardFacts> facts_;
  std::vector<std::string> breaches_;
  std::vector<std::string> slips_;
  PrivateTexts private_texts_;
  std::map<uint64_t, uint64_t> held_;
  std::map<uint64_t, uint64_t> decided_;  // in this call: held before
  uint64_t base_ = 0;
  uint64_t end_ = 0;
  uint64_t next_ = 0;  // where the next record must begin
  uint64_t last_draft_end_ = 0;
};

}  // namespace kato::testkit
