#include "tests/unit/gemini_logs.h"

#include <algorithm>
#include <fstream>
#include <kato/testkit/plugin_file.hpp>
#include <sstream>

#include "tests/support/catch.h"
#include "tests/support/places.h"

namespace fs = std::filesystem;
using namespace kato::testkit;

namespace kato::test {
namespace {

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

// Where the file would lie below the root, as far as its path tells.
std::string path_below_root(const fs::path& path) {
  const auto text = path.string();
  const size_t tmp =
      text.find("/tmp/", text.find("/fixtures/") == std::string::npos ? text.find("/.gemini/")
                                                                      : text.find("/fixtures/"));
  if (tmp != std::string::npos && text.find("/chats/") != std::string::npos) {
    return text.substr(tmp + 1);
  }
  return "tmp/x/chats/session-" + path.filename().string();
}

}  // namespace

const kato_provider_api& gemini_api() {
  const auto loaded = load_plugin_file(binary_dir() + "/lib/kato/plugins/gemini.so");
  INFO(loaded.error);
  REQUIRE(loaded.descriptor != nullptr);
  return *loaded.descriptor->provider;
}

std::vector<fs::path> gemini_sessions_below(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    const bool log = name.ends_with(".json") || name.ends_with(".jsonl");
    const bool beside = name == "projects.json" || name == "logs.json" || name == "settings.json" ||
                        name.starts_with("checkpoint");
    if (entry.is_regular_file() && log && !beside) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

ProviderLawInput gemini_law_input(const fs::path& path, size_t mutants) {
  ProviderLawInput input;
  input.name = path.string();
  input.source.path = path_below_root(path);
  input.source.bytes = read(path);
  input.mutants = mutants;
  input.max_cuts = 400;
  return input;
}

}  // namespace kato::test
