// What a provider must bear: damaged logs, states that are not its own, being interrupted.
#include <algorithm>
#include <kato/testkit/mutation.hpp>
#include <kato/testkit/provider_laws.hpp>

namespace kato::testkit {
namespace {

using Run = ProviderDriver::Run;

constexpr size_t kMaxCutsOfMutants = 200;
constexpr size_t kMaxCutsOfDocuments = 3;
constexpr uint64_t kSplitOneMutantIn = 4;

void check_mutant(LawReport& report, const kato_provider_api& api, const ProviderLawInput& input,
                  uint64_t seed) {
  ProviderLawInput damaged = input;
  damaged.source.bytes = mutate(input.source.bytes, seed);
  damaged.max_cuts = seed % kSplitOneMutantIn == 0 ? kMaxCutsOfMutants : 0;
  LawReport of_mutant("damaged by seed " + std::to_string(seed));
  check_any_bytes(of_mutant, api, damaged);
  report.merge(of_mutant);
}

}  // namespace

void check_any_bytes(LawReport& report, const kato_provider_api& api,
                     const ProviderLawInput& input) {
  const ProviderDriver driver(api, input.source);
  static_cast<void>(driver.probe(input.source.bytes.size()));
  const auto whole = driver.run({});
  report.count(1);
  for (const auto& breach : whole.said->breaches()) {
    report.fail("totality", breach);
  }
  if (whole.status != KATO_OK && whole.status != KATO_SKIP_RECORD &&
      whole.status != KATO_QUARANTINE_SOURCE) {
    report.fail("totality", "decode returned " + status_text(whole.status));
  }
  const double megabytes = static_cast<double>(input.source.bytes.size()) / 1e6;
  if (whole.cpu_seconds > 1 + megabytes * input.seconds_per_megabyte) {
    report.fail("totality", "it took " + std::to_string(whole.cpu_seconds) + " s");
  }
  check_outcomes(report, *whole.said);
  if (input.max_cuts == 0 || !report.ok()) return;
  auto cuts = whole.said->boundaries();
  const size_t max_cuts =
      driver.is_document() ? std::min(input.max_cuts, kMaxCutsOfDocuments) : input.max_cuts;
  if (cuts.size() > max_cuts) cuts.resize(max_cuts);
  const auto split = driver.run({.cuts = cuts});
  report.count(1);
  for (const auto& breach : split.said->breaches()) {
    report.fail("split invariance", breach);
  }
  if (split.status != whole.status) {
    report.fail("split invariance", "decode returned " + status_text(split.status) +
                                        " in place of " + status_text(whole.status));
  }
  const auto difference = whole.said->difference(*split.said);
  if (!difference.empty()) report.fail("split invariance", difference);
}

void check_totality(LawReport& report, const kato_provider_api& api,
                    const ProviderLawInput& input) {
  for (size_t i = 0; i < input.mutants; ++i) {
    check_mutant(report, api, input, input.seed * 1000003 + i);
  }
}

void check_foreign_states(LawReport& report, const kato_provider_api& api,
                          const ProviderLawInput& input) {
  const ProviderDriver driver(api, input.source);
  Run run = driver.run({});
  const std::string own = run.state;
  const auto version = static_cast<uint32_t>(run.state_version);
  Seeded random(input.seed);
  const auto check = [&](std::string_view state, uint32_t as_version, std::string_view what) {
    report.count(1);
    const kato_status status = driver.open_with(state, as_version);
    if (status == KATO_OK || status == KATO_UNSUPPORTED || status == KATO_RETRY_LATER) return;
    report.fail("states", "open with " + std::string(what) + " returned " + status_text(status));
  };
  check({}, version, "an empty state");
  check(own, version + 1, "a state of another version");
  check(std::string(1000, '\xff'), version, "1000 bytes 0xff");
  for (int i = 0; i < 16; ++i) {
    check(std::string_view(own).substr(0, random.below(own.size())), version, "a cut state");
    check(mutate(own, random.next()), version, "a damaged state");
  }
}

void check_interruptions(LawReport& report, const kato_provider_api& api,
                         const ProviderLawInput& input) {
  const ProviderDriver driver(api, input.source);
  const auto whole = driver.run({});
  const auto compare = [&](const Run& other, const std::string& when) {
    report.count(1);
    for (const auto& breach : other.said->breaches()) {
      report.fail("interruptions", std::string(when).append(": ").append(breach));
    }
    const auto difference = whole.said->difference(*other.said);
    if (!difference.empty()) report.fail("interruptions", when + ": " + difference);
  };
  for (const uint64_t question : {1U, 2U, 3U, 10U, 100U}) {
    compare(driver.run({.cuts = {}, .cancel_from = question}),
            "cancelled at the question " + std::to_string(question));
  }
  auto ends = whole.said->boundaries();
  const size_t max_cuts = driver.is_document() ? kMaxCutsOfDocuments : input.max_cuts;
  if (ends.size() > max_cuts) ends.resize(max_cuts);
  compare(driver.run({.cuts = ends, .read_back = ReadBackMode::kIsBusy}),
          "when bytes cannot be handed back at once");
  const auto gone = driver.run({.cuts = ends, .read_back = ReadBackMode::kIsGone});
  report.count(1);
  for (const auto& breach : gone.said->breaches()) {
    report.fail("interruptions", "when bytes cannot be handed back ever: " + breach);
  }
}

}  // namespace kato::testkit
