#include <fstream>
#include <kato/testkit/provider_driver.hpp>
#include <set>
#include <sstream>

#include "tests/laws/corpus_sources.h"
#include "tests/laws/shipped_plugin.h"
#include "tests/support/catch.h"

using namespace kato::testkit;

namespace {

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::string subtype_of(const HeardDraft& draft) {
  constexpr std::string_view kName = " subtype=";
  const size_t begin = draft.said.find(kName);
  if (begin == std::string::npos) return {};
  const size_t end = draft.said.find(' ', begin + kName.size());
  return draft.said.substr(begin + kName.size(), end - begin - kName.size());
}

// What a reader of the events may want to look up.
struct Words {
  std::set<std::string> reasons;
  std::set<std::string> subtypes;

  void add(const kato_provider_api& api, const std::vector<SourceFile>& sources) {
    for (const auto& source : sources) {
      const auto run = ProviderDriver(api, source.content).run({});
      for (const auto& record : run.said->records()) {
        if (record.outcome == KATO_RECORD_IGNORED) reasons.insert(record.reason);
      }
      for (const auto& draft : run.said->drafts()) {
        subtypes.insert(subtype_of(draft));
      }
    }
    subtypes.erase("");
  }
};

}  // namespace

TEST_CASE("a provider's README names what its events and its account say", "[laws]") {
  const auto& api = *kato::test::shipped_plugin().provider;
  const auto folder = kato::test::source_dir() + "/plugins/" KATO_PLUGIN;
  Words words;
  words.add(api, sources_below(api, folder + "/fixtures"));
  if (const auto corpus = kato::test::corpus_folder()) {
    words.add(api, kato::test::corpus_sources(api, *corpus));
  } else {
    WARN("only the fixtures: there is no corpus (KATO_SHARED_DIR)");
  }
  const auto readme = text_of_file(folder + "/README.md");
  const auto names = [&](const std::string& word) {
    return readme.find("`" + word + "`") != std::string::npos ||
           readme.find(": " + word + "`") != std::string::npos;
  };
  CHECK(words.reasons.size() > 3);
  for (const auto& reason : words.reasons) {
    INFO("ignored: " << reason);
    CHECK(names(reason));
  }
  // A subtype may also be a name that stands in the log; then the README says that.
  if (readme.find("| others |") != std::string::npos) return;
  for (const auto& subtype : words.subtypes) {
    INFO("subtype " << subtype);
    CHECK(names(subtype));
  }
}
