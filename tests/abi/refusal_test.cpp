// Every reason for which a plugin is refused, each by a plugin that has that fault alone.
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "host/io/file_system.h"
#include "host/plugin/registry.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::TemporaryFolder;

namespace {

std::string folder_of(const std::string& name) {
  return std::string(KATO_TEST_PLUGINS) + "/" + name;
}

std::string copy_into(const TemporaryFolder& folder, const std::string& name,
                      const std::string& as) {
  const auto to = folder / as;
  std::filesystem::create_directories(std::filesystem::path(to).parent_path());
  std::filesystem::copy_file(folder_of(name) + "/" + name + ".so", to);
  return to;
}

// What is said of the only plugin in a folder, after it was asked for.
struct Verdict {
  PluginEntry found;  // by the scan
  PluginEntry asked;  // after it was asked for
};

Verdict judge(const std::string& folder) {
  const auto files = make_posix_file_system();
  const auto registry = PluginRegistry::scan(*files, {{folder}});
  REQUIRE(registry->entries().size() == 1);
  Verdict verdict{registry->entries()[0], {}};
  const auto& identity = verdict.found.identity;
  if (identity.kind == PluginKind::kSink) {
    static_cast<void>(registry->sink(identity.id));
  } else {
    static_cast<void>(registry->provider(identity.id));
  }
  verdict.asked = registry->entries()[0];
  return verdict;
}

void check_reason(const PluginEntry& entry, const std::string& words) {
  INFO(entry.identity.path << ": " << entry.reason);
  CHECK(entry.status == PluginStatus::kRefused);
  CHECK(entry.reason.find(words) != std::string::npos);
  CHECK(entry.reason.find('\n') == std::string::npos);
}

void change(const std::string& path, size_t offset, unsigned char value) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(value));
}

}  // namespace

TEST_CASE("what the file says is enough to refuse it; none of its code runs", "[abi]") {
  // Each of these aborts the process if it is loaded.
  const auto [name, words] = GENERATE(table<std::string, std::string>({
      {"no_entry", "no entry symbol kato_plugin_v1"},
      {"no_note", "no identity note"},
      {"two_notes", "two identity notes"},
      {"small_note", "note is too small: struct_size 20"},
      {"other_major", "built for ABI major 2; this host speaks 1"},
      {"other_entry", "built for ABI major 2; this host speaks 1"},
      {"unknown_capability", "requires capabilities (0x10000000000)"},
      {"unknown_kind", "kind 9 is unknown"},
      {"bad_id", "id is not of the form"},
      {"bad_version", "version is not a version"},
  }));
  check_reason(judge(folder_of(name)).found, words);
}

TEST_CASE("what only the loaded plugin shows refuses it when it is asked for", "[abi]") {
  const auto [name, words] = GENERATE(table<std::string, std::string>({
      {"missing_symbol", "undefined symbol: kato_test_symbol_that_nobody_has"},
      {"gives_nothing", "its entry gave nothing"},
      {"small_descriptor", "descriptor is too small: struct_size 24"},
      {"small_table", "provider table is too small"},
      {"null_table", "provider table is NULL"},
      {"null_slot", "lacks decode"},
      {"null_sink_slot", "lacks append"},
      {"null_sink_table", "sink table is NULL"},
      {"unknown_shape", "shape 5 is unknown"},
      {"bad_schema", "options schema is not valid JSON"},
      {"mismatched_id", "differ in the id"},
      {"mismatched_kind", "differ in the kind"},
      {"mismatched_version", "differ in the version"},
      {"mismatched_minor", "differ in the ABI minor"},
      {"mismatched_capabilities", "differ in the required capabilities"},
  }));
  const auto verdict = judge(folder_of(name));
  INFO(name << ": " << verdict.found.reason);
  CHECK(verdict.found.status == PluginStatus::kAvailable);
  check_reason(verdict.asked, words);
  CHECK(verdict.asked.reason.find("Bad file descriptor") == std::string::npos);
}

TEST_CASE("plugins of newer and of leaner make are taken", "[abi]") {
  const auto name = GENERATE("newer_minor", "fewer_fields", "render_only", "delivery");
  const auto verdict = judge(folder_of(name));
  INFO(name << ": " << verdict.asked.reason);
  CHECK(verdict.asked.status == PluginStatus::kLoaded);
}

TEST_CASE("a delivery sink is known but cannot be recorded with", "[abi]") {
  const auto files = make_posix_file_system();
  const auto registry = PluginRegistry::scan(*files, {{folder_of("delivery")}});
  CHECK(registry->sink("broken").error().code() == ErrorCode::kUnsupported);
}

TEST_CASE("two plugins of one id are both refused, and both are named", "[abi]") {
  const TemporaryFolder folder;
  const auto one = copy_into(folder, "toy_provider", "a/toy.so");
  const auto other = copy_into(folder, "toy_provider", "b/other.so");
  const auto files = make_posix_file_system();
  const auto registry = PluginRegistry::scan(*files, {{folder / "a", folder / "b"}});
  REQUIRE(registry->entries().size() == 2);
  for (const auto& entry : registry->entries()) {
    check_reason(entry, one);
    check_reason(entry, other);
  }
  CHECK(registry->provider_ids().empty());
  CHECK(registry->provider("toy").error().code() == ErrorCode::kPlugin);
}

TEST_CASE("one file that is found twice is one plugin", "[abi]") {
  const TemporaryFolder folder;
  copy_into(folder, "toy_provider", "a/toy.so");
  REQUIRE(::symlink((folder / "a/toy.so").c_str(), (folder / "a/link.so").c_str()) == 0);
  REQUIRE(::symlink((folder / "a").c_str(), (folder / "b").c_str()) == 0);
  const auto files = make_posix_file_system();
  const auto registry = PluginRegistry::scan(*files, {{folder / "a", folder / "b", folder / "a"}});
  CHECK(registry->entries().size() == 1);
  CHECK(registry->provider("toy"));
}

TEST_CASE("a provider and a sink may have the same id", "[abi]") {
  const auto files = make_posix_file_system();
  const auto registry =
      PluginRegistry::scan(*files, {{folder_of("toy_provider"), folder_of("toy_sink")}});
  CHECK(registry->provider("toy"));
  CHECK(registry->sink("toy"));
}

TEST_CASE("a file or folder that others may write is refused", "[abi]") {
  const TemporaryFolder folder;
  const auto plugin = copy_into(folder, "toy_provider", "a/toy.so");
  SECTION("file") {
    REQUIRE(::chmod(plugin.c_str(), 0666) == 0);
    check_reason(judge(folder / "a").found, plugin + " is writable by everyone");
  }
  SECTION("folder") {
    REQUIRE(::chmod((folder / "a").c_str(), 0777) == 0);
    check_reason(judge(folder / "a").found, folder / "a is writable by everyone");
  }
  SECTION("the folder that a link leads to") {
    REQUIRE(::chmod((folder / "a").c_str(), 0777) == 0);
    std::filesystem::create_directory(folder / "b");
    REQUIRE(::symlink(plugin.c_str(), (folder / "b/link.so").c_str()) == 0);
    check_reason(judge(folder / "b").found, "is writable by everyone");
  }
  SECTION("made writable after it was found") {
    const auto files = make_posix_file_system();
    const auto registry = PluginRegistry::scan(*files, {{folder / "a"}});
    REQUIRE(::chmod(plugin.c_str(), 0666) == 0);
    CHECK(registry->provider("toy").error().message().find("writable") != std::string::npos);
  }
}

TEST_CASE("a group may write only if it is the owner's own", "[abi]") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can give a file to another group");
    return;
  }
  const TemporaryFolder folder;
  const auto plugin = copy_into(folder, "toy_provider", "a/toy.so");
  REQUIRE(::chmod(plugin.c_str(), 0664) == 0);
  CHECK(judge(folder / "a").found.status == PluginStatus::kAvailable);  // root's own group
  REQUIRE(::chown(plugin.c_str(), 0, 1) == 0);
  check_reason(judge(folder / "a").found, "writable by a group that is not its owner's own");
  REQUIRE(::chown(plugin.c_str(), 4242, 4242) == 0);  // a user that nobody knows
  check_reason(judge(folder / "a").found, "writable by a group that is not its owner's own");
}

TEST_CASE("what is no library for this machine is refused", "[abi]") {
  const TemporaryFolder folder;
  const auto plugin = copy_into(folder, "no_entry", "a/plugin.so");
  SECTION("text") {
    folder.write("a/plugin.so", "not a library");
    check_reason(judge(folder / "a").found, "not an ELF shared library");
  }
  SECTION("empty") {
    folder.write("a/plugin.so", "");
    check_reason(judge(folder / "a").found, "not an ELF shared library");
  }
  SECTION("32 bit") {
    change(plugin, 4, 1);
    check_reason(judge(folder / "a").found, "not a 64-bit library");
  }
  SECTION("other byte order") {
    change(plugin, 5, 2);
    check_reason(judge(folder / "a").found, "of the other byte order");
  }
  SECTION("other processor") {
    change(plugin, 18, 8);
    check_reason(judge(folder / "a").found, "another processor (ELF machine 8)");
  }
  SECTION("an executable") {
    change(plugin, 16, 2);
    check_reason(judge(folder / "a").found, "not a shared library");
  }
  SECTION("a link that leads nowhere") {
    std::filesystem::remove(plugin);
    REQUIRE(::symlink("nowhere", plugin.c_str()) == 0);
    check_reason(judge(folder / "a").found, "No such file");
  }
}

TEST_CASE("only absolute folders and files named .so are looked at", "[abi]") {
  const TemporaryFolder folder;
  folder.write("a/README.md", "no plugin");
  folder.write("a/toy.so.old", "no plugin");
  std::filesystem::create_directories(folder / "a/folder.so");
  const auto files = make_posix_file_system();
  CHECK(PluginRegistry::scan(*files, {{folder / "a", folder / "missing"}})->entries().empty());
  const auto registry = PluginRegistry::scan(*files, {{"plugins"}});
  REQUIRE(registry->entries().size() == 1);
  check_reason(registry->entries()[0], "absolute");
}

TEST_CASE("what is not there is answered with what may have been meant", "[abi]") {
  const auto files = make_posix_file_system();
  const auto registry = PluginRegistry::scan(*files, {{folder_of("toy_provider")}});
  const auto missing = registry->provider("tyo");
  CHECK(missing.error().code() == ErrorCode::kNotFound);
  CHECK(missing.error().message().find("did you mean toy?") != std::string::npos);
  CHECK(registry->sink("toy").error().message().find("none was found") != std::string::npos);
}
