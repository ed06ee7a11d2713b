#include <string>
#include <vector>

#include "host/io/file_system.h"
#include "host/plugin/registry.h"

#include "tests/support/catch.h"

using namespace kato;

namespace {

struct Heard final : DecodeListener {
  std::vector<std::string> drafts;
  std::vector<std::string> records;
  std::vector<std::string> problems;

  void on_draft(const Draft& draft) override {
    drafts.push_back(std::string(kind_name(draft.body.kind)) + " " + std::string(draft.record_key) +
                     " " + std::string(draft.body.payload.text));
  }
  void on_record(const RecordReport& record) override {
    records.push_back(std::string(record.type) + " " + std::to_string(record.offset_bytes) + "+" +
                      std::to_string(record.length_bytes));
  }
  void on_facts(std::string_view, std::string_view) override {}
  void on_problem(uint64_t, std::string_view message) override { problems.emplace_back(message); }
};

std::unique_ptr<PluginRegistry> scan(FileSystem& files, std::vector<std::string> names) {
  PluginSearchPath path;
  for (const auto& name : names) {
    path.folders.push_back(std::string(KATO_TEST_PLUGINS) + "/" + name);
  }
  return PluginRegistry::scan(files, path);
}

}  // namespace

TEST_CASE("a provider in plain C is found, loaded and decodes", "[abi]") {
  const auto files = make_posix_file_system();
  const auto registry = scan(*files, {"toy_provider", "toy_sink"});
  for (const auto& entry : registry->entries()) {
    CHECK(entry.reason.empty());
  }
  CHECK(registry->provider_ids() == std::vector<std::string>{"toy"});
  const auto provider = registry->provider("toy");
  REQUIRE(provider);
  const auto sources = (*provider)->describe_sources({});
  REQUIRE(sources);
  CHECK(sources->patterns.at(0).include == "**/*.toy");

  std::string log = "session\ts1\t/home/me\nuser\tu1\t2026-01-01T00:00:00Z\thello\nodd\n";
  const size_t size = log.size();
  log.append(kReadPaddingBytes, '\0');
  const auto bytes = std::string_view(log).substr(0, size);
  const auto answer = (*provider)->probe({.path = "a.toy",
                                          .head = bytes,
                                          .size_bytes = size,
                                          .whole_file = true,
                                          .options_json = {},
                                          .companions = {}});
  REQUIRE(answer);
  REQUIRE(answer->verdict == ProbeVerdict::kMine);
  CHECK(answer->identity.project_directory == "/home/me");
  auto decoder = (*provider)->open({.path = "a.toy",
                                    .identity = answer->identity,
                                    .options_json = {},
                                    .companions = {},
                                    .state = nullptr,
                                    .read_back = {}});
  REQUIRE(decoder);
  Heard heard;
  const auto outcome = (*decoder)->decode({.bytes = bytes}, heard);
  REQUIRE(outcome);
  CHECK(outcome->consumed_bytes == size);
  CHECK(heard.drafts.at(0) == "user.message u1 hello");
  CHECK(heard.drafts.size() == 2);
  CHECK(heard.records.size() == 3);
  CHECK((*decoder)->save());
}
