#include <algorithm>
#include <kato/testkit/mutation.hpp>
#include <kato/testkit/provider_driver.hpp>
#include <kato/testkit/sink_laws.hpp>

namespace kato::testkit {
namespace {

using Run = SinkDriver::Run;

std::string place_of_difference(const std::string& one, const std::string& other) {
  const auto at = static_cast<size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
  const size_t from = at < 40 ? 0 : at - 40;
  return "from byte " + std::to_string(at) + ":\n      ..." + one.substr(from, 120) +
         "\n      against\n      ..." + other.substr(from, 120);
}

void compare(LawReport& report, std::string_view law, const Run& whole, const Run& other,
             const std::string& when) {
  report.count(1);
  for (const auto& breach : other.breaches) {
    report.fail("states", std::string(when).append(": ").append(breach));
  }
  if (other.status != whole.status) {
    report.fail(law,
                when + ": " + status_text(other.status) + " against " + status_text(whole.status));
  } else if (other.head != whole.head) {
    report.fail(law, when + ": the heads differ " + place_of_difference(whole.head, other.head));
  } else if (other.body != whole.body) {
    report.fail(law, when + ": the bytes differ " + place_of_difference(whole.body, other.body));
  }
}

// wants_json: the sink copies events' lines, and may copy those of unknown kinds.
void check_tolerance(LawReport& report, const SinkDriver& driver, const SinkLawInput& input,
                     bool wants_json) {
  const auto whole = driver.run(input.events, {});
  compare(report, "tolerance", whole, driver.run(input.events, {}, HostAge::kNewer),
          "with the structs of a newer host");
  SampleEvent unknown;
  unknown.kind = 99;
  unknown.event_id = std::string(32, 'f');
  unknown.text = "of a kind that nobody knows";
  unknown.canonical_json = R"({"kind":"unknown"})";
  auto events = input.events;
  for (size_t i = events.size() + 1; i-- > 0; i -= std::min<size_t>(i, 4)) {
    events.insert(events.begin() + static_cast<ptrdiff_t>(i), unknown);
  }
  auto tolerant = driver.run(events, {});
  if (wants_json && tolerant.status == KATO_OK) tolerant.body = whole.body;
  compare(report, "tolerance", whole, tolerant, "with events of an unknown kind");
}

void check_states(LawReport& report, const SinkDriver& driver, const SinkLawInput& input) {
  const auto whole = driver.run(input.events, {});
  const auto check = [&](std::string_view state, uint32_t version, std::string_view what) {
    report.count(1);
    const kato_status status = driver.open_with(state, version, input.events);
    if (status == KATO_OK || status == KATO_UNSUPPORTED || status == KATO_RETRY_LATER) return;
    report.fail("states", "open with " + std::string(what) + " returned " + status_text(status));
  };
  Seeded random(input.seed);
  check({}, whole.state_version, "an empty state");
  check(whole.state, whole.state_version + 1, "a state of another version");
  for (int i = 0; i < 16; ++i) {
    check(mutate(whole.state, random.next()), whole.state_version, "a damaged state");
  }
}

void check_heads(LawReport& report, const SinkDriver& driver, const SinkLawInput& input) {
  const auto whole = driver.run(input.events, {});
  const auto file = whole.head + whole.body;
  check_head(report, driver, file, "its own file");
  check_head(report, driver, {}, "an empty file");
  check_head(report, driver, "Notes of my own.\n", "somebody's notes");
  check_head(report, driver, "---\nid: x\ntags: [a]\n---\n\nText\n", "a note with front matter");
  check_head(report, driver, "---\nid: x\n", "a head without an end");
  for (uint64_t i = 0; i < 32; ++i) {
    check_head(report, driver, mutate(file, input.seed + i), "a file that was changed");
  }
}

}  // namespace

void check_splits(LawReport& report, const SinkDriver& driver, const SinkLawInput& input) {
  const auto whole = driver.run(input.events, {});
  compare(report, "determinism", whole, driver.run(input.events, {}), "a second time");
  if (whole.status != KATO_OK) report.fail("totality", "it returned " + status_text(whole.status));
  std::vector<size_t> each;
  each.reserve(input.events.size() + 1);
  for (size_t i = 0; i <= input.events.size(); ++i) {
    each.push_back(i);
  }
  compare(report, "split invariance", whole, driver.run(input.events, each), "one event at a time");
  Seeded random(input.seed);
  for (int i = 0; i < 8; ++i) {
    std::vector<size_t> cuts(5);
    std::ranges::generate(cuts, [&] { return random.below(input.events.size() + 1); });
    std::ranges::sort(cuts);
    compare(report, "split invariance", whole, driver.run(input.events, cuts), "cut at random");
  }
}

void check_head(LawReport& report, const SinkDriver& driver, const std::string& existing,
                const std::string& what) {
  report.count(1);
  const auto head = driver.refresh_head(existing);
  if (head.status != KATO_OK) return;
  if (head.replaced_bytes > existing.size()) {
    return report.fail("heads", "of " + what + " it replaces more than is there");
  }
  if (head.replaced_bytes == 0 && !head.bytes.empty()) {
    return report.fail("heads", "of " + what + " it replaces nothing but writes a head");
  }
  if (head.replaced_bytes == 0) return;
  const auto next = head.bytes + existing.substr(head.replaced_bytes);
  const auto again = driver.refresh_head(next);
  if (again.replaced_bytes != 0 && again.bytes + next.substr(again.replaced_bytes) != next) {
    report.fail("heads", "of " + what + " a refreshed head is refreshed to yet another one:\n" +
                             next.substr(0, 300) + "\n      then\n" + again.bytes.substr(0, 300));
  }
}

LawReport check_sink_laws(const kato_sink_api& api, const SinkLawInput& input) {
  LawReport report(input.name);
  const SinkDriver driver(api, input.recording);
  check_splits(report, driver, input);
  check_tolerance(report, driver, input, (api.flags & KATO_SINK_WANTS_JSON) != 0);
  check_states(report, driver, input);
  check_heads(report, driver, input);
  return report;
}

}  // namespace kato::testkit
