// What came of checking a plugin's laws.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kato::testkit {

struct LawFailure {
  std::string law;   // "split invariance"
  std::string what;  // what was done, what should have come of it, what did
};

// Collects; reads like a sentence: see text().
class LawReport {
 public:
  // subject: what was checked, "claude on fixtures/plain/input.jsonl".
  explicit LawReport(std::string subject) : subject_(std::move(subject)) {}

  void fail(std::string_view law, std::string what);
  void count(uint64_t runs) { runs_ += runs; }
  void merge(const LawReport& other);

  [[nodiscard]] bool ok() const noexcept { return failure_count_ == 0; }
  // The first ones of each law.
  [[nodiscard]] const std::vector<LawFailure>& failures() const noexcept { return failures_; }
  [[nodiscard]] uint64_t failure_count() const noexcept { return failure_count_; }
  // How often the plugin was run over an input.
  [[nodiscard]] uint64_t runs() const noexcept { return runs_; }
  // For people: one line if all is well, else one paragraph a failure.
  [[nodiscard]] std::string text() const;

 private:
  std::string subject_;
  std::vector<LawFailure> failures_;
  uint64_t failure_count_ = 0;
  uint64_t runs_ = 0;
};

}  // namespace kato::testkit
