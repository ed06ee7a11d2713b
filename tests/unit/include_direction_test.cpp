// The rooms of the house know each other in one direction only (docs/design.md), read from the
// include lines; and what belongs to one room alone is found nowhere else.
#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/places.h"

namespace {

namespace fs = std::filesystem;

// Rooms of one rank do not include each other, except for session -> event.
struct Room {
  std::string_view name;
  int rank;
};
constexpr std::array kRooms = {
    Room{"base", 0},     Room{"io", 1},     Room{"config", 2}, Room{"policy", 2},
    Room{"command", 2},  Room{"source", 2}, Room{"event", 2},  Room{"session", 2},
    Room{"schedule", 2}, Room{"plugin", 3}, Room{"ingest", 4}, Room{"recording", 4},
    Room{"control", 5},  Room{"daemon", 6}, Room{"cli", 7},
};

std::optional<int> rank_of(std::string_view room) {
  const auto* const found = std::ranges::find(kRooms, room, &Room::name);
  if (found == kRooms.end()) return std::nullopt;
  return found->rank;
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  for (const auto& part : fs::path(path)) {
    parts.push_back(part.string());
  }
  return parts;
}

struct Include {
  std::string target;
  bool is_quoted = false;
};

std::vector<Include> includes_of(const std::string& content) {
  static const std::regex kLine(R"re(^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"])re");
  std::vector<Include> includes;
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, kLine)) includes.push_back({match[2], match[1] == "\""});
  }
  return includes;
}

std::string without_comments(const std::string& content) {
  static const std::regex kComment(R"(//[^\n]*|/\*[\s\S]*?\*/)");
  return std::regex_replace(content, kComment, "");
}

bool is_project_path(std::string_view target) {
  return std::ranges::any_of(std::array{"host/", "sdk/", "plugins/", "sinks/", "tests/", "bench/"},
                             [&](std::string_view top) { return target.starts_with(top); });
}

// ---- host ----

std::optional<std::string> wrong_in_host(std::string_view room, const Include& include) {
  const std::string_view target = include.target;
  if (target.starts_with("kato/")) {
    if (room != "plugin") return "only host/plugin may know the SDK";
    return std::nullopt;
  }
  if (target.starts_with("boost/dll") && room != "plugin") return "only host/plugin may load";
  if (target.starts_with("yaml-cpp") && room != "config") return "only host/config may read YAML";
  if (!is_project_path(target)) {
    if (include.is_quoted) return "host files are included from the top of the tree";
    return std::nullopt;
  }
  const auto parts = parts_of(target);
  if (parts[0] != "host") return "the host may not know what is outside of it";
  const auto own = rank_of(room);
  const auto other = rank_of(parts.at(1));
  if (!own || !other) return "this room is not in the list of this test";
  const bool is_event_for_session = room == "session" && parts[1] == "event";
  if (room == parts[1] || *other < *own || is_event_for_session) return std::nullopt;
  return "this room may not know that one";
}

// Calls that open, write or change files. What goes to a standard stream is no file's matter.
const std::regex& file_calls() {
  static const std::regex kCalls(
      R"((^|[^\w:])::(open|openat|openat2|creat|write(?!\s*\(\s*STD(OUT|ERR)_FILENO)|pwrite|writev|rename|renameat|renameat2|)"
      R"(truncate|ftruncate|unlink|unlinkat|link|symlink|mkdir|mkdirat|rmdir|chmod|fchmod)\s*\()"
      R"(|\b(fsync|fdatasync|syncfs|fopen|freopen|[io]?fstream)\b)"
      R"(|filesystem::(rename|remove|remove_all|copy|copy_file|create_director|resize_file|permi))");
  return kCalls;
}

// Writes to descriptors of the standard streams that it is handed.
constexpr std::string_view kStreamWriter = "host/cli/output.cpp";

std::vector<std::string> wrong_words(std::string_view path, const std::string& content) {
  std::vector<std::string> wrong;
  static const std::regex kAgents("claude|codex|gemini", std::regex::icase);
  if (std::regex_search(content, kAgents)) wrong.emplace_back("the host names no provider");
  std::smatch call;
  const auto code = without_comments(content);
  const bool may_call = path.starts_with("host/io/") || path == kStreamWriter;
  if (!may_call && std::regex_search(code, call, file_calls())) {
    wrong.push_back("only host/io may do this to files: " + call.str());
  }
  return wrong;
}

// ---- what is outside of the host ----

std::optional<std::string> wrong_in_plugin(const std::vector<std::string>& place,
                                           const Include& include) {
  const std::string_view target = include.target;
  if (target.starts_with("kato/testkit/")) return "a plugin does not need the test kit";
  if (target.starts_with("..")) return "a plugin may not reach out of its folder";
  if (!is_project_path(target)) return std::nullopt;
  const auto parts = parts_of(target);
  const bool is_shared = parts[0] == "plugins" && parts.at(1) == "jsonlog";
  if (parts[0] == place[0] && (is_shared || parts.at(1) == place[1])) return std::nullopt;
  return "a plugin may know the SDK and itself alone";
}

bool is_standard(std::string_view target) {
  return target.find('/') == std::string_view::npos && target.find('.') == std::string_view::npos;
}

std::optional<std::string> wrong_in_sdk(const std::vector<std::string>& place,
                                        const Include& include) {
  const std::string_view target = include.target;
  if (include.is_quoted) {
    if (target.find('/') == std::string_view::npos) return std::nullopt;
    return "the SDK may include only its neighbours by name";
  }
  const std::string_view part = place.at(1);
  if (part == "include") {
    const bool is_allowed = target == "stdint.h" || target == "stddef.h";
    return is_allowed ? std::nullopt : std::optional<std::string>("ABI headers stand alone");
  }
  if (target.starts_with("kato/") || is_standard(target)) return std::nullopt;
  if (part == "testkit" && (target == "xxhash.h" || target == "dlfcn.h")) return std::nullopt;
  return "the SDK depends on nothing but the standard library";
}

// What is wrong with a file. `path` is relative to the top of the tree.
std::vector<std::string> violations(const std::string& path, const std::string& content) {
  const auto place = parts_of(path);
  std::vector<std::string> found;
  const auto note = [&](std::string_view what, std::string_view why) {
    found.push_back(path + ": " + std::string(what) + ": " + std::string(why));
  };
  for (const auto& include : includes_of(content)) {
    std::optional<std::string> wrong;
    if (place[0] == "host") wrong = wrong_in_host(place.at(1), include);
    if (place[0] == "plugins" || place[0] == "sinks") wrong = wrong_in_plugin(place, include);
    if (place[0] == "sdk" && place[1] != "template") wrong = wrong_in_sdk(place, include);
    if (wrong) note(include.target, *wrong);
  }
  if (place[0] == "host") {
    for (const auto& wrong : wrong_words(path, content)) {
      note("text", wrong);
    }
  }
  return found;
}

bool is_source(const fs::path& path) {
  return std::ranges::any_of(std::array{".h", ".hpp", ".c", ".cpp", ".in"},
                             [&](std::string_view end) { return path.extension() == end; });
}

}  // namespace

TEST_CASE("nothing in the tree points the wrong way", "[tree]") {
  const fs::path top = kato::test::source_dir();
  size_t files = 0;
  for (const auto* const folder : {"host", "sdk", "plugins", "sinks"}) {
    for (const auto& entry : fs::recursive_directory_iterator(top / folder)) {
      if (!entry.is_regular_file() || !is_source(entry.path())) continue;
      std::ostringstream content;
      content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      ++files;
      for (const auto& wrong : violations(fs::relative(entry.path(), top), content.str())) {
        FAIL_CHECK(wrong);
      }
    }
  }
  CHECK(files > 50);
}

TEST_CASE("an include that points the wrong way is seen", "[tree]") {
  const auto is_wrong = [](const std::string& path, const std::string& content) {
    return !violations(path, content).empty();
  };
  const std::string to_event = "#include \"host/event/event.h\"\n";
  CHECK(is_wrong("host/base/hash.h", to_event));
  CHECK(is_wrong("host/config/config.h", to_event));
  CHECK_FALSE(is_wrong("host/session/twin.h", to_event));
  CHECK_FALSE(is_wrong("host/event/kind.cpp", to_event));
  CHECK_FALSE(is_wrong("host/plugin/registry.h", to_event));
  CHECK(is_wrong("host/event/event.h", "#include \"host/session/twin.h\"\n"));
  CHECK(is_wrong("host/ingest/step.h", "#include \"host/recording/recorder.h\"\n"));
  CHECK(is_wrong("host/attic/old.h", "#include \"host/base/error.h\"\n"));
  CHECK(is_wrong("host/base/error.h", "  #  include <kato/abi.h>\n"));
  CHECK(is_wrong("host/cli/main.cpp", "#include <boost/dll/shared_library.hpp>\n"));
  CHECK(is_wrong("host/cli/main.cpp", "#include <yaml-cpp/yaml.h>\n"));
  CHECK(is_wrong("host/cli/main.cpp", "#include \"plugins/one/decoder.h\"\n"));
  CHECK(is_wrong("host/cli/main.cpp", "#include \"command.h\"\n"));
}

TEST_CASE("a plugin that reaches out of its folder is seen", "[tree]") {
  const auto is_wrong = [](const std::string& path, const std::string& include) {
    return !violations(path, "#include " + include + "\n").empty();
  };
  CHECK(is_wrong("plugins/one/a.cpp", "\"host/base/error.h\""));
  CHECK(is_wrong("plugins/one/a.cpp", "\"plugins/two/b.h\""));
  CHECK(is_wrong("plugins/one/a.cpp", "\"../two/b.h\""));
  CHECK(is_wrong("sinks/one/a.cpp", "\"plugins/jsonlog/json.h\""));
  CHECK_FALSE(is_wrong("plugins/one/a.cpp", "\"plugins/jsonlog/json.h\""));
  CHECK_FALSE(is_wrong("plugins/one/a.cpp", "\"a.h\""));
  CHECK_FALSE(is_wrong("plugins/one/a.cpp", "<kato/provider.hpp>"));
  CHECK_FALSE(is_wrong("plugins/one/a.cpp", "<simdjson.h>"));
  CHECK(is_wrong("sdk/include/kato/abi.h", "<string.h>"));
  CHECK(is_wrong("sdk/cpp/kato/common.hpp", "<fmt/format.h>"));
  CHECK(is_wrong("sdk/testkit/fake_host.cpp", "\"tests/support/catch.h\""));
}

TEST_CASE("what only one room may do is seen elsewhere", "[tree]") {
  const auto is_wrong = [](const std::string& path, const std::string& code) {
    return !violations(path, code).empty();
  };
  CHECK(is_wrong("host/cli/x.cpp", "int fd = ::open(path, O_RDONLY);"));
  CHECK(is_wrong("host/cli/x.cpp", "fsync(fd);"));
  CHECK(is_wrong("host/cli/x.cpp", "std::ofstream out(path);"));
  CHECK(is_wrong("host/cli/x.cpp", "std::filesystem::remove_all(path);"));
  CHECK(is_wrong("host/cli/x.cpp", "if (id == \"Codex\") return;"));
  CHECK(is_wrong("host/cli/x.cpp", "::write(fd, text.data(), text.size());"));
  CHECK_FALSE(is_wrong("host/cli/x.cpp", "::write(STDERR_FILENO, text.data(), 3);"));
  CHECK_FALSE(is_wrong("host/io/x.cpp", "int fd = ::open(path, O_RDONLY);"));
  CHECK_FALSE(is_wrong("host/cli/x.cpp", "auto file = files.open(path); Reader::open(path);"));
  CHECK_FALSE(is_wrong("host/cli/x.cpp", "// fsync is done by host/io\n"));
}
