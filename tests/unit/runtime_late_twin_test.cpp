// A twin that is made in parts, while its session goes on.
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/runtime_rig.h"

using namespace kato;
using kato::test::RuntimeRig;
using Texts = std::vector<std::string>;

namespace {

const std::string kHead = "session one\n";

// One record at a time; gives the number of parts.
int make_in_parts(RuntimeRig& rig) {
  constexpr int kMostParts = 100;
  for (int parts = 1; parts < kMostParts; ++parts) {
    const auto made = rig.runtime().make_twin_part(1);
    REQUIRE(made);
    if (!*made) continue;
    REQUIRE(rig.runtime().commit_now());
    return parts;
  }
  FAIL("the twin is never made");
  return 0;
}

// A session of three messages, of which the first is in the twin that is being made.
void begin(RuntimeRig& rig) {
  rig.write("a.log", kHead + "user k1 one\nuser k2 two\nuser k3 three\n");
  rig.open();
  rig.read();
  for (int i = 0; i < 2; ++i) {
    const auto made = rig.runtime().make_twin_part(1);
    REQUIRE(made);
    REQUIRE_FALSE(*made);
  }
}

}  // namespace

TEST_CASE("P2: a twin that is made in parts is as one that is made at once", "[runtime][P2]") {
  std::vector<std::string> twins;
  for (const bool in_parts : {false, true}) {
    RuntimeRig rig;
    rig.write("a.log", kHead + "user k1 one\n");
    rig.write("b.log", "session one continues\nuser k2 two\n");
    rig.open();
    rig.read();
    rig.append("a.log", "user k3 three\nuser k4 " + std::string(3000, 'x') + "\n");
    rig.read();
    rig.append("b.log", "user k5 five\n");
    rig.read();
    if (in_parts) {
      CHECK(make_in_parts(rig) > 3);
    } else {
      REQUIRE(rig.runtime().make_twin({}));
      REQUIRE(rig.runtime().commit_now());
    }
    twins.push_back(rig.twin());
  }
  CHECK(twins[0] == twins[1]);
}

TEST_CASE("what is read while a twin is made is in it, in its order", "[runtime]") {
  RuntimeRig rig;
  begin(rig);
  rig.append("a.log", "user k4 four\n");
  rig.read();
  rig.write("b.log", "session one continues\nuser k5 five\n");
  rig.look();
  rig.read();
  rig.append("a.log", "user k6 six\n");
  rig.read();
  make_in_parts(rig);
  CHECK(rig.said() == Texts{"one", "two", "three", "four", "five", "six"});
  rig.append("a.log", "user k7 seven\n");
  rig.read();
  CHECK(rig.said().back() == "seven");
}

TEST_CASE("what is not read yet is not in a twin that is made, and commands when it is read",
          "[runtime]") {
  RuntimeRig rig;
  begin(rig);
  rig.append("a.log", "user k4 ::stop\n");
  make_in_parts(rig);
  CHECK(rig.said() == Texts{"one", "two", "three"});
  CHECK(rig.read().commands == Texts{"stop"});
}

TEST_CASE("a twin whose log was written anew meanwhile waits until that is read", "[runtime]") {
  RuntimeRig rig;
  begin(rig);
  rig.write("a.log", kHead + "user n2 two\nuser n3 three\nuser n4 ::stop\n");
  auto made = rig.runtime().make_twin_part(1);
  while (made && !*made) {
    made = rig.runtime().make_twin_part(1);
  }
  CHECK_FALSE(made);
  rig.look();
  CHECK(rig.read().commands == Texts{"stop"});
  make_in_parts(rig);
  CHECK(rig.said() == Texts{"two", "three", "::stop"});
}

TEST_CASE(
    "P2: a log that goes while it is copied has not lost its end, and is copied when it is back",
    "[runtime][P2]") {
  RuntimeRig rig;
  begin(rig);
  rig.move("a.log", "away");
  CHECK_FALSE(rig.runtime().make_twin_part(1));
  rig.move("away", "a.log");
  make_in_parts(rig);
  CHECK(rig.said() == Texts{"one", "two", "three"});
}
