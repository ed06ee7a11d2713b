// Sources that are not where or what they were: logs that moved, were packed, are gone or copied,
// and documents that were written anew.
#include <filesystem>
#include <zstd.h>

#include "tests/support/catch.h"
#include "tests/unit/runtime_rig.h"

using namespace kato;
using kato::test::RuntimeRig;
using Texts = std::vector<std::string>;

namespace {

const std::string kHead = "session one\n";

std::string packed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

}  // namespace

TEST_CASE("P2: a log that moved goes on under its new name", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\n");
  rig.move("a.log", "b.log");
  rig.append("b.log", "user k3 ::stop\n");
  SECTION("while it is open") {
    rig.look();
    CHECK(rig.read().commands == Texts{"stop"});
  }
  SECTION("while no daemon ran") {
    rig.reopen();
    CHECK(rig.read().commands == Texts{"stop"});
  }
  CHECK(rig.runtime().meta().sources.size() == 1);
  CHECK(rig.said() == Texts{"one", "two", "::stop"});
}

TEST_CASE("P2: a log is packed in place, and unpacked again", "[runtime][P2]") {
  RuntimeRig rig;
  auto log = kHead + "user k1 one\nassistant k2 two\n";
  rig.begin(log);
  log += "user k3 three\n";
  rig.write("a.log.zst", packed(log));
  rig.remove("a.log");
  rig.reopen();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three"});
  rig.remove("a.log.zst");
  rig.write("a.log", log + "user k4 four\n");
  rig.reopen();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "four"});
  CHECK(rig.runtime().meta().sources.size() == 1);
}

TEST_CASE("P2: a better file of the session takes the place of the one that was read",
          "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\n");
  rig.write("b.log", "session one rank 5\nuser n1 one\nassistant n2 two\nuser n3 three\n");
  rig.look();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three"});
  const auto& sources = rig.runtime().meta().sources;
  REQUIRE(sources.size() == 2);
  CHECK(sources[0].standing == SourceStanding::kSuperseded);
  CHECK_FALSE(rig.runtime().index_of(rig.logs / "a.log"));
  rig.append("a.log", "user k9 unread\n");
  rig.append("b.log", "user n4 four\n");
  rig.reopen();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "four"});
  rig.remove("b.log");
  rig.append("a.log", "user k4 four\nuser k5 five\n");
  rig.reopen();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "four", "five"});
}

TEST_CASE("P2: a document and a log of one session are one", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\n", "a.doc");
  rig.write("a.doc", kHead + "user k1 one\nassistant k2 two\nuser k3 three\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three"});
  rig.write("a.log",
            "session one rank 5\nuser n1 one\nassistant n2 two\nuser n3 three\nuser n4 four\n");
  rig.look();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "four"});
}

TEST_CASE("P2: a document that is written anew under fresh ids is not doubled", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\n", "a.doc");
  rig.write("a.doc", kHead + "user n1 one\nassistant n2 two\nuser n3 ::stop\n");
  CHECK(rig.read().commands == Texts{"stop"});
  CHECK(rig.said() == Texts{"one", "two", "::stop"});
}

TEST_CASE("P2: what a document worded anew is not said again when its record changes elsewhere",
          "[runtime][P2]") {
  RuntimeRig rig({.restates = true});
  const auto begun = kHead + "user k1 one\n";
  rig.begin(begun + "draft k2 two\n", "a.doc");
  rig.write("a.doc", begun + "draft k2 changed\n");
  rig.read();
  if (GENERATE(true, false)) rig.reopen();
  rig.write("a.doc", begun + "draft k2 changed | and a call\n");
  rig.read();
  rig.write("a.doc", begun + "draft k2 changed | and two calls\nuser k3 three\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "changed", "three"});
}

TEST_CASE(
    "P2: what came late into a document is not doubled when it is written anew under fresh ids",
    "[runtime][P2]") {
  RuntimeRig rig({.restates = true});
  rig.begin(kHead + "draft k1 one\nraw\nuser k2 two\n", "a.doc");
  SECTION("a part of its own") {
    rig.write("a.doc", kHead + "draft k1 one\nuser k9 late\nraw\nuser k2 two\n");
    rig.read();
    rig.write("a.doc", kHead + "draft n1 one\nuser n9 late\nraw\nuser n2 two\nuser n3 three\n");
    rig.read();
    rig.write("a.doc", kHead + "draft n1 one\nuser n9 late\nraw\nuser n2 two\nuser n3 three\n" +
                           "user n4 four\n");
    rig.read();
    CHECK(rig.said() == Texts{"one", "two", "late", "three", "four"});
  }
  SECTION("another wording") {
    rig.write("a.doc", kHead + "draft k1 changed\nraw\nuser k2 two\n");
    rig.read();
    rig.write("a.doc", kHead + "draft n1 changed\nraw\nuser n2 two\nuser n3 three\n");
    rig.read();
    rig.write("a.doc", kHead + "draft n1 changed\nraw\nuser n2 two\nuser n3 three\nuser n4 four\n");
    rig.read();
    CHECK(rig.said() == Texts{"one", "two", "changed", "three", "four"});
  }
}

TEST_CASE("P2: a part that comes late into a document is captured, and does not command",
          "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k3 three\n", "a.doc");
  rig.write("a.doc", kHead + "user k1 one\nuser k2 ::stop\nassistant k3 three\n");
  CHECK(rig.read().commands.empty());
  CHECK(rig.said() == Texts{"one", "three", "::stop"});
}

TEST_CASE("P2: what is said in a document from which all was taken commands", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\n", "a.doc");
  const bool was_looked_at = GENERATE(true, false);
  rig.write("a.doc", kHead);
  if (was_looked_at) rig.read();
  rig.reopen();
  rig.write("a.doc", kHead + "user k3 ::stop\n");
  CHECK(rig.read().commands == (was_looked_at ? Texts{"stop"} : Texts{}));
  CHECK(rig.said() == Texts{"one", "two", "::stop"});
}

TEST_CASE("P10: a log that vanishes leaves its state, and goes on when it comes back",
          "[runtime][P10]") {
  RuntimeRig rig;
  const auto log = kHead + "user k1 one\nassistant k2 two\n";
  rig.begin(log);
  rig.remove("a.log");
  rig.read();
  CHECK(rig.runtime().meta().sources[0].standing == SourceStanding::kMissing);
  rig.reopen();
  CHECK(rig.said() == Texts{"one", "two"});
  rig.write("a.log", log + "user k3 ::stop\n");
  rig.reopen();
  CHECK(rig.read().commands == Texts{"stop"});
  CHECK(rig.said() == Texts{"one", "two", "::stop"});
  CHECK(rig.runtime().meta().sources[0].standing == SourceStanding::kActive);
}

TEST_CASE("P3: only what came live into a log that was written anew has a capture time",
          "[runtime][P3]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nassistant k2 two\n");
  SECTION("watched") {
    rig.write("a.log", kHead + "user n1 one\nassistant n2 two\nuser n3 three\n");
    rig.read();
    CHECK(rig.lines_with("capturedAt").size() == 1);
  }
  SECTION("not watched") {
    rig.write("a.log", kHead + "user n1 one\nassistant n2 two\nuser n3 three\n");
    rig.reopen();
    rig.read();
    CHECK(rig.lines_with("capturedAt").empty());
  }
}

TEST_CASE("relisted messages are aligned with what is known", "[runtime][P2]") {
  RuntimeRig rig({.restates = true});
  rig.begin(kHead + "user k1 one\nassistant k2 two\n");
  rig.append("a.log", "again n1 one\nagain n9 ::stop\nuser k3 three\n");
  const auto brought = rig.read();
  CHECK(brought.commands.empty());
  CHECK(rig.said() == Texts{"one", "two", "::stop", "three"});
}

TEST_CASE("P10: held records outlive their log beside the twin", "[runtime][P10]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nhold k2 held\nuser k3 " + std::string(100, 'x') + "\n");
  auto log = rig.logs.read("a.log");
  const auto at = log.find("held");
  log.replace(at, 4, "gone");  // the anchor behind it stands
  rig.write("a.log", log + "release k2\n");
  rig.reopen();
  rig.read();
  CHECK(rig.said().back() == "held");
}

TEST_CASE("P4: held records that are gone with their log are accounted for", "[runtime][P4]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nhold k2 held\nuser k3 three\n");
  rig.write("a.log", kHead + "user k1 one\nuser k3 three\n");
  rig.read();
  const auto* const lost = rig.ledger_row(LedgerOutcome::kLost, "source-gone");
  REQUIRE(lost != nullptr);
  CHECK(lost->count == 1);
  CHECK(rig.runtime().meta().ledger.held_count() == 0);
}

TEST_CASE("P2: what a fork copied without a mark is captured, and never obeyed", "[runtime][P2]") {
  RuntimeRig rig({.may_copy_history = true});
  rig.begin(kHead + "user k1 one\nuser k2 ::stop\n");
  SessionIndex index;
  index.put(rig.runtime().meta());
  rig.origins = rig.look_up_in(index);
  SECTION("a fork") {
    rig.write("b.log",
              "session two parent one\nuser k1 one\nuser k2 ::stop\nuser k9 ::start x.md\n");
    rig.open("two");
    const auto brought = rig.read(0);
    CHECK(brought.commands == Texts{"start"});
    CHECK(brought.silenced == Texts{"stop"});
    REQUIRE(rig.runtime().make_twin({}));
    REQUIRE(rig.runtime().commit_now());
    CHECK(rig.lines_with("\"inherited\":true").size() == 3);  // two messages, one command
  }
  SECTION("a sub-agent is told its parent's history") {
    rig.write("b.log", "session two spawned-by one\nuser k1 one\nuser k2 ::stop\nuser k9 own\n");
    rig.open("two");
    CHECK(rig.read(0).silenced.empty());
    CHECK(rig.ledger_row(LedgerOutcome::kIgnored, "inherited")->count == 2);
  }
}

TEST_CASE("P9: of an append log hardly more is read than was appended", "[runtime][P9]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k0 " + std::string(300'000, 'x') + "\n");
  uint64_t appended = 0;
  rig.files.counts = {};
  for (int i = 0; i < 50; ++i) {
    const auto line = "user m" + std::to_string(i) + " " + std::string(690, 'y') + "\n";
    appended += line.size();
    rig.append("a.log", line);
    rig.read(0);
  }
  CHECK(static_cast<double>(rig.files.counts.read_bytes) <= 1.1 * static_cast<double>(appended));
}

TEST_CASE("a history has its origin in another session, and not in a copy", "[runtime]") {
  RuntimeRig rig({.may_copy_history = true});
  rig.begin(kHead + "user k1 one\n");
  const auto origin_id = rig.runtime().ref().session_id;
  SessionIndex index;
  index.put(rig.runtime().meta());
  rig.write("b.log", "session two parent one\nuser k1 one\n");
  rig.open("two");
  rig.read();
  const auto fork_id = rig.runtime().ref().session_id;
  index.put(rig.runtime().meta());
  const auto lookup = rig.look_up_in(index);
  const auto found = lookup.beginning_with("k1", fork_id);
  REQUIRE((found && *found));
  CHECK((*found)->session_id == origin_id);
  CHECK((*found)->events->size() == 2);
  CHECK_FALSE(*lookup.beginning_with("k1", origin_id));
  CHECK_FALSE(*lookup.beginning_with("k9", fork_id));
}
