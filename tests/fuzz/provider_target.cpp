// A provider through the boundary: by the drivers that know its laws, and by the host's own handle.
// Input: the source's path below its root, its companions in the pattern's order, the log; divided
// by kRecordEnd. An empty companion is not there.
#include <algorithm>
#include <kato/testkit/plugin_file.hpp>
#include <kato/testkit/provider_laws.hpp>
#include <kato/testkit/source_folder.hpp>
#include <kato/testkit/source_patterns.hpp>

#include "tests/fuzz/host_decoding.h"
#include "tests/fuzz/sections.h"
#include "tests/fuzz/target.h"
#include "tests/support/places.h"

namespace kato::fuzz {
namespace {

using namespace kato::testkit;

constexpr size_t kMostCuts = 12;
constexpr size_t kRewritings = 4;
constexpr size_t kSmallBytes = size_t{16} << 10U;

const kato_provider_api& provider() {
  static const auto kLoaded =
      load_plugin_file(test::binary_dir() + "/lib/kato/plugins/" KATO_PLUGIN ".so");
  if (kLoaded.descriptor == nullptr) finding(kLoaded.error);
  return *kLoaded.descriptor->provider;
}

const std::vector<SourceFile>& fixtures() {
  static const auto kFixtures =
      sources_below(provider(), test::source_dir() + "/plugins/" KATO_PLUGIN "/fixtures");
  return kFixtures;
}

// A path that is none of the provider's sources is replaced by one that is: how a log grows is
// settled by its path.
SourceContent source_of(std::string_view input) {
  static const auto kPatterns = source_patterns(provider());
  SourceContent source;
  source.path = take_section(input, kRecordEnd);
  const auto pattern_of = [](const std::string& path) {
    return std::ranges::find_if(kPatterns, [&](const auto& one) { return one.fits(path); });
  };
  auto pattern = pattern_of(source.path);
  if (pattern == kPatterns.end()) {
    source.path = fixtures()[source.path.size() % fixtures().size()].content.path;
    pattern = pattern_of(source.path);
  }
  if (pattern != kPatterns.end()) {
    for (const auto& [name, path] : pattern->companions) {
      CompanionContent companion{name, companion_path(path, source.path), std::nullopt};
      const auto content = take_section(input, kRecordEnd);
      if (!content.empty()) companion.content = content;
      source.companions.push_back(std::move(companion));
    }
  }
  source.bytes = input;
  return source;
}

}  // namespace

void try_input(std::string_view input) {
  ProviderLawInput law_input;
  law_input.name = KATO_PLUGIN;
  law_input.source = source_of(input);
  law_input.seed = FakeHost::hash_of(input);
  const bool is_small = law_input.source.bytes.size() <= kSmallBytes;
  law_input.max_cuts = is_small ? kMostCuts : 0;
  LawReport report(KATO_PLUGIN);
  check_any_bytes(report, provider(), law_input);
  if (is_small && report.ok()) {
    // Each costs several runs, so an input gets one of them.
    switch (law_input.seed % 8) {
      case 0:
      case 1:
        check_split_invariance(report, provider(), law_input);
        break;
      case 2:
        check_interruptions(report, provider(), law_input);
        break;
      case 3:
        check_foreign_states(report, provider(), law_input);
        break;
      case 4:
        check_probe(report, provider(), law_input);
        break;
      case 5:
      case 6:
        law_input.rewritings = kRewritings;
        check_rewritings(report, provider(), law_input);
        break;
      default:
        break;
    }
  }
  if (!report.ok()) finding(report.text());
  const bool is_document = growth_of(provider(), law_input.source.path) == KATO_GROWTH_DOCUMENT;
  const auto problem = decode_through_host(KATO_PLUGIN, law_input.source, is_document);
  if (!problem.empty()) finding(problem);
}

std::vector<std::string> seeds() {
  std::vector<std::string> seeds;
  for (const auto& source : fixtures()) {
    auto seed = source.content.path + kRecordEnd;
    for (const auto& companion : source.content.companions) {
      seed += companion.content.value_or("") + kRecordEnd;
    }
    seeds.push_back(seed + source.content.bytes);
  }
  return seeds;
}

}  // namespace kato::fuzz
