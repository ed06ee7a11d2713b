// Destinations that are written again and again: what is looked at each time, and what now and
// then.
#include "host/policy/known_places.h"

#include <filesystem>

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using namespace kato::test;
namespace fs = std::filesystem;

namespace {

struct Places {
  TemporaryFolder home;
  FaultyFileSystem files;
  FakeClock clock;
  PathPolicy policy{files,
                    {.state_directory = home / "state",
                     .allowed_write_roots = {"{project}"},
                     .provider_roots = {home / "logs"}}};
  KnownPlaces places{files, policy, clock};

  Places() {
    home.write("project/sub/notes.md", "text\n");
    home.write("out/notes.md", "a secret\n");
    home.write("state/.keep", "");
    home.write("logs/.keep", "");
  }
  [[nodiscard]] Decision check() {
    return places.check(home / "project/sub/notes.md", home / "project");
  }
  // The folder is put aside, and a link takes its place.
  void swap(const std::string& folder, const std::string& target) const {
    fs::rename(home / folder, home / (folder + "-old"));
    fs::create_symlink(home / target, home / folder);
  }
};

}  // namespace

TEST_CASE("P9: an allowed destination is not judged anew for each append", "[policy][P9]") {
  Places of;
  const auto first = of.check();
  REQUIRE(first.allowed());
  const auto looks = of.files.counts.canonicals;
  for (int append = 0; append < 100; ++append) {
    CHECK(of.check().path == first.path);
  }
  CHECK(of.files.counts.canonicals == looks);
  of.clock.advance(KnownPlaces::kHoldsFor);
  CHECK(of.check().allowed());
  CHECK(of.files.counts.canonicals > looks);
}

TEST_CASE("P5: a link that takes the place of the allowed folder is seen at once", "[policy][P5]") {
  Places of;
  of.home.write("out/sub/notes.md", "a secret\n");
  REQUIRE(of.check().allowed());
  of.swap("project", "out");
  const auto decision = of.check();
  // The project itself leads there now, as far as the policy can tell; but that was looked at.
  CHECK(decision.path == fs::canonical(of.home / "out/sub/notes.md"));
}

TEST_CASE("P5: a link that is put in below the allowed folder is not followed", "[policy][P5]") {
  Places of;
  REQUIRE(of.check().allowed());
  of.swap("project/sub", "out");
  const auto decision = of.check();
  const auto opened =
      of.files.open_beneath(decision.root, decision.relative, OpenMode::kCreateOrAppend);
  CHECK_FALSE(opened);
  of.places.forget(of.home / "project/sub/notes.md");
  CHECK(of.check().denial == Denial::kOutsideRoots);
  CHECK(of.home.read("out/notes.md") == "a secret\n");
}

TEST_CASE("P5: what was refused, and what leads through a link, is judged each time",
          "[policy][P5]") {
  Places of;
  fs::create_symlink(of.home / "project/sub", of.home / "project/link");
  const auto through = of.home / "project/link/notes.md";
  CHECK(of.places.check(through, of.home / "project").allowed());
  fs::remove(of.home / "project/link");
  fs::create_symlink(of.home / "out", of.home / "project/link");
  CHECK_FALSE(of.places.check(through, of.home / "project").allowed());
  fs::remove(of.home / "project/link");
  fs::create_symlink(of.home / "project/sub", of.home / "project/link");
  CHECK(of.places.check(through, of.home / "project").allowed());
}
