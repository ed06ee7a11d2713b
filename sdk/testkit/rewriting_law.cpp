// Documents are rewritten whole: what they were before must not show in what is said of them.
#include <algorithm>
#include <kato/testkit/mutation.hpp>
#include <kato/testkit/provider_laws.hpp>

namespace kato::testkit {
namespace {

using Run = ProviderDriver::Run;

constexpr uint64_t kMostDocumentsBefore = 4;

enum class Rewriting { kShorter, kItemsLeftOut, kItemDoubled, kCharacterChanged, kDamaged, kCount };

bool is_word_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The ends of a document's records: head, items, tail.
class EarlierDocuments {
 public:
  EarlierDocuments(std::string_view bytes, std::vector<uint64_t> ends, Seeded& random)
      : bytes_(bytes), ends_(std::move(ends)), random_(random) {}

  std::string next() {
    const auto how =
        static_cast<Rewriting>(random_.below(static_cast<uint64_t>(Rewriting::kCount)));
    if (how == Rewriting::kDamaged) return mutate(bytes_, random_.next());
    if (how == Rewriting::kCharacterChanged || ends_.size() < 3) return with_another_character();
    const size_t items = ends_.size() - 2;
    const size_t first = random_.below(items);
    if (how == Rewriting::kItemDoubled) return with_doubled(first);
    return without(first,
                   how == Rewriting::kShorter ? items : first + random_.below(items - first));
  }

 private:
  [[nodiscard]] std::string_view between(uint64_t begin, uint64_t end) const {
    return bytes_.substr(begin, end - begin);
  }
  [[nodiscard]] std::string without(size_t first, size_t behind) const {
    auto front = between(0, ends_[first]);
    const bool has_items_behind = behind + 2 < ends_.size();
    if (!has_items_behind) {
      const auto last = front.find_last_not_of(" \t\r\n");
      if (last != std::string_view::npos && front[last] == ',') front = front.substr(0, last);
    }
    return std::string(front).append(bytes_.substr(ends_[behind]));
  }
  [[nodiscard]] std::string with_doubled(size_t item) const {
    const auto again = between(ends_[item], ends_[item + 1]);
    const bool is_last = item + 3 == ends_.size();
    return std::string(between(0, ends_[item + 1]))
        .append(is_last ? "," : "")
        .append(again)
        .append(bytes_.substr(ends_[item + 1]));
  }
  std::string with_another_character() {
    std::string other(bytes_);
    const size_t from = random_.below(other.size());
    const auto at =
        std::find_if(other.begin() + static_cast<ptrdiff_t>(from), other.end(), is_word_character);
    if (at != other.end()) *at = *at == '7' ? '8' : '7';
    return other;
  }

  std::string_view bytes_;
  std::vector<uint64_t> ends_;
  Seeded& random_;
};

}  // namespace

void check_rewritings(LawReport& report, const kato_provider_api& api,
                      const ProviderLawInput& input) {
  const ProviderDriver driver(api, input.source);
  if (!driver.is_document() || input.source.bytes.empty()) return;
  const auto whole = driver.run({});
  Seeded random(input.seed);
  EarlierDocuments documents(input.source.bytes, whole.said->boundaries(), random);
  for (size_t history = 0; history < input.rewritings; ++history) {
    Cutting cutting;
    for (uint64_t left = 1 + random.below(kMostDocumentsBefore); left > 0; --left) {
      cutting.earlier.push_back(documents.next());
    }
    if (random.one_in(2)) cutting.earlier.push_back(input.source.bytes);
    if (random.one_in(4)) cutting.cancel_from = 1 + random.below(8);
    for (const bool knows_last : {false, true}) {
      cutting.knows_last = knows_last;
      const auto rewritten = driver.run(cutting);
      report.count(1);
      const std::string when = "rewriting " + std::to_string(history) +
                               (knows_last ? ", its last words being known" : "") + ": ";
      for (const auto& breach : rewritten.said->breaches()) {
        report.fail("rewritings", when + breach);
      }
      const auto difference = whole.said->difference(*rewritten.said);
      if (!difference.empty()) report.fail("rewritings", when + difference);
    }
  }
}

}  // namespace kato::testkit
