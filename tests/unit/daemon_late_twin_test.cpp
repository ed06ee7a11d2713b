// A twin that is made late, in parts, and what happens to its session between them.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "tests/support/catch.h"
#include "tests/support/text.h"
#include "tests/unit/daemon_rig.h"

using namespace kato;
using kato::test::count_of;
using kato::test::DaemonRig;
using kato::test::FileOperation;

namespace {

constexpr int kLong = 1;
constexpr int kOther = 2;
constexpr int kLines = 30;

std::string line(int number) {
  return "line " + std::to_string(number) + " of many\n";
}

// A long session that is not recorded, and a small one that is.
class LateTwin {
 public:
  LateTwin() {
    rig.part_bytes = 1;
    for (int i = 0; i < kLines; ++i) {
      rig.say(kLong, line(i));
    }
    rig.say(kOther, "hello");
    daemon = rig.working();
    static_cast<void>(rig.ask(*daemon, {.verb = ControlVerb::kRecordStart,
                                        .session = rig.session_id(kOther),
                                        .destination = rig.home / "proj/other.md"}));
  }

  void capture() { rig.say(kLong, "::capture " + (rig.home / "proj/long.md")); }
  // Until some of the copy is made.
  void work_a_little() {
    daemon->work([this] { return made_bytes() > 600; });
    REQUIRE(is_being_made());
  }
  void begin() {
    capture();
    work_a_little();
  }
  void end() {
    rig.work(*daemon);
    CHECK_FALSE(is_being_made());
  }
  [[nodiscard]] uint64_t made_bytes() {
    const auto info = rig.files.info(beside());
    return info ? info->size_bytes : 0;
  }
  [[nodiscard]] bool is_being_made() { return rig.files.info(beside()).has_value(); }
  [[nodiscard]] bool has_twin() { return rig.files.info(twin()).has_value(); }
  [[nodiscard]] std::string written() const { return rig.read("proj/long.md"); }
  void check_lines(int first = 0) const {
    const auto text = written();
    for (int i = first; i < kLines; ++i) {
      INFO(line(i));
      CHECK(count_of(text, line(i)) == 1);
    }
  }
  [[nodiscard]] std::string twin() const {
    return rig.home / ("state/sessions/" + rig.key(kLong) + ".twin.jsonl");
  }

  [[nodiscard]] std::string read_log() const {
    std::ostringstream text;
    text << std::ifstream(rig.log(kLong), std::ios::binary).rdbuf();
    return text.str();
  }

  DaemonRig rig;
  std::unique_ptr<Daemon> daemon;

 private:
  [[nodiscard]] std::string beside() const { return twin() + ".g1"; }
};

}  // namespace

TEST_CASE("P9: what comes live does not wait until another session's copy is made",
          "[daemon][P9]") {
  LateTwin late;
  late.begin();
  late.rig.say(kOther, "in between");
  late.daemon->work([&] { return late.rig.read("proj/other.md").contains("in between"); });
  CHECK(late.is_being_made());
  late.end();
  late.check_lines();
}

TEST_CASE("P9: nor while a request has a copy made", "[daemon][P9]") {
  LateTwin late;
  bool is_said = false;
  bool was_between = false;
  late.rig.files.fault = [&](FileOperation operation, const std::string& path) {
    if (operation != FileOperation::kAppend || !path.contains(".twin.jsonl.g")) return 0;
    if (!std::exchange(is_said, true)) late.rig.say(kOther, "in between");
    was_between = was_between || late.rig.read("proj/other.md").contains("in between");
    return 0;
  };
  static_cast<void>(late.rig.ask(*late.daemon, {.verb = ControlVerb::kRecordCapture,
                                                .session = late.rig.session_id(kLong),
                                                .destination = late.rig.home / "proj/long.md"}));
  CHECK(was_between);
  late.check_lines();
}

TEST_CASE("what is said while a copy is made is in it, with the time when it came", "[daemon]") {
  LateTwin late;
  late.begin();
  late.rig.say(kLong, "said meanwhile");
  late.end();
  late.check_lines();
  CHECK(count_of(late.written(), "said meanwhile") == 1);
  const auto twin = late.rig.home.read("state/sessions/" + late.rig.key(kLong) + ".twin.jsonl");
  for (const std::string said : {"::capture", "said meanwhile"}) {
    const auto at = twin.find(said);
    REQUIRE(at != std::string::npos);
    const auto begin = twin.rfind('\n', at) + 1;
    CHECK(twin.substr(begin, twin.find('\n', at) - begin).contains("capturedAt"));
  }
}

TEST_CASE("commands that come while a copy is made are obeyed once", "[daemon]") {
  LateTwin late;
  late.begin();
  late.rig.say(kLong, "::start " + (late.rig.home / "proj/from-here.md"));
  late.rig.say(kLong, "the last recorded");
  late.rig.say(kLong, "::stop");
  late.rig.say(kLong, "not recorded");
  late.daemon->work([&] { return late.rig.meta(kLong).recordings.size() == 2; });
  late.end();
  late.check_lines();
  CHECK(count_of(late.written(), "the last recorded") == 1);
  CHECK_FALSE(late.written().contains("not recorded"));
  const auto other = late.rig.read("proj/from-here.md");
  CHECK_FALSE(other.contains(line(kLines - 1)));
  CHECK(count_of(other, "the last recorded") == 1);
  CHECK_FALSE(other.contains("not recorded"));
}

TEST_CASE("an export that is asked for while a copy is made is written", "[daemon]") {
  LateTwin late;
  late.begin();
  late.rig.say(kLong, "::export " + (late.rig.home / "proj/export.md"));
  late.rig.say(kLong, "not exported");
  late.end();
  const auto exported = late.rig.read("proj/export.md");
  CHECK(count_of(exported, line(0)) == 1);
  CHECK(count_of(exported, line(kLines - 1)) == 1);
  CHECK_FALSE(exported.contains("not exported"));
}

TEST_CASE("P2: an export waits for a copy that is made for nobody, and is written by itself then",
          "[daemon][P2]") {
  LateTwin late;
  late.rig.configure("globalAutoGenerateSnapshots: true\n");
  late.daemon.reset();
  late.daemon = late.rig.working();
  late.rig.say(kLong, "seen live");
  late.work_a_little();
  late.rig.say(kLong, "::export " + (late.rig.home / "proj/export.md"));
  late.end();
  REQUIRE(late.has_twin());
  const auto exported = late.rig.read("proj/export.md");
  CHECK(count_of(exported, line(0)) == 1);
  CHECK(count_of(exported, "seen live") == 1);
  CHECK(late.rig.meta(kLong).pending_exports.empty());
}

TEST_CASE("P6: ::private while a copy is made writes what was asked for, and keeps nothing",
          "[daemon][P6]") {
  LateTwin late;
  late.begin();
  late.rig.say(kLong, "::private");
  late.rig.say(kLong, "not kept");
  late.end();
  late.check_lines();
  CHECK_FALSE(late.written().contains("not kept"));
  CHECK_FALSE(late.has_twin());
  CHECK(late.rig.meta(kLong).is_private);
}

TEST_CASE("P2: a copy that a kill interrupts is made again", "[daemon][P2]") {
  LateTwin late;
  late.begin();
  late.rig.files.fault = [](FileOperation operation, const std::string&) {
    return operation == FileOperation::kRemove ? EIO : 0;
  };
  late.daemon.reset();
  late.rig.files.fault = {};
  REQUIRE(late.is_being_made());
  SECTION("as it was") {}
  SECTION("and ::private came while no daemon ran") {
    late.rig.say(kLong, "::private");
  }
  late.daemon = late.rig.working();
  late.end();
  late.check_lines();
}

TEST_CASE("a daemon that ends leaves nothing of a copy that is not made", "[daemon]") {
  LateTwin late;
  late.begin();
  REQUIRE(late.daemon->finish());
  late.daemon.reset();
  CHECK_FALSE(late.is_being_made());
  late.daemon = late.rig.working();
  late.end();
  late.check_lines();
}

TEST_CASE("another config while a copy is made changes nothing of it", "[daemon]") {
  LateTwin late;
  late.begin();
  late.rig.configure("timezone: utc\n");
  REQUIRE(late.daemon->handle({.verb = ControlVerb::kReload}));
  late.end();
  late.check_lines();
  CHECK(late.rig.home.read("state/sessions/" + late.rig.key(kLong) + ".twin.jsonl")
            .contains("capturedAt"));
}

TEST_CASE("a log that is written anew while a copy is made is copied as it is then", "[daemon]") {
  LateTwin late;
  late.begin();
  const auto log = late.rig.log(kLong);
  const auto text = late.read_log();
  int first = 0;
  SECTION("with all that was in it") {
    std::ofstream(log + ".new", std::ios::binary) << text;
  }
  SECTION("without its beginning") {
    first = 10;
    auto from = size_t{0};
    for (int i = 0; i < first; ++i) {
      from = text.find('\n', from) + 1;
    }
    std::ofstream(log + ".new", std::ios::binary) << text.substr(from);
  }
  std::filesystem::rename(log + ".new", log);
  late.rig.say(kLong, "said behind that");
  late.end();
  late.check_lines(first);
  CHECK(count_of(late.written(), "said behind that") == 1);
}

TEST_CASE("a log that goes while a copy is made is recorded as far as it was there", "[daemon]") {
  LateTwin late;
  late.begin();
  const auto log = late.rig.log(kLong);
  std::filesystem::rename(log, log + ".away");
  late.rig.work(*late.daemon);
  std::filesystem::rename(log + ".away", log);
  late.rig.say(kLong, "back again");
  late.end();
  CHECK(count_of(late.written(), "back again") == 1);
}

TEST_CASE("a copy that is removed while it is made does not come back", "[daemon]") {
  LateTwin late;
  late.rig.configure("globalAutoGenerateSnapshots: true\n");
  late.daemon.reset();
  late.daemon = late.rig.working();
  late.rig.say(kLong, "seen live");
  late.work_a_little();
  static_cast<void>(late.rig.ask(
      *late.daemon, {.verb = ControlVerb::kSnapshotRemove, .session = late.rig.session_id(kLong)}));
  CHECK_FALSE(late.is_being_made());
  late.rig.say(kLong, "seen later");
  late.end();
  CHECK_FALSE(late.has_twin());
}

TEST_CASE("a copy that a refused request began is finished by itself", "[daemon]") {
  DaemonRig rig;
  rig.part_bytes = 1;
  rig.configure("globalAutoGenerateSnapshots: true\n");
  rig.make_events = []() -> Result<std::unique_ptr<FolderEvents>> { return nullptr; };
  rig.say(kLong, "hello");
  const auto daemon = rig.working();
  daemon->look_for_changes();
  for (int i = 0; i < kLines; ++i) {
    rig.say(kLong, line(i));
  }
  REQUIRE_FALSE(daemon->handle({.verb = ControlVerb::kRecordStop,
                                .session = rig.session_id(kLong),
                                .destination = rig.home / "proj/none.md"}));
  const auto twin = rig.home / ("state/sessions/" + rig.key(kLong) + ".twin.jsonl");
  REQUIRE(std::filesystem::exists(twin + ".g1"));
  // The clock stands: the log is not looked at again.
  daemon->work([] { return false; });
  CHECK(count_of(rig.read("state/sessions/" + rig.key(kLong) + ".twin.jsonl.g1"), "line 29") +
            count_of(rig.read("state/sessions/" + rig.key(kLong) + ".twin.jsonl"), "line 29") ==
        1);
}
