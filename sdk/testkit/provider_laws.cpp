#include <algorithm>
#include <kato/testkit/drift_law.hpp>
#include <kato/testkit/mutation.hpp>
#include <kato/testkit/provider_laws.hpp>
#include <map>
#include <set>
#include <utility>

namespace kato::testkit {
namespace {

using Run = ProviderDriver::Run;

constexpr size_t kMaxCutsWithin = 500;
constexpr size_t kMaxCutsOfDocuments = 20;

void report_breaches(LawReport& report, const Run& run, const std::string& when) {
  report.count(1);
  for (const auto& breach : run.said->breaches()) {
    report.fail("full account", std::string(when).append(": ").append(breach));
  }
}

// What the drafts of one record were.
struct Given {
  bool mapped = false;
  bool info = false;
  bool raw = false;
};

std::string misfit(int32_t outcome, const Given& given) {
  const bool any = given.mapped || given.info || given.raw;
  switch (outcome) {
    case KATO_RECORD_MAPPED:
      return given.mapped ? "" : "mapped, but gave no draft beside info and raw";
    case KATO_RECORD_INFO:
      return given.info && !given.mapped && !given.raw ? "" : "info, but gave something else";
    case KATO_RECORD_RAW:
      return given.raw ? "" : "raw, but gave no provider.raw";
    case KATO_RECORD_IGNORED:
      return any ? "ignored, but gave a draft" : "";
    case KATO_RECORD_HELD:
      return any ? "held to the end, but gave a draft" : "";
    default:
      return {};
  }
}

void check_keys(LawReport& report, const Transcript& said) {
  std::map<std::pair<std::string, std::string>, const HeardDraft*> seen;
  std::set<std::pair<uint64_t, uint32_t>> emitted;
  for (const auto& draft : said.drafts()) {
    if (!emitted.emplace(draft.offset_bytes, draft.emit_index).second) {
      report.fail("keys", "an emit index comes twice in a record: " + draft.text());
    }
    const auto [at, is_new] = seen.emplace(std::pair(draft.record_key, draft.part_key), &draft);
    const bool may_differ = (draft.flags & (KATO_DRAFT_REVISABLE | KATO_DRAFT_RELISTED)) != 0;
    if (is_new || may_differ || at->second->content_hash == draft.content_hash) continue;
    report.fail("keys",
                "two drafts of one key differ, and the later one would be dropped:\n      " +
                    at->second->text() + "\n      " + draft.text());
  }
}

void compare(LawReport& report, std::string_view law, const Run& whole, const Run& other,
             const std::string& when) {
  report_breaches(report, other, when);
  const auto difference = whole.said->difference(*other.said);
  if (!difference.empty()) report.fail(law, when + ": " + difference);
}

// At most `max` of the cuts, in order.
std::vector<uint64_t> some_of(std::vector<uint64_t> cuts, size_t max, Seeded& random) {
  while (cuts.size() > max) {
    const size_t keep_one_in = cuts.size() / max + 1;
    std::erase_if(cuts, [&](uint64_t) { return !random.one_in(keep_one_in); });
    if (keep_one_in == 1) break;
  }
  return cuts;
}

std::vector<uint64_t> random_cuts(uint64_t size, size_t count, Seeded& random) {
  std::set<uint64_t> cuts;
  for (size_t i = 0; i < count; ++i) {
    cuts.insert(random.below(size));
  }
  return {cuts.begin(), cuts.end()};
}

}  // namespace

void check_outcomes(LawReport& report, const Transcript& said) {
  std::map<uint64_t, Given> given;
  for (const auto& draft : said.drafts()) {
    auto& entry = given[draft.offset_bytes];
    const bool is_raw = draft.kind == KATO_PROVIDER_RAW || draft.kind > KATO_PROVIDER_RAW;
    entry.raw = entry.raw || is_raw;
    entry.info = entry.info || draft.kind == KATO_PROVIDER_INFO;
    entry.mapped = entry.mapped || (!is_raw && draft.kind != KATO_PROVIDER_INFO);
  }
  std::map<uint64_t, const HeardRecord*> last_word;
  for (const auto& record : said.records()) {
    last_word[record.offset_bytes] = &record;
  }
  for (const auto& [offset, record] : last_word) {
    const auto found = given.find(offset);
    const auto what = misfit(record->outcome, found == given.end() ? Given{} : found->second);
    if (!what.empty()) report.fail("outcomes", "a record is " + what + ": " + record->text());
  }
}

void check_account(LawReport& report, const kato_provider_api& api, const ProviderLawInput& input) {
  const ProviderDriver driver(api, input.source);
  const auto run = driver.run({});
  report_breaches(report, run, "whole");
  if (run.status != KATO_OK) report.fail("totality", "decode returned " + status_text(run.status));
  for (const auto& slip : run.said->slips()) {
    report.fail("fields", slip);
  }
  check_outcomes(report, *run.said);
  if (!input.ids_may_repeat) check_keys(report, *run.said);
  const double megabytes = static_cast<double>(input.source.bytes.size()) / 1e6;
  if (run.cpu_seconds > 1 + megabytes * input.seconds_per_megabyte) {
    report.fail("totality", "it took " + std::to_string(run.cpu_seconds) + " s for " +
                                std::to_string(megabytes) + " MB");
  }
}

void check_split_invariance(LawReport& report, const kato_provider_api& api,
                            const ProviderLawInput& input) {
  const ProviderDriver driver(api, input.source);
  const auto whole = driver.run({});
  report_breaches(report, whole, "whole");
  compare(report, "determinism", whole, driver.run({}), "a second time");
  Seeded random(input.seed);
  // A document is decoded from its beginning at each cut.
  const size_t max_cuts =
      driver.is_document() ? std::min(input.max_cuts, kMaxCutsOfDocuments) : input.max_cuts;
  const auto ends = some_of(whole.said->boundaries(), max_cuts, random);
  compare(report, "split invariance", whole, driver.run({.cuts = ends}),
          "with save and open after each record");
  const uint64_t size = input.source.bytes.size();
  const auto within = random_cuts(size, std::min(max_cuts, kMaxCutsWithin), random);
  compare(report, "split invariance", whole, driver.run({.cuts = within, .reopen = false}),
          "handed over in pieces that end anywhere");
  const auto few = random_cuts(size, 7, random);
  compare(report, "split invariance", whole, driver.run({.cuts = few}),
          "with save and open at a few places");
}

void check_probe(LawReport& report, const kato_provider_api& api, const ProviderLawInput& input) {
  const ProviderDriver driver(api, input.source);
  const uint64_t size = input.source.bytes.size();
  const auto note = [&](const ProbeOutcome& outcome, uint64_t head) {
    report.count(1);
    const auto when = "with the first " + std::to_string(head) + " bytes: ";
    for (const auto& breach : outcome.breaches) {
      report.fail("probe", when + breach);
    }
    if (outcome.status != KATO_OK && outcome.status != KATO_RETRY_LATER) {
      report.fail("probe", when + status_text(outcome.status));
    }
  };
  for (uint64_t head = 0; head < size; head = head * 2 + 64) {
    note(driver.probe(head), head);
  }
  const auto whole = driver.probe(size);
  note(whole, size);
  const auto again = driver.probe(size);
  if (whole.text != again.text || whole.verdict != again.verdict) {
    report.fail("determinism", "probe: " + whole.text + " against " + again.text);
  }
}

LawReport check_provider_laws(const kato_provider_api& api, const ProviderLawInput& input) {
  LawReport report(input.name);
  check_probe(report, api, input);
  check_account(report, api, input);
  if (!report.ok()) return report;  // the others would say the same in many words
  check_split_invariance(report, api, input);
  check_rewritings(report, api, input);
  check_interruptions(report, api, input);
  check_foreign_states(report, api, input);
  check_totality(report, api, input);
  check_drift(report, api, input);
  return report;
}

}  // namespace kato::testkit
