// The laws of providers (kato/provider.h), checked. A plugin's test names its fixtures, calls this
// and prints the report.
#pragma once

#include <kato/provider.h>
#include <string>

#include "law_report.hpp"
#include "provider_driver.hpp"

namespace kato::testkit {

struct ProviderLawInput {
  std::string name;  // for the report
  SourceContent source;
  uint64_t seed = 1;
  // A log with more records than this is cut at as many of their ends, chosen by the seed.
  size_t max_cuts = 2000;
  // Damaged copies that are decoded too.
  size_t mutants = 100;
  // Histories of a document, each a few rewritings long.
  size_t rewritings = 30;
  // Copies with one record changed as a newer client might (drift_law.hpp).
  size_t drifts = 0;
  // The log was edited by hand: several records may have one id, so keys are not checked.
  bool ids_may_repeat = false;
  // CPU seconds that a run may take: one, and this much for each megabyte.
  double seconds_per_megabyte = 2.0;
};

// - full account: each consumed byte belongs to one reported record, in order; a finished source is
//   consumed whole; outcomes fit the drafts; drafts have the fields of their
//   kind; keys are there and bounded; what comes under one key
//   twice says the same, unless it may be revised;
// - determinism: two runs say the same;
// - split invariance: cut at the ends of its records, with save and open in between, and within
//   them, it says the same; a state is at most 1 MiB and holds no text of the conversation;
// - rewritings: of a document that an instance has taken before, as it was then, it says what one
//   says that sees it for the first time; what it leaves out as unchanged is unchanged;
// - totality: damaged logs, and states that are not its own, give an outcome, in linear time;
// - cancellation, and bytes that cannot be handed back, now or ever: nothing is lost or doubled;
// - probe: the same answer to the same bytes, and an answer to the whole file.
[[nodiscard]] LawReport check_provider_laws(const kato_provider_api& api,
                                            const ProviderLawInput& input);

// The same of bytes that need not be a log at all: totality, full account, outcomes that fit the
// drafts, and split invariance unless max_cuts is 0.
void check_any_bytes(LawReport& report, const kato_provider_api& api,
                     const ProviderLawInput& input);

// The parts of it, for tests that want one alone.
void check_outcomes(LawReport& report, const Transcript& said);
void check_account(LawReport& report, const kato_provider_api& api, const ProviderLawInput& input);
void check_split_invariance(LawReport& report, const kato_provider_api& api,
                            const ProviderLawInput& input);
void check_probe(LawReport& report, const kato_provider_api& api, const ProviderLawInput& input);
void check_totality(LawReport& report, const kato_provider_api& api, const ProviderLawInput& input);
void check_foreign_states(LawReport& report, const kato_provider_api& api,
                          const ProviderLawInput& input);
void check_rewritings(LawReport& report, const kato_provider_api& api,
                      const ProviderLawInput& input);
void check_interruptions(LawReport& report, const kato_provider_api& api,
                         const ProviderLawInput& input);

}  // namespace kato::testkit
