#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/base/path_template.h"
#include "host/config/config_keys.h"
#include "host/config/config_writer.h"
#include "host/config/options_schema.h"
#include "host/config/shipped_files.h"

#include "tests/support/catch.h"
#include "tests/support/places.h"
#include "tests/unit/config_support.h"

using namespace kato;
using namespace kato_test;
using Json = nlohmann::json;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The object schema of a section: "/providers/*" stands in properties, then items.
const Json& schema_of(const Json& schema, std::string_view path) {
  const Json* at = &schema;
  std::istringstream steps{std::string(path)};
  std::string step;
  std::getline(steps, step, '/');
  while (std::getline(steps, step, '/')) {
    at = step == "*" ? &at->at("items") : &at->at("properties").at(step);
  }
  return *at;
}

// The commented examples switched on: each begins with its key and goes on indented.
std::string with_examples(std::string_view yaml) {
  const std::set<std::string> sections = {
      "providers:", "sinks:", "defaultSink:", "defaultDestination:"};
  std::string out;
  std::istringstream lines{std::string(yaml)};
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const bool begins =
        line.starts_with("# ") && sections.contains(line.substr(2, line.find(':') - 1));
    inside = begins || (inside && line.starts_with("#  "));
    out += (inside ? line.substr(2) : line) + "\n";
  }
  return out;
}

// The YAML blocks of a page.
std::vector<std::string> yaml_blocks(const std::string& page) {
  constexpr std::string_view kBegin = "\n```yaml\n";
  std::vector<std::string> blocks;
  for (auto at = page.find(kBegin); at != std::string::npos; at = page.find(kBegin, at)) {
    at += kBegin.size();
    blocks.push_back(page.substr(at, page.find("\n```", at) + 1 - at));
  }
  return blocks;
}

// A config file that is gone when this is.
class ConfigFile {
 public:
  explicit ConfigFile(std::string_view text) {
    char folder[] = "/tmp/kato-config-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    folder_ = folder;
    std::ofstream(path()) << text;
    std::filesystem::permissions(path(), std::filesystem::perms(0600));
  }
  ~ConfigFile() { std::filesystem::remove_all(folder_); }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;
  [[nodiscard]] std::string path() const { return folder_ + "/kato.yaml"; }

 private:
  std::string folder_;
};

}  // namespace

TEST_CASE("the shipped config loads and equals the defaults", "[config][shipped]") {
  const auto loaded = load_config(default_config_yaml(), "kato.yaml", surroundings());
  if (!loaded) FAIL(to_text(loaded.error()));
  CHECK(loaded->config == Config{});
}

TEST_CASE("the shipped config's examples load too", "[config][shipped]") {
  const auto text = with_examples(default_config_yaml());
  const auto loaded = load_config(text, "kato.yaml", surroundings());
  if (!loaded) FAIL(to_text(loaded.error()));
  REQUIRE(loaded->config.providers);
  CHECK(loaded->config.providers->size() == 3);
  CHECK(loaded->config.sinks.size() == 2);
  CHECK(loaded->config.default_sink == "notes");
  CHECK(loaded->config.default_destination == std::string(kBuiltInDestination));
}

TEST_CASE("the shipped files are those of the folder config", "[config][shipped]") {
  CHECK(default_config_yaml() == content(kato::test::source_dir() + "/config/kato.yaml"));
  CHECK(config_schema_json() == content(kato::test::source_dir() + "/config/kato.schema.json"));
}

TEST_CASE("loader and editors' schema know the same keys", "[config][shipped]") {
  const auto schema = Json::parse(config_schema_json());
  for (const auto* section : kConfigSections) {
    INFO(section->path);
    const auto& part = schema_of(schema, section->path);
    CHECK(part.at("additionalProperties") == false);
    std::set<std::string> known(section->keys.begin(), section->keys.end());
    std::set<std::string> described;
    for (const auto& [key, unused] : part.at("properties").items()) {
      described.insert(key);
    }
    CHECK(known == described);
  }
}

TEST_CASE("the editors' schema accepts what the loader accepts", "[config][shipped]") {
  const auto defaults = check_options(to_json(Config{}), config_schema_json());
  REQUIRE(defaults);
  CHECK(defaults->empty());
  const auto loaded = load_config(with_examples(default_config_yaml()), "f", surroundings());
  REQUIRE(loaded);
  const auto examples = check_options(to_json(loaded->config), config_schema_json());
  REQUIRE(examples);
  CHECK(examples->empty());
}

TEST_CASE("loader and editors' schema refuse the same values", "[config][shipped]") {
  for (const auto* line :
       {R"("durability": "sometimes")", R"("timezone": "UTC")", R"("maxRecordBytes": 1)",
        R"("daemonMaxMemoryMb": 2000000)", R"("globalAutoGenerateSnapshots": "yes")",
        R"("providers": [{}])", R"("sinks": [{"name": "a"}])",
        R"("sinks": [{"name": "a b", "plugin": "x"}])", R"("allowedWriteRoots": "x")",
        R"("logging": {"auditLevel": "loud"})", R"("providers": [{"plugin": "a", "roots": [{}]}])",
        R"("defaultSink": "")", R"("unknown": 1)"}) {
    INFO(line);
    const auto text = std::string(R"({"schemaVersion": 1, )") + line + "}";
    CHECK_FALSE(load_config(text, "f", surroundings()));
    const auto checked = check_options(text, config_schema_json());
    REQUIRE(checked);
    CHECK_FALSE(checked->empty());
  }
}

TEST_CASE("the schema's defaults are the program's", "[config][shipped]") {
  const auto schema = Json::parse(config_schema_json());
  const auto defaults = Json::parse(to_json(Config{}));
  for (const auto& [key, value] : defaults.items()) {
    const auto& property = schema.at("properties").at(key);
    INFO(key);
    if (property.contains("default")) CHECK(property.at("default") == value);
  }
}

TEST_CASE("the page about the config explains every key, and its examples load",
          "[config][shipped]") {
  const auto page = content(kato::test::source_dir() + "/docs/configuration.md");
  for (const auto* section : kConfigSections) {
    for (const auto key : section->keys) {
      INFO(key);
      CHECK(page.contains("`" + std::string(key) + "`"));
    }
  }
  const auto blocks = yaml_blocks(page);
  CHECK(blocks.size() == 2);
  for (const auto& block : blocks) {
    const auto loaded = load_config(block, "docs/configuration.md", surroundings());
    if (!loaded) FAIL(to_text(loaded.error()));
  }
}

TEST_CASE("without a file the defaults hold, and it is said", "[config][file]") {
  const auto files = make_posix_file_system();
  const auto loaded = load_config_file(*files, "/no/such/kato.yaml", surroundings());
  REQUIRE(loaded);
  CHECK(loaded->from_defaults);
  CHECK(loaded->config == Config{});
}

TEST_CASE("a config file is read from the disk", "[config][file]") {
  const auto files = make_posix_file_system();
  const ConfigFile file("schemaVersion: 1\ntimezone: utc\n");
  const auto loaded = load_config_file(*files, file.path(), surroundings());
  REQUIRE(loaded);
  CHECK_FALSE(loaded->from_defaults);
  CHECK(loaded->config.timezone == TimeZoneChoice::kUtc);
}

TEST_CASE("a config file that cannot be trusted or read is refused", "[config][file]") {
  const auto files = make_posix_file_system();
  const ConfigFile file("schemaVersion: 1\n");
  std::filesystem::permissions(file.path(), std::filesystem::perms(0602));
  const auto loose = load_config_file(*files, file.path(), surroundings());
  REQUIRE_FALSE(loose);
  CHECK(to_text(loose.error()).contains("anyone may change this file"));
  std::filesystem::remove(file.path());
  std::filesystem::create_directory(file.path());
  CHECK_FALSE(load_config_file(*files, file.path(), surroundings()));
  std::filesystem::remove(file.path());
  REQUIRE(::mkfifo(file.path().c_str(), 0600) == 0);
  CHECK_FALSE(load_config_file(*files, file.path(), surroundings()));
}
