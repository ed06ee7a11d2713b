// A disk that fails for a moment: what was not decided or not done then is done later.
#include <cerrno>

#include "tests/support/catch.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::DaemonRig;
using kato::test::FileOperation;

namespace {

void let_pass(DaemonRig& rig, Daemon& daemon) {
  rig.files.fault = {};
  rig.clock.advance(std::chrono::seconds(30));
  rig.work(daemon);
}

}  // namespace

TEST_CASE("P2: a log that cannot be looked at for a moment has not vanished", "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start talk.jsonl");
  rig.files.fault = [&rig](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kInfo && path == rig.log(1) ? EIO : 0;
  };
  rig.work(*daemon);
  CHECK(daemon->status(true).watching.missing_sources == 0);
  CHECK_FALSE(daemon->status(false).degraded.empty());
  let_pass(rig, *daemon);
  CHECK(rig.read("proj/talk.jsonl").contains("::start talk.jsonl"));
  CHECK(daemon->status(false).degraded.empty());
}

TEST_CASE("P2: a command is obeyed later whose destination cannot be judged for a moment",
          "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  const auto command = GENERATE(as<std::string>(), "::start", "::capture", "::export");
  const auto [failing, place] = GENERATE(table<FileOperation, std::string>({
      {FileOperation::kResolve, "proj/talk.jsonl"},
      {FileOperation::kResolve, "proj"},
      {FileOperation::kInfo, "proj/talk.jsonl"},
  }));
  const auto path = rig.home / place;
  const auto operation = failing;
  rig.files.fault = [operation, path](FileOperation asked, const std::string& of) {
    return asked == operation && of == path ? EMFILE : 0;
  };
  rig.say(1, command + " talk.jsonl");
  rig.work(*daemon);
  CHECK(rig.meta(1).recordings.empty());
  CHECK_FALSE(daemon->status(false).degraded.empty());
  let_pass(rig, *daemon);
  CHECK(rig.read("proj/talk.jsonl").contains(command + " talk.jsonl"));
}

TEST_CASE("P2: files have changed place on the disk before the meta says so", "[daemon][P2]") {
  DaemonRig rig;
  rig.say(1, "hello");
  const auto daemon = rig.working();
  rig.say(1, "::start talk.jsonl");
  rig.work(*daemon);
  // E: exchange, F: sync of the folder, M: commit.
  std::string order;
  rig.files.fault = [&](FileOperation operation, const std::string& path) {
    if (operation == FileOperation::kRename && path.ends_with(".kato-new")) order += 'E';
    if (operation == FileOperation::kSyncFolder && path == rig.home / "proj") order += 'F';
    if (operation == FileOperation::kRename && path.ends_with(".meta.json")) order += 'M';
    return 0;
  };
  rig.say(1, "::capture talk.jsonl");
  rig.work(*daemon);
  CHECK(order.contains("MEFM"));
  CHECK(rig.read("proj/talk.jsonl").contains("hello"));
}
