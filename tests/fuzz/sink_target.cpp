// A render sink through the boundary. Input: options, title, a state, the first bytes of a file in
// which a recording begins, events; divided by kGroupEnd.
#include <kato/testkit/fake_host.hpp>
#include <kato/testkit/plugin_file.hpp>
#include <kato/testkit/sink_laws.hpp>
#include <kato/testkit/transcript.hpp>

#include <nlohmann/json.hpp>

#include "tests/fuzz/event_bytes.h"
#include "tests/fuzz/sections.h"
#include "tests/fuzz/target.h"
#include "tests/support/places.h"

namespace kato::fuzz {
namespace {

using namespace kato::testkit;

constexpr size_t kMostNameBytes = 200;
constexpr size_t kMostStateBytes = size_t{4} << 10U;

const kato_plugin_descriptor& plugin() {
  static const auto kLoaded =
      load_plugin_file(test::binary_dir() + "/lib/kato/plugins/" KATO_PLUGIN ".so");
  if (kLoaded.descriptor == nullptr) finding(kLoaded.error);
  return *kLoaded.descriptor;
}

// Options that the sink's schema allows: a switch for each one that is a boolean, and names. The
// host hands over no others.
std::string options_of(std::string_view bytes) {
  if (plugin().options_schema.size == 0 || bytes.empty()) return {};
  static const auto kSchema = nlohmann::json::parse(
      std::string_view(plugin().options_schema.data, plugin().options_schema.size));
  auto switches = static_cast<uint32_t>(FakeHost::hash_of(take_section(bytes, kUnitEnd)));
  auto options = nlohmann::json::object();
  for (const auto& [name, property] : kSchema.at("properties").items()) {
    const auto type = property.value("type", "");
    const bool is_on = (switches & 1U) != 0;
    switches >>= 1U;
    if (type == "boolean") {
      options[name] = is_on;
    } else if (type == "integer" && is_on) {
      options[name] = FakeHost::hash_of(bytes) % 50;
    } else if (type == "array" && is_on) {
      const auto text = utf8_of(take_section(bytes, kUnitEnd)).substr(0, kMostNameBytes);
      if (!utf8_of(text).empty()) options[name] = {utf8_of(text)};
    }
  }
  return options.dump();
}

SinkLawInput law_input_of(std::string_view& input) {
  SinkLawInput law_input;
  law_input.name = KATO_PLUGIN;
  law_input.seed = FakeHost::hash_of(input);
  law_input.recording.options_json = options_of(take_section(input, kGroupEnd));
  law_input.recording.title = utf8_of(take_section(input, kGroupEnd));
  return law_input;
}

}  // namespace

void try_input(std::string_view input) {
  auto law_input = law_input_of(input);
  const auto state = take_section(input, kGroupEnd).substr(0, kMostStateBytes);
  const std::string existing(take_section(input, kGroupEnd));
  law_input.events = events_of(input);
  const SinkDriver driver(*plugin().sink, law_input.recording);
  LawReport report(KATO_PLUGIN);
  check_splits(report, driver, law_input);
  check_head(report, driver, existing, "any file");
  for (const uint32_t version : {1U, 2U}) {
    const kato_status status = driver.open_with(state, version, law_input.events);
    if (status == KATO_OK || status == KATO_UNSUPPORTED || status == KATO_RETRY_LATER) continue;
    report.fail("states", "open with any state returned " + status_text(status));
  }
  if (!report.ok()) finding(report.text());
}

std::vector<std::string> seeds() {
  constexpr size_t kEvents = 12;
  constexpr std::string_view kHead = "---\nid: x\ntags: [a, 'b c']\n---\n\nText\n";
  std::vector<std::string> seeds;
  for (uint64_t i = 1; i <= 40; ++i) {
    const auto events = sample_events(i, kEvents);
    const RecordingContent recording;
    const auto run = SinkDriver(*plugin().sink, recording).run(events, {});
    const auto existing = i % 2 == 0 ? run.head + run.body.substr(0, 400) : std::string(kHead);
    seeds.push_back(std::to_string(i) + kUnitEnd + "a tag" + kGroupEnd + "A title" + kGroupEnd +
                    run.state + kGroupEnd + existing + kGroupEnd + bytes_of(events));
  }
  return seeds;
}

}  // namespace kato::fuzz
