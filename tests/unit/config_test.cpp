#include <random>
#include <string>

#include "host/config/config_writer.h"

#include "tests/support/catch.h"
#include "tests/unit/config_support.h"

using namespace kato;
using namespace kato_test;

namespace {

Config valid(const std::string& text) {
  const auto loaded = load_config(versioned(text), "f", surroundings());
  if (!loaded) FAIL(to_text(loaded.error()));
  return loaded->config;
}

}  // namespace

TEST_CASE("every key of the config is read", "[config]") {
  const auto config = valid(R"(globalAutoGenerateSnapshots: true
cleanSessionStatesOnShutdown: true
allowedWriteRoots: ["{state}/recordings", "~/notes", "${NOTES}"]
allowHardLinkedDestinations: true
plugins:
  searchPaths: [ ~/plugins/ ]
providers:
  - plugin: first
    autoGenerateSnapshots: false
    options: { deep: [1, 2.5, "x", true, null, yes, 0x10, "1"], text: "{a}" }
    roots:
      - path: ~/.first//logs/
        autoGenerateSnapshots: true
        keepRaw: true
        defaultSink: notes
        defaultDestination: "{project}/log/{date}.md"
      - path: ${NONE:-~/.other}/logs
  - plugin: second
sinks:
  - name: notes
    plugin: render
    timezone: utc
    options: {}
defaultSink: notes
defaultDestination: ~/notes/{title}.md
timezone: utc
durability: commit
maxRecordBytes: 1000000
daemonMaxMemoryMb: 64
logging: { operationalLevel: debug, auditLevel: off }
)");
  CHECK(config.global_auto_generate_snapshots);
  CHECK(config.clean_session_states_on_shutdown);
  CHECK(config.allow_hard_linked_destinations);
  CHECK(config.allowed_write_roots ==
        std::vector<std::string>{"{state}/recordings", "/home/ada/notes", "/data/notes"});
  CHECK(config.plugins.search_paths == std::vector<std::string>{"/home/ada/plugins"});
  REQUIRE(config.providers);
  REQUIRE(config.providers->size() == 2);
  const auto& first = config.providers->front();
  CHECK(first.plugin == "first");
  CHECK(first.auto_generate_snapshots == false);
  CHECK(first.options_json == R"({"deep":[1,2.5,"x",true,null,"yes",16,"1"],"text":"{a}"})");
  REQUIRE(first.roots);
  CHECK(first.roots->front() ==
        RootConfig{"/home/ada/.first/logs", true, true, "notes", "{project}/log/{date}.md"});
  CHECK(first.roots->back().path == "/home/ada/.other/logs");
  CHECK_FALSE(config.providers->back().roots);
  CHECK(config.sinks == std::vector<SinkConfig>{{"notes", "render", "{}", TimeZoneChoice::kUtc}});
  CHECK(config.default_sink == "notes");
  CHECK(config.default_destination == "/home/ada/notes/{title}.md");
  CHECK(config.timezone == TimeZoneChoice::kUtc);
  CHECK(config.durability == CommitDurability::kCommit);
  CHECK(config.max_record_bytes == 1000000);
  CHECK(config.daemon_max_memory_mb == 64);
  CHECK(config.logging == LoggingConfig{LogLevel::kDebug, LogLevel::kOff});
}

TEST_CASE("a config that says nothing is the defaults", "[config]") {
  CHECK(valid("") == Config{});
}

TEST_CASE("a config written as JSON loads as the same config", "[config]") {
  const auto config = valid(R"(providers:
  - plugin: first
    options: { a: "1", b: 1, c: [~] }
    roots: [{ path: "~/a b", keepRaw: true, defaultSink: x }]
sinks: [{ name: x, plugin: y, timezone: local }]
allowedWriteRoots: []
)");
  const auto again = load_config(to_json(config), "json", surroundings());
  if (!again) FAIL(to_text(again.error()));
  CHECK(again->config == config);
}

TEST_CASE("the nearest word about snapshots holds: root, provider, global", "[config]") {
  Config config;
  ProviderConfig provider;
  RootConfig root;
  CHECK_FALSE(auto_generates_snapshots(config, &provider, &root));
  config.global_auto_generate_snapshots = true;
  CHECK(auto_generates_snapshots(config, nullptr, nullptr));
  CHECK(auto_generates_snapshots(config, &provider, &root));
  provider.auto_generate_snapshots = false;
  CHECK_FALSE(auto_generates_snapshots(config, &provider, &root));
  CHECK_FALSE(auto_generates_snapshots(config, &provider, nullptr));
  root.auto_generate_snapshots = true;
  CHECK(auto_generates_snapshots(config, &provider, &root));
}

TEST_CASE("an unknown key is named with its place and the key that was meant", "[config][error]") {
  CHECK(complaints("defualtSink: x\n") ==
        "f:2:1: unknown key 'defualtSink' in the top level; did you mean 'defaultSink'?");
  CHECK(complaints("providers:\n  - plugin: a\n    keepRaw: true\n") ==
        "f:4:5: unknown key 'keepRaw' in an entry of 'providers'; it belongs into an entry of "
        "'roots': check the indentation");
  CHECK(complaints("logging:\n  colour: red\n") ==
        "f:3:3: unknown key 'colour' in 'logging'; remove it; known here are: operationalLevel, "
        "auditLevel");
}

TEST_CASE("all problems are reported at once, in the order of the file", "[config][error]") {
  CHECK(complaints("durability: sometimes\nsinks:\n  - name: a\nmaxRecordBytes: -1\n"
                   "keepraw: 1\nallowedWriteRoots: notes\n") ==
        "f:2:13: 'durability' must be one of interval, commit, none, but is the text 'sometimes'; "
        "write one of these words\n"
        "f:4:5: an entry of 'sinks' has no 'plugin'; add 'plugin: NAME'\n"
        "f:5:17: 'maxRecordBytes' must be a whole number, but is the value '-1'; write digits "
        "only, for example 268435456\n"
        "f:6:1: unknown key 'keepraw' in the top level; remove it; known here are: schemaVersion, "
        "globalAutoGenerateSnapshots, cleanSessionStatesOnShutdown, allowedWriteRoots, "
        "allowHardLinkedDestinations, plugins, providers, sinks, defaultSink, defaultDestination, "
        "timezone, durability, maxRecordBytes, daemonMaxMemoryMb, logging\n"
        "f:7:20: 'allowedWriteRoots' must be a list, but is the text 'notes'; begin each entry "
        "with '- '");
}

TEST_CASE("a wrong type says what is there and what to write", "[config][error]") {
  CHECK(complaints("globalAutoGenerateSnapshots: yes") ==
        "f:2:30: 'globalAutoGenerateSnapshots' must be true or false, but is the text 'yes'; "
        "write true or false");
  CHECK(complaints("globalAutoGenerateSnapshots: \"true\"") ==
        "f:2:30: 'globalAutoGenerateSnapshots' must be true or false, but is the text 'true'; "
        "remove the quotes");
  CHECK(complaints("defaultSink: 5") ==
        "f:2:14: 'defaultSink' must be text, but is the value '5'; put it into \"quotes\"");
  CHECK(complaints("defaultSink:\n") ==
        "f:2:1: 'defaultSink' must be text, but is empty; give it a value, or remove the key; a "
        "lone ~ must stand in \"quotes\"");
  CHECK(complaints("defaultSink: \"\"") == "f:2:14: 'defaultSink' is empty; give it a value");
  CHECK(complaints("providers:\n") ==
        "f:2:1: 'providers' must be a list, but is empty; remove the key, or write [] for none");
  CHECK(complaints("logging: info") ==
        "f:2:10: 'logging' must be a map, but is the text 'info'; write 'key: value' lines below "
        "it");
  CHECK(complaints("providers: [ claude ]") ==
        "f:2:14: an entry of 'providers' must be a map, but is the text 'claude'; write 'plugin: "
        "...'");
  CHECK(complaints("daemonMaxMemoryMb: 1") ==
        "f:2:20: 'daemonMaxMemoryMb' is 1; choose a number from 32 to 1048576");
  CHECK(complaints("maxRecordBytes: 99999999999999999999999").contains("must be a whole number"));
  CHECK(complaints("timezone: UTC").ends_with("did you mean 'utc'?"));
  CHECK(complaints("sinks:\n  - name: a b\n    plugin: x\n").contains("'a b' is no name"));
}

TEST_CASE("a token in braces without quotes is explained", "[config][error]") {
  CHECK(complaints("defaultDestination: {state}/x.md")
            .ends_with("put text that begins with '{' into \"quotes\""));
  CHECK(complaints("allowedWriteRoots: [{state}]")
            .ends_with("put text that begins with '{' into \"quotes\""));
  CHECK(complaints("allowedWriteRoots: [{state}/recordings]").contains("into \"quotes\""));
}

TEST_CASE("a path must be whole, and its tokens known", "[config][error]") {
  CHECK(complaints("plugins: { searchPaths: [plugins] }") ==
        "f:2:26: the search path 'plugins' is not a full path; begin it with '/' or '~/'");
  CHECK(complaints("allowedWriteRoots: [notes]").contains("is not a full path"));
  CHECK(complaints("allowedWriteRoots: [\"{stat}/x\"]").contains("'{stat}' is unknown"));
  CHECK(complaints("allowedWriteRoots: [\"/x/{project}\"]").contains("in the middle"));
  CHECK(complaints("allowedWriteRoots: [\"{project}x\"]").contains("is not a full path"));
  CHECK(complaints("allowedWriteRoots: [\"{state\"]").contains("has no partner"));
  CHECK(complaints("defaultDestination: notes.md").contains("is not a full path"));
  CHECK(complaints("defaultDestination: /x/{state}.md").contains("only stand at the beginning"));
  CHECK(complaints("defaultDestination: /x/{dat}.md").contains("'{dat}' is unknown; known are"));
  CHECK(complaints("defaultDestination: $HOME/x.md").contains("write ${NAME}"));
  CHECK(complaints("defaultDestination: ${NONE}/x.md").contains("NONE is not set"));
  CHECK(complaints("providers: [{ plugin: a, roots: [{ path: ~bob/x }] }]")
            .contains("write another person's folder in full"));
}

TEST_CASE("names that come twice are refused with the first one's line", "[config][error]") {
  CHECK(complaints("sinks:\n  - { name: a, plugin: x }\n  - { name: a, plugin: y }\n") ==
        "f:4:5: the sink 'a' is there twice, first in line 3; give each sink a name of its own");
  CHECK(complaints("providers:\n  - plugin: a\n  - plugin: a\n") ==
        "f:4:5: the provider 'a' is there twice, first in line 3; keep one entry, with all its "
        "roots");
  CHECK(complaints("providers:\n  - plugin: a\n    roots:\n    - path: /x\n    - path: /x/\n")
            .starts_with("f:6:7: the root '/x' is there twice"));
}

TEST_CASE("keys that come twice are refused wherever they stand", "[config][yaml]") {
  CHECK(complaints("timezone: utc\ntimezone: local\n") ==
        "f:3:1: the key 'timezone' comes twice, first in line 2; keep one of them");
  CHECK(complaints("sinks: [{ name: a, plugin: b, options: { x: 1, \"x\": 2 } }]") ==
        "f:2:48: the key 'x' comes twice, first in line 2; keep one of them");
}

TEST_CASE("the schema version must be there, and known", "[config][version]") {
  CHECK(complaints_raw("") ==
        "f:1:1: the file must hold keys and values, but is empty; begin it with 'schemaVersion: "
        "1'");
  CHECK(complaints_raw("# only a comment\n").contains("is empty"));
  CHECK(complaints_raw("timezone: utc\n") ==
        "f:1:1: 'schemaVersion' is missing; add the line 'schemaVersion: 1'");
  CHECK(complaints_raw("schemaVersion: 2\nnewKey: 1\n") ==
        "f:1:16: the file was written for a newer Kato: schemaVersion 2, while this one knows 1; "
        "update Kato, or write the config anew with 'kato init'");
  CHECK(complaints_raw("schemaVersion: \"1\"\n").contains("write 'schemaVersion: 1'"));
  CHECK(complaints_raw("schemaVersion: 0\n").contains("write 'schemaVersion: 1'"));
}

TEST_CASE("broken YAML is refused at its line", "[config][yaml]") {
  CHECK(complaints("sinks: [a, b\n").starts_with("f:"));
  CHECK(complaints("plugins:\n\tsearchPaths: []\n").starts_with("f:3:13: invalid YAML: "));
  CHECK(complaints("plugins:\n\tsearchPaths: []\n").ends_with("with tabs"));
  CHECK(complaints("a: b: c\n").starts_with("f:2:5: invalid YAML: "));
  CHECK(complaints_raw("  schemaVersion: 1\ntimezone: utc\n")
            .contains("f:2:1: this does not belong to what stands above; check the indentation"));
  CHECK(complaints("providers: []\n  timezone: utc\n").starts_with("f:"));
  CHECK(complaints("timezone: *nowhere\n").starts_with("f:2:11: invalid YAML: "));
  CHECK(complaints_raw("just text") ==
        "f:1:1: the file must hold keys and values, but is the text 'just text'; begin it with "
        "'schemaVersion: 1'");
  CHECK(complaints_raw("- schemaVersion: 1").contains("but is a list"));
}

TEST_CASE("a quote without an end does not swallow the rest of the file", "[config][yaml]") {
  for (const auto* text :
       {"timezone: \"utc", "timezone: \"utc\n", "defaultSink: 'a\ntimezone: utc\n",
        "defaultSink: 'a''\n", "defaultSink: \"a\\\"\n"}) {
    INFO(text);
    CHECK(complaints(text).ends_with("close the quote that was opened before"));
  }
}

TEST_CASE("columns count characters, not bytes", "[config][yaml]") {
  CHECK(complaints("plugins: { \"\xC3\xA9\xE2\x82\xAC\": 1, searchPaths: 3 }")
            .contains("f:2:34: 'searchPaths' must be a list"));
}

TEST_CASE("aliases are resolved, merge keys and tags are refused", "[config][yaml]") {
  const auto config = valid(R"(sinks:
  - { name: a, plugin: x, options: &shared { k: [1, 2] } }
  - { name: b, plugin: x, options: *shared }
)");
  CHECK(config.sinks[1].options_json == R"({"k":[1,2]})");
  CHECK(complaints("sinks:\n  - &a { name: a, plugin: x }\n  - { <<: *a, name: b }\n")
            .contains("f:4:7: merge keys ('<<') are not understood; write the keys out"));
  CHECK(complaints("timezone: !mine utc\n").contains("the tag '!mine' is not understood"));
  CHECK(complaints("timezone: !!str utc\n").empty());
  CHECK(complaints("plugins: &a { searchPaths: *a }\n")
            .contains("an alias refers to a value that contains it"));
}

TEST_CASE("aliases of aliases do not grow without end", "[config][yaml]") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const auto below = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int j = 0; j < 9; ++j) {
      text += ", " + below;
    }
    text += "]\n";
  }
  CHECK(complaints(text).contains("more than 100000 values"));
}

TEST_CASE("a second document, keys that are no words and deep nesting are refused",
          "[config][yaml]") {
  CHECK(complaints("---\nschemaVersion: 1\n").contains("a second document begins here"));
  CHECK(complaints("[a, b]: c\n").contains("a key must be a word"));
  CHECK(complaints("? \n: c\n").contains("a key must be a word"));
  CHECK(complaints("plugins: " + std::string(100, '[') + std::string(100, ']'))
            .contains("nested deeper than 64 levels"));
  CHECK(complaints("plugins: " + std::string(100000, '[')).starts_with("f:2:"));
  CHECK(complaints(std::string(2000000, ' ')).contains("more than 1048576 bytes"));
}

TEST_CASE("what is not text in UTF-8 is refused at its place", "[config][yaml]") {
  using namespace std::string_literals;
  CHECK(complaints("timezone: u\0tc"s).starts_with("f:2:12: a control character (0x00)"));
  CHECK(complaints("# the parser's own end mark \x04\ntimezone: nonsense").starts_with("f:2:29: "));
  CHECK(complaints("# \xC3\xA9\xFF\n").starts_with("f:2:4: bytes that are not UTF-8"));
  CHECK(complaints_raw("\xEF\xBB\xBFschemaVersion: 1\n").empty());
  CHECK(complaints_raw("schemaVersion: 1\r\ntimezone: utc\r\n").empty());
  CHECK(complaints_raw("\xFF\xFEs\0c\0"s).starts_with("f:1:1: bytes that are not UTF-8"));
}

TEST_CASE("numbers that JSON cannot say are not handed to plugins", "[config]") {
  CHECK(complaints("sinks: [{ name: a, plugin: b, options: { x: .inf } }]")
            .contains("f:2:45: the number '.inf' cannot be handed to a plugin"));
  CHECK(complaints("sinks: [{ name: a, plugin: b, options: { x: 99999999999999999999 } }]")
            .contains("cannot be handed"));
  const auto config = valid(
      "sinks: [{ name: a, plugin: b, options: { a: 18446744073709551615, b: -9223372036854775808, "
      "c: 0o17, d: +5, e: 1., f: .5, g: 1e3, h: 012, i: 1.2.3, j: '7', k: -, l: 1_000 } }]");
  CHECK(config.sinks[0].options_json ==
        R"({"a":18446744073709551615,"b":-9223372036854775808,"c":15,"d":5,"e":1.0,"f":0.5,)"
        R"("g":1000.0,"h":12,"i":"1.2.3","j":"7","k":"-","l":"1_000"})");
}

TEST_CASE("any bytes give a config or problems", "[config][totality]") {
  constexpr std::string_view kPieces[] = {"schemaVersion: 1\n",
                                          "providers:\n",
                                          "  - ",
                                          "plugin: a\n",
                                          "roots:",
                                          "options:",
                                          "{",
                                          "}",
                                          "[",
                                          "]",
                                          ": ",
                                          "\n",
                                          "    ",
                                          "&a ",
                                          "*a ",
                                          "!!str ",
                                          "? ",
                                          "|\n",
                                          ">-\n",
                                          "\"",
                                          "'",
                                          "# ",
                                          "---\n",
                                          "...\n",
                                          "%YAML 1.2\n",
                                          "<<: ",
                                          "~",
                                          "${X:-",
                                          ", ",
                                          "sinks:\n",
                                          "\t",
                                          "- - ",
                                          "\r",
                                          "@",
                                          "\\x"};
  std::mt19937 random(20261122);
  for (int round = 0; round < 5000; ++round) {
    std::string text = random() % 2 == 0 ? "schemaVersion: 1\n" : "";
    for (auto pieces = random() % 25; pieces > 0; --pieces) {
      if (random() % 8 == 0) {
        text.push_back(static_cast<char>(random() % 256));
      } else {
        text += kPieces[random() % std::size(kPieces)];
      }
    }
    const auto loaded = load_config(text, "f", surroundings());
    if (loaded) continue;
    REQUIRE_FALSE(loaded.error().empty());
    for (const auto& problem : loaded.error()) {
      REQUIRE_FALSE((problem.what.empty() || problem.remedy.empty()));
      REQUIRE((problem.where.line >= 1 && problem.where.column >= 1));
    }
  }
}
