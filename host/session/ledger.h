// The account of a source or a session: what became of each of its records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "host/base/error.h"

namespace kato {

enum class LedgerOutcome : uint8_t {
  kMapped,
  kInfo,
  kRaw,
  kIgnored,
  kMalformed,
  kOversize,    // above the limit of a record, not read
  kIncomplete,  // a last line without its end
  kLost,        // known to have been there, and gone
};

// "mapped" and so on.
[[nodiscard]] std::string_view outcome_name(LedgerOutcome outcome) noexcept;
[[nodiscard]] std::optional<LedgerOutcome> outcome_of_name(std::string_view name) noexcept;

struct LedgerRow {
  std::string type;
  LedgerOutcome outcome = LedgerOutcome::kRaw;
  std::string reason;
  uint64_t count = 0;
  uint64_t bytes = 0;
  bool operator==(const LedgerRow&) const = default;
};

// Its size is bounded whatever the log says: beyond kMaxRows different rows, records are counted
// under kOtherType by their outcome alone; names are cut at kMaxNameBytes.
class Ledger {
 public:
  static constexpr size_t kMaxRows = 256;
  static constexpr size_t kMaxNameBytes = 96;
  static constexpr std::string_view kOtherType = "(other)";

  void add(std::string_view type, LedgerOutcome outcome, std::string_view reason, uint64_t bytes,
           uint64_t count = 1);
  // A record that was consumed but not decided yet, and its decision, which is added besides.
  void hold(uint64_t bytes) noexcept;
  void release(uint64_t bytes) noexcept;
  // As it was saved.
  void restore_held(uint64_t count, uint64_t bytes) noexcept {
    held_count_ = count;
    held_bytes_ = bytes;
  }
  void merge(const Ledger& other);

  // In the order in which they were first met.
  [[nodiscard]] const std::vector<LedgerRow>& rows() const noexcept { return rows_; }
  [[nodiscard]] uint64_t held_count() const noexcept { return held_count_; }
  [[nodiscard]] uint64_t held_bytes() const noexcept { return held_bytes_; }
  // Of all rows and of what is held.
  [[nodiscard]] uint64_t accounted_bytes() const noexcept;

  bool operator==(const Ledger& other) const {
    return rows_ == other.rows_ && held_count_ == other.held_count_ &&
           held_bytes_ == other.held_bytes_;
  }

 private:
  LedgerRow& row(std::string_view type, LedgerOutcome outcome, std::string_view reason);

  std::vector<LedgerRow> rows_;
  std::vector<uint64_t> hashes_;  // of the rows' names, for finding them
  uint64_t held_count_ = 0;
  uint64_t held_bytes_ = 0;
};

// {"held":{"count":1,"bytes":2},"records":[{"type":…,"outcome":…,"reason":…,"count":…,"bytes":…}]}
void append_ledger_json(std::string& out, const Ledger& ledger);
// kInvalid: says what is wrong with it, after `where`.
[[nodiscard]] Result<Ledger> ledger_from_json(const nlohmann::json& json, const std::string& where);

}  // namespace kato
