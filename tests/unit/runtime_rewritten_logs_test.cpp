// Logs that are cut, replaced or written anew.
#include "tests/support/catch.h"
#include "tests/unit/runtime_rig.h"

using namespace kato;
using kato::test::RuntimeRig;
using Texts = std::vector<std::string>;

namespace {

const std::string kHead = "session one\n";

}  // namespace

TEST_CASE("P2: a log that was written anew under fresh ids is not doubled", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\nuser k3 three\n");
  rig.write("a.log", kHead + "user n1 one\nassistant n2 two\nuser n3 three\nuser n4 ::stop\n");
  CHECK(rig.read().commands == Texts{"stop"});
  CHECK(rig.said() == Texts{"one", "two", "three", "::stop"});
}

TEST_CASE("P2: of a log that was written anew only what follows the last match is new",
          "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\nuser k3 three\n");
  rig.write("a.log", kHead + "user n1 one\nuser n0 ::stop\nuser n3 three\nassistant n4 four\n");
  const auto brought = rig.read();
  CHECK(brought.commands.empty());
  CHECK(rig.said() == Texts{"one", "two", "three", "four"});
  CHECK(rig.ledger_row(LedgerOutcome::kIgnored, "stated-before") != nullptr);
}

TEST_CASE("P2: where nothing of a log is known, all of it is new and none of it commands",
          "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\nassistant k3 three\n");
  rig.write("a.log", kHead + "user x1 other\nuser x2 ::stop\n");
  const auto brought = rig.read();
  CHECK(brought.commands.empty());
  CHECK(brought.silenced == Texts{"stop"});
  CHECK(rig.said() == Texts{"one", "two", "three", "other", "::stop"});
  rig.append("a.log", "user x3 ::start b.md\n");
  CHECK(rig.read().commands == Texts{"start"});
}

TEST_CASE("P2: what is said in a log that was written anew before anything was said commands",
          "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "info i1 begun\n");
  rig.write("a.log", kHead + "info i2 begun anew\nuser k1 ::stop\n");
  CHECK(rig.read().commands == Texts{"stop"});
}

TEST_CASE("P2: nothing commands after a kill either, where nothing was known", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\nassistant k3 three\n");
  rig.write("a.log", kHead + "user x1 other\nuser x2 ::stop\n");
  rig.read_uncommitted();
  rig.reopen();
  rig.append("a.log", "assistant x3 more\n");
  const auto brought = rig.read();
  CHECK(brought.commands.empty());
  CHECK(rig.said() == Texts{"one", "two", "three", "other", "::stop", "more"});
}

TEST_CASE("P2: nothing commands after a kill either, where nothing of a document was known",
          "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\n", "a.doc");
  const std::string foreign = kHead + "user x1 other\nuser x2 ::stop\n";
  rig.write("a.doc", foreign);
  CHECK(rig.read_uncommitted().silenced == Texts{"stop"});
  rig.reopen();
  rig.write("a.doc", foreign + "assistant x3 more\n");
  CHECK(rig.read().commands.empty());
  CHECK(rig.said() == Texts{"one", "two", "other", "::stop", "more"});
  rig.write("a.doc", foreign + "assistant x3 more\nuser x4 ::start b.md\n");
  CHECK(rig.read().commands == Texts{"start"});
}

TEST_CASE("P2: a log that is cut and goes on", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\nuser k3 three\n");
  rig.write("a.log", kHead + "user k1 one\n");
  rig.read();
  rig.append("a.log", "user k4 four\nuser k5 ::stop\n");
  CHECK(rig.read().commands == Texts{"stop"});
  CHECK(rig.said() == Texts{"one", "two", "three", "four", "::stop"});
}

TEST_CASE("P2: a log that is written anew once more before it is read on lacks nothing",
          "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\nuser k3 three\n");
  rig.write("a.log", kHead + "user k1 one\nassistant k2 two\n");
  StepEvents events(rig.runtime().ref());
  const auto compared = rig.runtime().ingest(0, {.now = rig.clock.now()}, events);
  REQUIRE(compared);
  CHECK(compared->realigned);
  const bool is_killed = GENERATE(false, true);
  if (is_killed) rig.reopen();
  rig.write("a.log", kHead + "user k4 four\nassistant k5 five\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "four", "five"});
}

TEST_CASE("P2: what is said in a log that is written anew twice before anything was said commands",
          "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "info i1 begun\n");
  rig.write("a.log", kHead + "info i2 begun anew\n");
  StepEvents events(rig.runtime().ref());
  REQUIRE(rig.runtime().ingest(0, {.now = rig.clock.now()}, events));
  rig.write("a.log", kHead + "info i3 begun anew\nuser k1 ::stop\n");
  CHECK(rig.read().commands == Texts{"stop"});
}

TEST_CASE("P2: a log that is read while it is being written anew", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\nuser k3 three\n");
  rig.write("a.log", "");
  rig.read();
  rig.write("a.log", kHead + "user n1 one\n");
  rig.read();
  rig.append("a.log", "assistant n2 two\nuser n3 three\nassistant n4 four\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "four"});
}

TEST_CASE("P2: a log that was written anew beyond its old size is noticed", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\n");
  rig.write("a.log", kHead + "user n0 " + std::string(200, 'x') +
                         "\nuser n1 one\nassistant n2 two\n" + "user n3 three\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three"});
}

TEST_CASE(
    "P2: what a log that was written anew says for the first time between two statements of one "
    "message is new",
    "[runtime][P2]") {
  RuntimeRig rig({.restates = true});
  rig.begin(kHead + "user k1 one\nassistant k2 two\n");
  rig.write("a.log", kHead +
                         "note\nuser k1 one\nassistant k2 two\nuser k3 three\nuser k4 ::stop\n" +
                         "assistant k2 two\nassistant k5 five\n");
  CHECK(rig.read().commands == Texts{"stop"});
  CHECK(rig.said() == Texts{"one", "two", "three", "::stop", "five"});
}

TEST_CASE("P2: a log that was cut and has grown beyond its old length before anybody looked",
          "[runtime][P2]") {
  const std::string like = " that is said by each of the records in the same words";
  const std::string old_log = kHead + "user k1 one" + like + "\nuser k2 two" + like + "\n";
  const std::string new_log =
      kHead + "user k1 one" + like + "\nuser k3 six" + like + "\nuser k4 ten" + like + "\n";
  RuntimeRig rig;
  rig.begin(old_log);
  SECTION("while the daemon ran") {
    rig.write("a.log", new_log);
  }
  SECTION("while none ran") {
    rig.write("a.log", new_log);
    rig.reopen();
  }
  rig.read();
  CHECK(rig.said() == Texts{"one" + like, "two" + like, "six" + like, "ten" + like});
}

TEST_CASE("P2: a log whose last record was changed in its middle while no daemon ran",
          "[runtime][P2]") {
  const std::string ends(100, 'x');
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nuser k2 " + ends + " two " + ends + "\n");
  rig.write("a.log", kHead + "user k1 one\nuser k2 " + ends + " six " + ends + "\nuser k3 three\n");
  rig.reopen();
  rig.read();
  rig.reopen();
  CHECK(rig.said().back() == "three");
  CHECK(rig.runtime().meta().sources[0].alignment.history_gone);
}

TEST_CASE("P2: a log that was replaced by a copy of itself goes on at its cursor",
          "[runtime][P2]") {
  RuntimeRig rig;
  const auto log = kHead + "user k1 one\nassistant k2 two\n";
  rig.begin(log);
  const auto before = rig.runtime().meta().ledger;
  rig.write("b.tmp", log + "user k3 three\n");
  rig.move("b.tmp", "a.log");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three"});
  CHECK(rig.ledger_row(LedgerOutcome::kIgnored, "stated-before") == nullptr);
}
