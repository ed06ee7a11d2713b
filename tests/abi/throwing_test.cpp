// Exceptions of a plugin made with the C++ glue arrive as statuses, with what they said.
#include <kato/provider.h>
#include <kato/testkit/fake_host.hpp>
#include <kato/testkit/plugin_file.hpp>
#include <kato/testkit/transcript.hpp>
#include <string>

#include "tests/support/catch.h"

using namespace kato::testkit;

namespace {

const kato_provider_api& throwing() {
  const auto loaded =
      load_plugin_file(std::string(KATO_TEST_PLUGINS) + "/throwing_provider/throwing_provider.so");
  INFO(loaded.error);
  REQUIRE(loaded.descriptor != nullptr);
  return *loaded.descriptor->provider;
}

struct Case {
  std::string path;
  kato_status status;
  std::string words;
};
const std::vector<Case> kCases = {
    {"plain", KATO_FATAL, "thrown on purpose"},
    {"memory", KATO_RETRY_LATER, "out of memory"},
    {"odd", KATO_FATAL, "unknown type"},
};

kato_open_input input_of(const std::string& path) {
  kato_open_input input{};
  input.struct_size = sizeof(input);
  input.path = {path.data(), path.size()};
  return input;
}

}  // namespace

TEST_CASE("the glue turns what a decoder throws into a status", "[abi]") {
  const auto& api = throwing();
  for (const auto& c : kCases) {
    const FakeHost host;
    const auto input = input_of(c.path);
    kato_provider_instance* instance = nullptr;
    REQUIRE(api.open(host.c(), &input, &instance) == KATO_OK);
    const Transcript said;
    kato_decode_input bytes{};
    bytes.struct_size = sizeof(bytes);
    uint64_t consumed = 99;
    CHECK(api.decode(instance, host.c(), &bytes, said.emitter(), &consumed) == c.status);
    CHECK(consumed == 0);
    REQUIRE(host.complaints().size() == 1);
    CHECK(host.complaints()[0].message.find(c.words) != std::string::npos);
    const kato_state_writer writer{sizeof(writer), 0, nullptr, nullptr};
    CHECK(api.save(instance, host.c(), &writer) == c.status);
    api.close(instance);
  }
}

TEST_CASE("the glue turns what a provider throws into a status", "[abi]") {
  const auto& api = throwing();
  for (const auto& c : kCases) {
    const FakeHost host;
    const kato_source_description* description = nullptr;
    CHECK(api.describe_sources(host.c(), {c.path.data(), c.path.size()}, &description) == c.status);
    kato_probe_input input{};
    input.struct_size = sizeof(input);
    input.path = {c.path.data(), c.path.size()};
    const kato_identity_writer writer{sizeof(writer), 0, nullptr, nullptr};
    int32_t verdict = 99;
    CHECK(api.probe(host.c(), &input, &writer, &verdict) == c.status);
    CHECK(verdict == KATO_PROBE_NOT_MINE);
    const auto path = "open " + c.path;
    const auto open_input = input_of(path);
    auto* instance = reinterpret_cast<kato_provider_instance*>(&input);
    CHECK(api.open(host.c(), &open_input, &instance) == c.status);
    CHECK(instance == nullptr);
  }
  api.close(nullptr);
}
