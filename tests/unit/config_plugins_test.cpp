#include <map>
#include <string>

#include "host/config/options_schema.h"
#include "host/config/plugin_check.h"

#include "tests/support/catch.h"
#include "tests/unit/config_support.h"

using namespace kato;
using namespace kato_test;

namespace {

constexpr const char* kRenderSchema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object", "additionalProperties": false,
  "properties": {
    "includeThinking": {"type": "boolean"},
    "cut": {"type": "integer", "minimum": 0, "description": "Characters of a result; 0 for all."},
    "style": {"enum": ["plain", "fancy"]},
    "names": {"type": "object", "additionalProperties": {"type": "string"}},
    "kinds": {"type": "array", "items": {"$ref": "#/definitions/kind"}},
    "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    "code": {"type": "string", "pattern": "^(a|b)*$"}
  },
  "definitions": {"kind": {"type": "object", "required": ["id", "at"], "additionalProperties": false,
    "properties": {"id": {"type": "string"}, "at": {"type": ["number", "null"]}}}}
})";

class FakePlugins final : public PluginLookup {
 public:
  std::map<std::string, std::string> provider_schemas = {{"alpha", ""}, {"beta", kRenderSchema}};
  std::map<std::string, std::string> sink_schemas = {{"render", kRenderSchema}, {"lines", ""}};
  std::string broken;

  [[nodiscard]] std::vector<std::string> providers() const override {
    return keys(provider_schemas);
  }
  [[nodiscard]] std::vector<std::string> sinks() const override { return keys(sink_schemas); }
  [[nodiscard]] Result<std::string> provider_options_schema(const std::string& id) const override {
    return schema(provider_schemas, id);
  }
  [[nodiscard]] Result<std::string> sink_options_schema(const std::string& id) const override {
    return schema(sink_schemas, id);
  }

 private:
  static std::vector<std::string> keys(const std::map<std::string, std::string>& map) {
    std::vector<std::string> out;
    for (const auto& [key, unused] : map) {
      out.push_back(key);
    }
    return out;
  }
  [[nodiscard]] Result<std::string> schema(const std::map<std::string, std::string>& map,
                                           const std::string& id) const {
    if (id == broken) return fail(ErrorCode::kPlugin, "no entry symbol");
    return map.at(id);
  }
};

std::string checked(const std::string& text, const PluginLookup& plugins) {
  const auto loaded = load_config(versioned(text), "f", surroundings());
  if (!loaded) FAIL(to_text(loaded.error()));
  return to_text(check_against_plugins(*loaded, plugins));
}

std::string checked(const std::string& text) {
  return checked(text, FakePlugins());
}

// Options of a sink, flow style, from line 2, column 43 on.
std::string option_complaints(const std::string& options) {
  return checked("sinks: [{ name: a, plugin: render, options: " + options + " }]");
}

}  // namespace

TEST_CASE("a config that fits the plugins has no problems", "[config][plugins]") {
  CHECK(checked("").empty());
  CHECK(checked(R"(providers: [{ plugin: alpha, roots: [{ path: /x, defaultSink: notes }] }]
sinks: [{ name: notes, plugin: render, options: { includeThinking: true, cut: 3 } }]
defaultSink: lines
)")
            .empty());
}

TEST_CASE("plugins that are not there are named with their place", "[config][plugins]") {
  CHECK(checked("providers:\n  - plugin: alhpa\n") ==
        "f:3:13: there is no provider plugin 'alhpa'; did you mean 'alpha'?");
  CHECK(checked("sinks:\n  - name: x\n    plugin: paper\n") ==
        "f:4:13: there is no sink plugin 'paper'; known are: lines, render; 'kato plugins' shows "
        "where Kato looks for them");
  CHECK(checked("providers: [{ plugin: render }]") ==
        "f:2:23: 'render' is a plugin, but not a provider; use it under 'sinks'");
}

TEST_CASE("sinks that are not there are named with their place", "[config][plugins]") {
  CHECK(checked("defaultSink: note\nsinks: [{ name: notes, plugin: render }]") ==
        "f:2:14: there is no sink 'note'; did you mean 'notes'?");
  CHECK(checked("providers: [{ plugin: alpha, roots: [{ path: /x, defaultSink: paper }] }]")
            .starts_with("f:2:63: there is no sink 'paper'; known are: lines, render; add it"));
  CHECK(checked("sinks: [{ name: lines, plugin: render }]").contains("choose another name"));
}

TEST_CASE("plugins that cannot be used are reported, not loaded blindly", "[config][plugins]") {
  FakePlugins plugins;
  plugins.broken = "render";
  CHECK(checked("sinks: [{ name: a, plugin: render }]", plugins) ==
        "f:2:28: the plugin 'render' cannot be used: no entry symbol; 'kato plugins' tells more");
  plugins.broken.clear();
  for (const auto* schema :
       {"[1]", "{", R"({"$ref": "http://example.org/x.json"})", R"({"type": "nonsense"})",
        R"({"$ref": "#"})", R"({"$ref": "#/a", "a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}})",
        R"({"allOf": [{"$ref": "#"}]})", R"({"$ref": "#nowhere"})"}) {
    INFO(schema);
    plugins.sink_schemas["render"] = schema;
    CHECK(checked("sinks: [{ name: a, plugin: render }]", plugins)
              .contains("declares its options wrongly"));
  }
}

TEST_CASE("options are judged by the plugin's schema, at their place in the file",
          "[config][options]") {
  CHECK(checked("sinks:\n  - name: a\n    plugin: render\n    options:\n      cut: 3\n"
                "      includeThinkin: true\n      style: 5\n") ==
        "f:7:7: unknown option 'includeThinkin'; did you mean 'includeThinking'?\n"
        "f:8:7: 'style' must be one of plain, fancy, but is 5; write one of these");
  CHECK(option_complaints("{ includeThinking: yes }") ==
        "f:2:47: 'includeThinking' must be true or false, but is \"yes\"; write true or false");
  CHECK(option_complaints("{ style: fanzy }").ends_with("did you mean 'fancy'?"));
  CHECK(option_complaints("{ cut: -1 }").ends_with("; Characters of a result; 0 for all."));
  CHECK(option_complaints("{ names: { a: 1 } }").starts_with("f:2:56: 'a' must be text, but is 1"));
  CHECK(option_complaints("{ kinds: [{ id: x, at: ~ }, { id: 1, at: 1 }] }") ==
        "f:2:75: 'id' must be text, but is 1; write text");
  CHECK(option_complaints("{ kinds: [{}] }").contains("the option 'id' is missing; add it"));
  CHECK(option_complaints("{ kinds: [{}] }").contains("the option 'at' is missing; add it"));
  CHECK(option_complaints("{ kinds: [{ id: a, at: x, ta: 1 }] }").contains("unknown option 'ta'"));
  CHECK_FALSE(option_complaints("{ either: [] }").empty());
  CHECK(option_complaints("{ code: abc }") ==
        "f:2:47: 'code' is \"abc\": this form is not allowed; change the value");
  CHECK(option_complaints("{ unknown1: 1, unknown2: 2 }").contains("unknown2"));
}

TEST_CASE("a plugin without a schema takes no options", "[config][options]") {
  CHECK(checked("providers: [{ plugin: alpha, options: {} }]").empty());
  CHECK(
      checked("providers: [{ plugin: alpha, options: { x: 1 } }]").contains("unknown option 'x'"));
}

TEST_CASE("a schema that nests without end is refused", "[config][options]") {
  std::string deep;
  for (int i = 0; i < 100000; ++i) {
    deep += R"({"not":)";
  }
  deep += "{}" + std::string(100000, '}');
  const auto checked = check_options("{}", deep);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message().contains("too deep"));
}

TEST_CASE("a long text does not overrun the matcher of patterns", "[config][options]") {
  CHECK(option_complaints("{ code: " + std::string(500000, 'a') + " }")
            .contains("longer than 1024 bytes"));
  const auto without = check_options(R"({"x":")" + std::string(500000, 'a') + R"("})",
                                     R"({"type":"object","properties":{"x":{"type":"string"}}})");
  REQUIRE(without);
  CHECK(without->empty());
  CHECK(option_complaints("{ code: " + std::string(1000, 'a') + " }").empty());
}

TEST_CASE("options that are no JSON are an error, not a crash", "[config][options]") {
  CHECK_FALSE(check_options("{", ""));
  CHECK_FALSE(check_options("{}", "nonsense"));
  const auto list = check_options("[]", kRenderSchema);
  REQUIRE(list);
  CHECK(list->size() == 1);
}

TEST_CASE("without lists every plugin that is found is put to use", "[config][plugins]") {
  const FakePlugins plugins;
  Config config;
  const auto providers = effective_providers(config, plugins);
  REQUIRE(providers.size() == 2);
  CHECK(providers[0].plugin == "alpha");
  CHECK_FALSE(providers[0].roots);
  const auto sinks = effective_sinks(config, plugins);
  REQUIRE(sinks.size() == 2);
  CHECK(sinks[0].name == "lines");
}

TEST_CASE("configured sinks come first, and every plugin keeps its own name", "[config][plugins]") {
  const FakePlugins plugins;
  Config config;
  config.providers.emplace();
  config.sinks = {{"notes", "render", R"({"cut":1})", {}}, {"lines", "lines", "{}", {}}};
  CHECK(effective_providers(config, plugins).empty());
  const auto sinks = effective_sinks(config, plugins);
  REQUIRE(sinks.size() == 3);
  CHECK(sinks[0].name == "notes");
  CHECK(sinks[2] == SinkConfig{"render", "render", "{}", {}});
}
