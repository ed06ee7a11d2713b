// Records that are held back while their session is closed and opened again.
#include <algorithm>
#include <chrono>
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/runtime_rig.h"

using namespace kato;
using kato::test::RuntimeRig;
using Texts = std::vector<std::string>;

namespace {

const std::string kHead = "session one\n";

void touch(const RuntimeRig& rig, const std::string& name) {
  std::filesystem::last_write_time(
      rig.logs / name, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
}

}  // namespace

TEST_CASE("P2: a session that holds a record back is opened again", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nhold k2 held\n");
  rig.reopen();
  SECTION("and nothing came") {
    rig.read();
  }
  SECTION("and its log was touched") {
    touch(rig, "a.log");
    rig.read();
  }
  SECTION("and half a line came") {
    rig.append("a.log", "user k3 th");
    rig.read();
    rig.append("a.log", "ree\n");
    rig.read();
    rig.reopen();
    rig.read();
  }
  SECTION("and its copy is made anew") {
    REQUIRE(rig.runtime().reprocess());
    rig.read();
  }
  SECTION("and its log is gone and comes back") {
    rig.move("a.log", "a.away");
    rig.look();
    rig.read();
    rig.move("a.away", "a.log");
    rig.look();
    rig.read();
  }
  REQUIRE(rig.runtime().meta().sources.front().held.size() == 1);
  rig.append("a.log", "release k2\n");
  rig.read();
  CHECK(std::ranges::count(rig.said(), "held") == 1);
  CHECK(rig.runtime().meta().sources.front().held.empty());
}

TEST_CASE("P2: each source of a session keeps what it holds back", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nhold k2 first\n");
  rig.write("b.log", "session one continues a\nuser k3 two\nhold k4 second\n");
  rig.look();
  rig.read();
  rig.reopen();
  rig.read();
  rig.append("b.log", "release k4\n");
  rig.read();
  rig.reopen();
  rig.read();
  rig.append("a.log", "release k2\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "second", "first"});
}

TEST_CASE("P2: a record that is too large does not lose what is held back", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nhold k2 held\n");
  rig.set_most_record_bytes(64);
  rig.reopen();
  rig.append("a.log", "user k3 " + std::string(200, 'x') + "\n");
  rig.read();
  rig.append("a.log", "release k2\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "held"});
}
