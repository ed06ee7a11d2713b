#include "host/session/ledger.h"

#include <algorithm>
#include <array>
#include <utility>

#include "host/base/hash.h"
#include "host/base/utf8.h"
#include "host/event/json_text.h"
#include "host/session/json_fields.h"

namespace kato {
namespace {

constexpr std::array<std::pair<LedgerOutcome, std::string_view>, 8> kOutcomeNames{{
    {LedgerOutcome::kMapped, "mapped"},
    {LedgerOutcome::kInfo, "info"},
    {LedgerOutcome::kRaw, "raw"},
    {LedgerOutcome::kIgnored, "ignored"},
    {LedgerOutcome::kMalformed, "malformed"},
    {LedgerOutcome::kOversize, "oversize"},
    {LedgerOutcome::kIncomplete, "incomplete"},
    {LedgerOutcome::kLost, "lost"},
}};

uint64_t name_hash(std::string_view type, LedgerOutcome outcome, std::string_view reason) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15U;
  const uint64_t reason_hash = reason.empty() ? 0 : hash64(reason) * kOdd;
  return hash64(type) ^ reason_hash ^ (static_cast<uint64_t>(outcome) + 1) * kOdd;
}

void read_row(JsonFields& fields, Ledger& ledger) {
  LedgerRow row;
  fields.text("type", row.type, Need::kMust);
  fields.one_of("outcome", row.outcome, outcome_of_name, Need::kMust);
  fields.text("reason", row.reason);
  fields.number("count", row.count, Need::kMust);
  fields.number("bytes", row.bytes, Need::kMust);
  ledger.add(row.type, row.outcome, row.reason, row.bytes, row.count);
}

}  // namespace

std::string_view outcome_name(LedgerOutcome outcome) noexcept {
  const auto* const found =
      std::ranges::find(kOutcomeNames, outcome, &std::pair<LedgerOutcome, std::string_view>::first);
  return found == kOutcomeNames.end() ? "raw" : found->second;
}

std::optional<LedgerOutcome> outcome_of_name(std::string_view name) noexcept {
  for (const auto& [outcome, known] : kOutcomeNames) {
    if (known == name) return outcome;
  }
  return std::nullopt;
}

LedgerRow& Ledger::row(std::string_view type, LedgerOutcome outcome, std::string_view reason) {
  const uint64_t hash = name_hash(type, outcome, reason);
  for (size_t i = 0; i < hashes_.size(); ++i) {
    if (hashes_[i] != hash) continue;
    auto& found = rows_[i];
    if (found.type == type && found.outcome == outcome && found.reason == reason) return found;
  }
  if (rows_.size() >= kMaxRows && type != kOtherType) return row(kOtherType, outcome, {});
  hashes_.push_back(hash);
  return rows_.emplace_back(
      LedgerRow{.type = std::string(type), .outcome = outcome, .reason = std::string(reason)});
}

void Ledger::add(std::string_view type, LedgerOutcome outcome, std::string_view reason,
                 uint64_t bytes, uint64_t count) {
  auto& found = row(utf8_prefix(type, kMaxNameBytes), outcome, utf8_prefix(reason, kMaxNameBytes));
  found.count += count;
  found.bytes += bytes;
}

void Ledger::hold(uint64_t bytes) noexcept {
  ++held_count_;
  held_bytes_ += bytes;
}

void Ledger::release(uint64_t bytes) noexcept {
  held_count_ -= std::min<uint64_t>(held_count_, 1);
  held_bytes_ -= std::min(held_bytes_, bytes);
}

void Ledger::merge(const Ledger& other) {
  for (const auto& row : other.rows_) {
    add(row.type, row.outcome, row.reason, row.bytes, row.count);
  }
  held_count_ += other.held_count_;
  held_bytes_ += other.held_bytes_;
}

uint64_t Ledger::accounted_bytes() const noexcept {
  uint64_t sum = held_bytes_;
  for (const auto& row : rows_) {
    sum += row.bytes;
  }
  return sum;
}

void append_ledger_json(std::string& out, const Ledger& ledger) {
  JsonObject whole(out);
  if (ledger.held_count() > 0) {
    whole.key("held");
    JsonObject held(out);
    held.number("count", ledger.held_count());
    held.number("bytes", ledger.held_bytes());
  }
  whole.key("records");
  append_json_array(out, ledger.rows(), [&](const LedgerRow& row) {
    JsonObject object(out);
    object.text("type", row.type);
    object.text("outcome", outcome_name(row.outcome));
    if (!row.reason.empty()) object.text("reason", row.reason);
    object.number("count", row.count);
    object.number("bytes", row.bytes);
  });
}

Result<Ledger> ledger_from_json(const nlohmann::json& json, const std::string& where) {
  Ledger ledger;
  JsonFields fields(json, where);
  fields.object("held", [&](JsonFields& held) {
    uint64_t count = 0;
    uint64_t bytes = 0;
    held.number("count", count, Need::kMust);
    held.number("bytes", bytes, Need::kMust);
    ledger.restore_held(count, bytes);
  });
  fields.each("records", [&](JsonFields& row) { read_row(row, ledger); });
  if (auto done = fields.finish(); !done) return forward(done);
  return ledger;
}

}  // namespace kato
