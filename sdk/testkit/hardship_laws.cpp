// What a provider must bear: damaged logs, states that are not its own, being interrupted.
#include <algorithm>
#include <kato/testkit/mutation.hpp>
#include <kato/testkit/provider_laws.hpp>

namespace kato::testkit {
namespace {

using Run = ProviderDriver::Run;

constexpr size_t kMaxCutsOfMutants = 200;
constexpr uint64_t kSplitOneMutantIn = 4;

void check_mutant(LawReport& report, const kato_provider_api& api, const ProviderLawInput& input,
                  uint64_t seed) {
  SourceContent damaged = input.source;
  damaged.bytes = mutate(input.source.bytes, seed);
  const ProviderDriver driver(api, damaged);
  static_cast<void>(driver.probe(damaged.bytes.size()));
  const auto whole = driver.run({});
  report.count(1);
  const auto when = "damaged by seed " + std::to_string(seed) + ": ";
  for (const auto& breach : whole.said->breaches())
    report.fail("totality", when + breach);
  if (whole.status != KATO_OK && whole.status != KATO_SKIP_RECORD &&
      whole.status != KATO_QUARANTINE_SOURCE) {
    report.fail("totality", when + "decode returned " + status_text(whole.status));
  }
  const double megabytes = static_cast<double>(damaged.bytes.size()) / 1e6;
  if (whole.cpu_seconds > 1 + megabytes * input.seconds_per_megabyte) {
    report.fail("totality", when + "it took " + std::to_string(whole.cpu_seconds) + " s");
  }
  if (seed % kSplitOneMutantIn != 0 || !whole.said->breaches().empty()) return;
  auto cuts = whole.said->boundaries();
  const size_t max_cuts = driver.is_document() ? 3 : kMaxCutsOfMutants;
  if (cuts.size() > max_cuts) cuts.resize(max_cuts);
  const auto split = driver.run({.cuts = cuts});
  report.count(1);
  const auto difference = whole.said->difference(*split.said);
  if (!difference.empty()) report.fail("split invariance", when + difference);
}

}  // namespace

void check_totality(LawReport& report, const kato_provider_api& api,
                    const ProviderLawInput& input) {
  for (size_t i = 0; i < input.mutants; ++i)
    check_mutant(report, api, input, input.seed * 1000003 + i);
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
    for (const auto& breach : other.said->breaches())
      report.fail("interruptions", when + ": " + breach);
    const auto difference = whole.said->difference(*other.said);
    if (!difference.empty()) report.fail("interruptions", when + ": " + difference);
  };
  for (const uint64_t question : {1U, 2U, 3U, 10U, 100U}) {
    compare(driver.run({.cuts = {}, .cancel_from = question}),
            "cancelled at the question " + std::to_string(question));
  }
  auto ends = whole.said->boundaries();
  const size_t max_cuts = driver.is_document() ? 3 : input.max_cuts;
  if (ends.size() > max_cuts) ends.resize(max_cuts);
  compare(driver.run({.cuts = ends, .read_back = ReadBackMode::kIsBusy}),
          "when bytes cannot be handed back at once");
  const auto gone = driver.run({.cuts = ends, .read_back = ReadBackMode::kIsGone});
  report.count(1);
  for (const auto& breach : gone.said->breaches())
    report.fail("interruptions", "when bytes cannot be handed back ever: " + breach);
}

}  // namespace kato::testkit
