#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "host/policy/canonical_path.h"
#include "host/policy/path_policy.h"

#include "tests/support/catch.h"

using namespace kato;
namespace fs = std::filesystem;

namespace {

// A home with a state folder, a project, an agent's logs and a place outside of all.
class Home {
 public:
  Home() {
    char folder[] = "/tmp/kato-policy-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    top_ = fs::canonical(folder);
    for (const auto* name : {"state/recordings", "state/sessions", "project/sub", "logs", "out"}) {
      fs::create_directories(top_ / name);
    }
    file("project/notes.md");
    file("out/secret");
    file("state/kato.yaml");
    file("logs/session.jsonl");
  }
  ~Home() { fs::remove_all(top_); }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;
  Home(Home&&) = delete;
  Home& operator=(Home&&) = delete;

  [[nodiscard]] std::string at(const std::string& name) const { return (top_ / name).string(); }
  void file(const std::string& name) const { std::ofstream(top_ / name) << "text\n"; }
  void link(const std::string& name, const std::string& target) const {
    fs::create_symlink(target, top_ / name);
  }
  [[nodiscard]] FileSystem& files() const { return *files_; }

  [[nodiscard]] PathRules rules() const {
    return {.state_directory = at("state"),
            .allowed_write_roots = {"{state}/recordings", "{project}"},
            .provider_roots = {at("logs")}};
  }
  [[nodiscard]] Decision check(const std::string& path) const { return check(path, rules()); }
  [[nodiscard]] Decision check(const std::string& path, const PathRules& rules) const {
    return PathPolicy(*files_, rules).check(path, at("project"));
  }
  [[nodiscard]] Denial denial(const std::string& name) const { return check(at(name)).denial; }

 private:
  fs::path top_;
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
};

}  // namespace

TEST_CASE("whole components decide what lies below a folder", "[policy]") {
  CHECK(lies_below("/notes", "/notes/x"));
  CHECK_FALSE(lies_below("/notes", "/notes-old/x"));
  CHECK_FALSE(lies_below("/notes", "/notes"));
  CHECK_FALSE(lies_below("/notes", "/notes/"));
  CHECK(lies_below("/", "/x"));
  CHECK_FALSE(lies_below("/", "/"));
}

TEST_CASE("the project and the recordings may be written, also files that do not exist",
          "[policy]") {
  const Home home;
  const auto decision = home.check(home.at("project/new/folder/x.md"));
  CHECK(decision.allowed());
  CHECK(decision.root == home.at("project"));
  CHECK(decision.relative == "new/folder/x.md");
  CHECK_FALSE(decision.exists);
  CHECK(home.check(home.at("project/notes.md")).exists);
  CHECK(home.check(home.at("state/recordings/a.md")).allowed());
  CHECK(home.check(home.at("project/./sub//../notes.md")).path == home.at("project/notes.md"));
}

TEST_CASE("what lies outside of the allowed folders is denied with the reason", "[policy]") {
  const Home home;
  CHECK(home.denial("out/x.md") == Denial::kOutsideRoots);
  CHECK(home.denial("project-2/x.md") == Denial::kOutsideRoots);
  CHECK(home.denial("project") == Denial::kDirectory);
  CHECK(home.denial("project/../out/x.md") == Denial::kOutsideRoots);
  CHECK(home.check("/etc/passwd").denial == Denial::kOutsideRoots);
  CHECK(home.check("/").denial == Denial::kDirectory);
  CHECK(home.check(home.at("out/x.md")).reason ==
        "it lies below none of the allowed folders: " + home.at("state/recordings") + ", " +
            home.at("project"));
  CHECK(to_name(Denial::kOutsideRoots) == "outside-roots");
}

TEST_CASE("P5: a project folder that is gone allows nothing, and is not made again",
          "[policy][P5]") {
  const Home home;
  fs::remove_all(home.at("project"));
  const auto decision = home.check(home.at("project/x.md"));
  CHECK(decision.denial == Denial::kOutsideRoots);
  CHECK(decision.reason.contains(home.at("project") + " is not there"));
  CHECK(home.denial("project/sub/x.md") == Denial::kOutsideRoots);
  CHECK(home.check(home.at("state/recordings/a.md")).allowed());
  CHECK_FALSE(home.check(home.at("out/x.md")).reason.contains("is not there"));
  fs::create_directories(home.at("project"));
  CHECK(home.check(home.at("project/sub/x.md")).allowed());
}

TEST_CASE("what is no full path is denied", "[policy]") {
  const Home home;
  CHECK(home.check("project/x.md").denial == Denial::kUnclear);
  CHECK(home.check("").denial == Denial::kUnclear);
  CHECK(home.check(home.at("project/") + std::string("a\0b", 3)).denial == Denial::kUnclear);
  CHECK(home.check(home.at("project/") + std::string(5000, 'x')).denial == Denial::kUnclear);
  CHECK(home.check(home.at("project/") + std::string(300, 'x')).denial == Denial::kUnclear);
  CHECK(home.denial("project/notes.md/x.md") == Denial::kUnclear);
  CHECK(home.denial("project/none/../x.md") == Denial::kUnclear);
}

TEST_CASE("links are followed to where they lead", "[policy][link]") {
  const Home home;
  home.link("project/out-folder", home.at("out"));
  home.link("project/out-file.md", home.at("out/secret"));
  home.link("project/inside.md", "notes.md");
  home.link("project/dangling.md", home.at("out/none"));
  home.link("project/loop", "loop");
  home.link("project/sneaky", "sub/../../out");
  CHECK(home.denial("project/out-folder/x.md") == Denial::kOutsideRoots);
  CHECK(home.denial("project/out-folder/new/x.md") == Denial::kOutsideRoots);
  CHECK(home.denial("project/out-file.md") == Denial::kOutsideRoots);
  CHECK(home.denial("project/sneaky/x.md") == Denial::kOutsideRoots);
  CHECK(home.denial("project/dangling.md") == Denial::kUnclear);
  CHECK(home.denial("project/loop") == Denial::kUnclear);
  const auto inside = home.check(home.at("project/inside.md"));
  CHECK(inside.allowed());
  CHECK(inside.path == home.at("project/notes.md"));
}

TEST_CASE("'..' behind a link is the folder above its target", "[policy][link]") {
  const Home home;
  home.link("project/elsewhere", home.at("out"));
  CHECK(home.check(home.at("project/elsewhere/../project/x.md")).path == home.at("project/x.md"));
  CHECK(home.denial("project/elsewhere/../x.md") == Denial::kOutsideRoots);
}

TEST_CASE("an allowed folder that is a link allows what it leads to", "[policy][link]") {
  const Home home;
  home.link("alias", home.at("project"));
  auto rules = home.rules();
  rules.allowed_write_roots = {home.at("alias"), home.at("dangling/none")};
  CHECK(home.check(home.at("alias/x.md"), rules).root == home.at("project"));
  CHECK(home.check(home.at("project/x.md"), rules).allowed());
}

TEST_CASE("Kato's own files are never written, whatever is allowed", "[policy]") {
  const Home home;
  auto rules = home.rules();
  rules.allowed_write_roots = {"/", home.at("")};
  for (const auto* name :
       {"state/kato.yaml", "state/sessions/x.twin.jsonl", "state/new.md", "state/recordings",
        "state/recordings-2/x.md", "state/recordings/../kato.yaml"}) {
    INFO(name);
    CHECK(home.check(home.at(name), rules).denial == Denial::kStateDirectory);
    CHECK(PathPolicy(home.files(), rules).check_explicit(home.at(name)).denial ==
          Denial::kStateDirectory);
  }
  home.link("project/to-state", home.at("state"));
  CHECK(home.denial("project/to-state/kato.yaml") == Denial::kStateDirectory);
}

TEST_CASE("a recordings folder that leads into the state is not honoured", "[policy][link]") {
  const Home home;
  fs::remove(home.at("state/recordings"));
  home.link("state/recordings", "sessions");
  CHECK(home.denial("state/recordings/x.md") == Denial::kStateDirectory);
  fs::remove(home.at("state/recordings"));
  home.link("state/recordings", home.at("out"));
  CHECK(home.check(home.at("state/recordings/x.md")).path == home.at("out/x.md"));
  CHECK(home.check(home.at("state/recordings/x.md")).allowed());
}

TEST_CASE("an agent's logs are never written, whatever is allowed", "[policy]") {
  const Home home;
  auto rules = home.rules();
  rules.allowed_write_roots = {"/"};
  home.link("logs-alias", home.at("logs"));
  rules.provider_roots = {home.at("logs-alias/")};
  CHECK(home.check(home.at("logs/x.md"), rules).denial == Denial::kProviderRoot);
  CHECK(home.check(home.at("logs/session.jsonl"), rules).denial == Denial::kProviderRoot);
  CHECK(home.check(home.at("logs-2/x.md"), rules).allowed());
  CHECK(PathPolicy(home.files(), rules).check_explicit(home.at("logs/x.md")).denial ==
        Denial::kProviderRoot);
}

TEST_CASE("only ordinary files with one name are written", "[policy]") {
  const Home home;
  REQUIRE(::mkfifo(home.at("project/fifo").c_str(), 0600) == 0);
  CHECK(home.denial("project/fifo") == Denial::kSpecialFile);
  CHECK(home.denial("project/sub") == Denial::kDirectory);
  auto rules = home.rules();
  rules.allowed_write_roots = {"/"};
  CHECK(home.check("/dev/null", rules).denial == Denial::kSpecialFile);
  fs::create_hard_link(home.at("out/secret"), home.at("project/hard.md"));
  CHECK(home.denial("project/hard.md") == Denial::kHardLinks);
  rules.allow_hard_links = true;
  CHECK(home.check(home.at("project/hard.md"), rules).allowed());
}

TEST_CASE("a session without a project may only write its recordings", "[policy]") {
  const Home home;
  const PathPolicy policy(home.files(), home.rules());
  CHECK(policy.check(home.at("project/x.md"), "").denial == Denial::kOutsideRoots);
  CHECK(policy.check(home.at("project/x.md"), "project").denial == Denial::kOutsideRoots);
  CHECK(policy.check(home.at("state/recordings/x.md"), "").allowed());
  auto rules = home.rules();
  rules.allowed_write_roots.clear();
  CHECK(home.check(home.at("project/x.md"), rules).reason == "no folder is allowed");
}

TEST_CASE("a state folder that is still to be made allows its recordings", "[policy]") {
  const Home home;
  auto rules = home.rules();
  rules.state_directory = home.at("later/.kato");
  CHECK(home.check(home.at("later/.kato/recordings/x.md"), rules).allowed());
  CHECK(home.check(home.at("later/.kato/x.md"), rules).denial == Denial::kStateDirectory);
}

TEST_CASE("a path that a person names at the command line may lie anywhere else", "[policy]") {
  const Home home;
  const PathPolicy policy(home.files(), home.rules());
  const auto decision = policy.check_explicit(home.at("out/x.md"));
  CHECK(decision.allowed());
  CHECK(decision.root == home.at("out"));
  CHECK(decision.relative == "x.md");
  CHECK(policy.check_explicit("/dev/null").denial == Denial::kSpecialFile);
}

TEST_CASE("a link that is swapped in after the decision does not help", "[policy][link]") {
  const Home home;
  const auto decision = home.check(home.at("project/sub/x.md"));
  REQUIRE(decision.allowed());
  fs::remove(home.at("project/sub"));
  home.link("project/sub", home.at("out"));
  CHECK_FALSE(
      home.files().open_beneath(decision.root, decision.relative, OpenMode::kCreateOrAppend));
  CHECK_FALSE(fs::exists(home.at("out/x.md")));
}
