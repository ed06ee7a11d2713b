#include <algorithm>
#include <kato/testkit/law_report.hpp>

namespace kato::testkit {
namespace {

constexpr auto kMaxFailuresOfOneLaw = 3;

}  // namespace

void LawReport::fail(std::string_view law, std::string what) {
  ++failure_count_;
  const auto same = std::ranges::count(failures_, law, &LawFailure::law);
  if (same < kMaxFailuresOfOneLaw) failures_.push_back({std::string(law), std::move(what)});
}

void LawReport::merge(const LawReport& other) {
  runs_ += other.runs_;
  failure_count_ += other.failure_count_;
  for (const auto& failure : other.failures_) {
    failures_.push_back({failure.law, other.subject_ + ": " + failure.what});
  }
}

std::string LawReport::text() const {
  std::string text = subject_ + ": " + std::to_string(runs_) + " runs, ";
  if (ok()) return text + "all laws hold\n";
  text += std::to_string(failure_count_) + " failures\n";
  for (const auto& failure : failures_) {
    text += "  " + failure.law + ": " + failure.what + "\n";
  }
  if (failure_count_ > failures_.size()) {
    text += "  and " + std::to_string(failure_count_ - failures_.size()) + " more\n";
  }
  return text;
}

}  // namespace kato::testkit
