// Metas that the disk does not give at the start, for a moment: P2 and P5 hold for their sessions.
#include <cerrno>
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;
using kato::test::is_degraded;

namespace {

// The daemon starts while the meta of the first session cannot be read.
std::unique_ptr<Daemon> start_without_meta(DaemonRig& rig) {
  rig.files.fault = [&rig](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kRead && path.ends_with(rig.key(1) + ".meta.json") ? EIO : 0;
  };
  auto daemon = rig.make();
  REQUIRE(daemon);
  CHECK(is_degraded((*daemon)->status(false), rig.session_id(1).substr(0, 8)));
  rig.files.fault = {};
  return std::move(*daemon);
}

}  // namespace

TEST_CASE("P5: no other session gets a destination whose session could not be read at the start",
          "[daemon][P5]") {
  DaemonRig rig;
  rig.say(1, "::start notes.md");
  rig.say(2, "hello");
  static_cast<void>(rig.working());
  std::filesystem::remove(rig.log(1));
  const auto daemon = start_without_meta(rig);
  rig.say(2, "not for the notes\n::start notes.md");
  daemon->work([] { return false; });
  CHECK(rig.read("proj/notes.md").contains("::start notes.md"));
  CHECK_FALSE(rig.read("proj/notes.md").contains("not for the notes"));
  CHECK_FALSE(is_degraded(daemon->status(false), rig.session_id(1).substr(0, 8)));
}

TEST_CASE("P2: a session that owes is taken up though its meta could not be read at the start",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  {
    const auto daemon = rig.working();
    rig.say(1, "::start notes.md");
    rig.say(1, "the last word");
    rig.files.fault = [](FileOperation operation, const std::string& path) {
      return operation == FileOperation::kAppend && path.ends_with("notes.md") ? EIO : 0;
    };
    rig.work(*daemon);
  }
  std::filesystem::remove(rig.log(1));
  const auto daemon = start_without_meta(rig);
  rig.work(*daemon);
  CHECK(rig.read("proj/notes.md").contains("the last word"));
}
