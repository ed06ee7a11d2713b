// What a provider says of where its logs are and whose a file is.
#include <string>
#include <vector>

#include "tests/abi/scripted_provider.h"
#include "tests/support/catch.h"

using namespace kato;
using namespace kato::test;

namespace {

Result<ProbeAnswer> probe(const Provider& provider) {
  return provider.probe({.path = "a.log",
                         .head = {},
                         .size_bytes = 0,
                         .whole_file = true,
                         .options_json = {},
                         .companions = {}});
}

kato_identity identity_of(std::string_view id) {
  kato_identity identity{};
  identity.struct_size = sizeof(identity);
  identity.provider_session_id = c_str(id);
  return identity;
}

}  // namespace

TEST_CASE("an answer to probe is one of three, and says whose the source is if it is its own",
          "[abi]") {
  const std::string long_id(257, 'x');
  struct Case {
    int32_t verdict;
    std::vector<std::string> identities;
    std::string words;  // of the breach; "": none
  };
  const std::vector<Case> cases = {
      {KATO_PROBE_NOT_MINE, {}, ""},
      {KATO_PROBE_NEED_MORE_BYTES, {}, ""},
      {KATO_PROBE_MINE, {"s1"}, ""},
      {55, {}, ""},
      {KATO_PROBE_MINE, {}, "not exactly once whose"},
      {KATO_PROBE_MINE, {"s1", "s2"}, "not exactly once whose"},
      {KATO_PROBE_NOT_MINE, {"s1"}, "not its own"},
      {KATO_PROBE_MINE, {""}, "session id of 0 bytes"},
      {KATO_PROBE_MINE, {long_id}, "session id of 257 bytes"},
  };
  for (const auto& c : cases) {
    ScriptedProvider script;
    script.probe = [&](const kato_host&, const kato_probe_input&, const kato_identity_writer& out,
                       int32_t& verdict) {
      for (const auto& id : c.identities) {
        const auto identity = identity_of(id);
        out.identity(out.context, &identity);
      }
      verdict = c.verdict;
      return KATO_OK;
    };
    const auto answer = probe(script.provider());
    if (c.words.empty()) {
      REQUIRE(answer);
      CHECK(answer->verdict ==
            (c.verdict == 55 ? ProbeVerdict::kNotMine : static_cast<ProbeVerdict>(c.verdict)));
    } else {
      REQUIRE_FALSE(answer);
      INFO(answer.error().message());
      CHECK(answer.error().message().find(c.words) != std::string::npos);
    }
  }
}

TEST_CASE("an identity is read as far as the plugin's struct goes", "[abi]") {
  ScriptedProvider script;
  script.probe = [&](const kato_host&, const kato_probe_input&, const kato_identity_writer& out,
                     int32_t& verdict) {
    auto identity = identity_of("s1");
    identity.struct_size = offsetof(kato_identity, rank);
    identity.driver = 77;
    identity.parentage = KATO_PARENT_FORKED;
    identity.started_at = c_str("long ago");
    identity.rank = 99;  // not there for who reads struct_size
    out.identity(out.context, &identity);
    verdict = KATO_PROBE_MINE;
    return KATO_OK;
  };
  const auto answer = probe(script.provider());
  REQUIRE(answer);
  CHECK(answer->identity.driver == Driver::kUnknown);
  CHECK(answer->identity.parentage == Parentage::kForked);
  CHECK(answer->identity.started_at.empty());
  CHECK(answer->identity.rank == 0);
}

TEST_CASE("patterns that this host cannot follow are left out", "[abi]") {
  kato_source_pattern patterns[3] = {};
  for (auto& pattern : patterns) {
    pattern.struct_size = sizeof(pattern);
    pattern.growth = KATO_GROWTH_APPEND;
    pattern.include = c_str("*.log");
  }
  patterns[1].growth = 9;
  patterns[2].packing = 9;
  kato_source_description description{};
  description.struct_size = sizeof(description);
  description.patterns = patterns;
  description.pattern_count = 3;
  ScriptedProvider script;
  script.describe = [&](const kato_host&, const kato_source_description** out) {
    *out = &description;
    return KATO_OK;
  };
  const auto sources = script.provider().describe_sources({});
  REQUIRE(sources);
  CHECK(sources->patterns.size() == 1);
}

TEST_CASE("a description that is none is refused", "[abi]") {
  kato_source_description description{};
  description.struct_size = sizeof(description);
  ScriptedProvider script;
  const kato_source_description* given = &description;
  script.describe = [&](const kato_host&, const kato_source_description** out) {
    *out = given;
    return KATO_OK;
  };
  CHECK(script.provider().describe_sources({}));
  description.pattern_count = 3;
  CHECK_FALSE(script.provider().describe_sources({}));
  description.pattern_count = 0;
  description.default_root_count = SIZE_MAX;
  CHECK_FALSE(script.provider().describe_sources({}));
  description.struct_size = 8;
  CHECK_FALSE(script.provider().describe_sources({}));
  given = nullptr;
  CHECK_FALSE(script.provider().describe_sources({}));
}

TEST_CASE("opening either gives an instance or says why not", "[abi]") {
  ScriptedProvider script;
  const auto open = [&] {
    return script.provider().open({.path = "a.log",
                                   .identity = {},
                                   .options_json = {},
                                   .companions = {},
                                   .state = nullptr,
                                   .read_back = {}});
  };
  CHECK(open());
  CHECK(script.closed == 1);
  script.open = [](const kato_host&, const kato_open_input&, kato_provider_instance**) {
    return KATO_UNSUPPORTED;
  };
  CHECK(open().error().code() == ErrorCode::kUnsupported);
  script.open = [](const kato_host&, const kato_open_input&, kato_provider_instance**) {
    return KATO_OK;
  };
  CHECK(open().error().message().find("gave no instance") != std::string::npos);
  // An instance with a failure is given back all the same.
  script.open = [&](const kato_host&, const kato_open_input&, kato_provider_instance** out) {
    *out = script.instance();
    return KATO_FATAL;
  };
  CHECK_FALSE(open());
  CHECK(script.closed == 2);
}
