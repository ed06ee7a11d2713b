// A state folder that somebody takes away from under the daemon.
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;

TEST_CASE("P7: a daemon whose state folder was removed, or replaced, knows that it is not its own",
          "[state][P7]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto first = rig.working();
  CHECK(first->check_ownership());
  std::filesystem::remove_all(rig.home / "state");
  CHECK(first->check_ownership().error().code() == ErrorCode::kRefused);
  const auto second = rig.working();
  CHECK(second->check_ownership());
  CHECK(first->check_ownership().error().message().contains(rig.home / "state"));
}

TEST_CASE("a disk that fails for a moment does not take the state away", "[state]") {
  DaemonRig rig;
  const auto daemon = rig.working();
  rig.files.fault = [](kato::test::FileOperation, const std::string&) { return EIO; };
  CHECK(daemon->check_ownership());
}
