// Another version of the plugin goes on with what the one before told.
#include <filesystem>

#include <fmt/format.h>

#include "host/ingest/retelling.h"

#include "tests/support/catch.h"
#include "tests/unit/runtime_rig.h"

using namespace kato;
using kato::test::FileOperation;
using kato::test::LineProviderTraits;
using kato::test::RuntimeRig;
using Texts = std::vector<std::string>;

namespace {

const std::string kHead = "session one\n";
const LineProviderTraits kFormer{.restates = true};
const LineProviderTraits kImproved{
    .version = "2.0.0", .restates = true, .shouts = true, .knows_notes = true};

// Read by the former version; the improved one is to go on.
void begin(RuntimeRig& rig, const std::string& log, const std::string& name = "a.doc") {
  rig.begin(log, name);
  rig.set_provider(kImproved);
}

}  // namespace

TEST_CASE("another version of a plugin changes nothing that was decoded", "[runtime][P1][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nhold k2 held\nuser k3 three\n");
  LineProviderTraits improved{.version = "2.0.0", .shouts = true};
  SECTION("of another state too") {
    improved.state_version = 2;
  }
  SECTION("of the same state") {}
  rig.set_provider(improved);
  rig.append("a.log", "user k4 four\nrelease k2\n");
  rig.open();
  rig.read();
  CHECK(rig.said() == Texts{"one", "three", "FOUR", "HELD"});
}

TEST_CASE("P2: what was held back and is released is told once", "[runtime][P2]") {
  RuntimeRig rig;
  rig.begin(kHead + "user k1 one\nhold k2 held\nrelease k2\n");
  CHECK(rig.said() == Texts{"one", "held"});
  CHECK(rig.runtime().meta().ledger.held_count() == 0);
}

TEST_CASE("P2: what another version makes of a document's past is no revision", "[runtime][P2]") {
  RuntimeRig rig(kFormer);
  const auto log = kHead + "user k1 one\ndraft k2 two\ndraft k3 three\n";
  begin(rig, log);
  rig.write("a.doc", log + "user k4 four\n");
  rig.open();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "FOUR"});
  rig.write("a.doc", log + "user k4 four\ndraft k5 five\n");
  if (GENERATE(true, false)) rig.reopen();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "FOUR", "FIVE"});
}

TEST_CASE("P1: what was worded anew is told by another version", "[runtime][P1]") {
  RuntimeRig rig(kFormer);
  const auto log = kHead + "user k1 one\ndraft k2 two\n";
  begin(rig, log + "draft k3 thr\n");
  SECTION("while no version looked") {
    rig.write("a.doc", log + "draft k3 three || and a part\nuser k4 four\n");
    rig.open();
    rig.read();
    CHECK(rig.said() == Texts{"one", "two", "thr", "THREE", "AND A PART", "FOUR"});
  }
  SECTION("once it has told all of the document") {
    rig.write("a.doc", log + "draft k3 thr\nuser k4 four\n");
    rig.open();
    rig.read();
    if (GENERATE(true, false)) rig.reopen();
    rig.write("a.doc", kHead + "user k1 one\ndraft k2 zwei\ndraft k3 thr\nuser k4 four\n");
    rig.read();
    CHECK(rig.said() == Texts{"one", "two", "thr", "FOUR", "ZWEI"});
  }
}

TEST_CASE("P2: what another version finds amid a document's past is not told", "[runtime][P2]") {
  RuntimeRig rig(kFormer);
  const auto log = kHead + "user k1 one\nnote n1 aside\ndraft k2 two\n";
  begin(rig, log);
  rig.write("a.doc", log + "note n2 new\nuser k3 three\n");
  rig.open();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "NEW", "THREE"});
  rig.write("a.doc", log + "note n2 new\nuser k3 three\nuser k4 four\n");
  if (GENERATE(true, false)) rig.reopen();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "NEW", "THREE", "FOUR"});
}

TEST_CASE("P1: what comes late into a document's past is told by another version",
          "[runtime][P1]") {
  RuntimeRig rig(kFormer);
  const std::string begun = kHead + "user k1 one\n";
  const std::string end = "draft k3 three\nuser k4 four\n";
  const std::string note = GENERATE("", "note n1 aside\n");
  begin(rig, begun + note + "draft k2 two\ndraft k3 three\n");
  rig.write("a.doc", begun + note + "draft k2 two\n" + end);
  rig.open();
  rig.read();
  if (GENERATE(true, false)) rig.reopen();
  rig.write("a.doc", begun + note + "draft k2 two || late\nuser k9 later\n" + end);
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "FOUR", "LATE", "LATER"});
  rig.write("a.doc",
            begun + note + "draft k2 two || late\nuser k9 later\n" + end + "user k5 five\n");
  rig.reopen();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "FOUR", "LATE", "LATER", "FIVE"});
}

TEST_CASE("P2: a document that moved is not told again by another version", "[runtime][P2]") {
  RuntimeRig rig(kFormer);
  begin(rig, kHead + "user k1 one\ndraft k2 two\ndraft k3 three\n");
  rig.move("a.doc", "b.doc");
  rig.open();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three"});
}

TEST_CASE("P1: what was left out amid the past is told where it is said at the end",
          "[runtime][P1]") {
  RuntimeRig rig(kFormer);
  const auto begun = kHead + "user k1 one\n";
  const std::string rest = "draft k2 two\ndraft k3 three\nuser k4 four\n";
  begin(rig, begun + "note n1 aside\ndraft k2 two\ndraft k3 three\n");
  rig.write("a.doc", begun + "note n1 aside\n" + rest);
  rig.open();
  rig.read();
  if (GENERATE(true, false)) rig.reopen();
  rig.write("a.doc", begun + rest + "user n1 please\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "FOUR", "PLEASE"});
}

TEST_CASE("what was left out of a document is remembered once, wherever it moves", "[runtime]") {
  RuntimeRig rig(kFormer);
  const auto log = kHead + "user k1 one\nnote n1 aside\ndraft k2 two\n";
  begin(rig, log);
  rig.open();
  rig.read();
  std::string at = "a.doc";
  for (const std::string to : {"b.doc", "c.doc", "d.doc", "e.doc"}) {
    rig.move(at, to);
    rig.reopen();
    rig.write(to, fmt::format("{}user k-{} more\n", log, to));
    rig.read();
    at = to;
  }
  CHECK(rig.lines_with("ASIDE").empty());
  for (const auto& source : rig.runtime().meta().sources) {
    CHECK(source.left_out.size() <= 1);
  }
}

TEST_CASE("P2: a document is told by another version once it states its end", "[runtime][P2]") {
  RuntimeRig rig(kFormer);
  const auto log = kHead + "user k1 one\ndraft k2 two\ndraft k3 three\n";
  begin(rig, log);
  rig.write("a.doc", kHead + GENERATE("", "user k1 one\n"));
  rig.open();
  rig.read();
  rig.write("a.doc", log);
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three"});
}

TEST_CASE("P1: what another version told before it was killed is its own", "[runtime][P1]") {
  RuntimeRig rig(kFormer);
  const auto log = kHead + "user k1 one\ndraft k2 two\n";
  begin(rig, log);
  rig.write("a.doc", log + "user k4 four\ndraft k5 five\n");
  rig.open();
  rig.read_uncommitted();
  rig.write("a.doc", log + "user k4 four\ndraft k5 fifth\n");
  rig.reopen();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "FOUR", "FIVE", "FIFTH"});
}

TEST_CASE("P2: what another version words otherwise is known under fresh ids", "[runtime][P2]") {
  RuntimeRig rig(kFormer);
  begin(rig, kHead + "user k1 one\nassistant k2 two\nassistant k3 three\n");
  rig.write("a.doc", kHead + "user k1 one\nassistant k2 two\nassistant k3 three\nraw\n");
  rig.open();
  rig.read();
  rig.write("a.doc", kHead + "user n1 one\nassistant n2 two\nassistant n3 three\nuser n4 four\n");
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "FOUR"});
}

TEST_CASE("P10: of what another version told, a first copy lacks nothing that is in the log",
          "[runtime][P10]") {
  RuntimeRig rig(kFormer);
  const auto log = kHead + "user k1 one\nnote n1 aside\nassistant k2 two\n";
  rig.write("a.log", log + "user k3 three\n");
  rig.open();
  rig.read();
  rig.set_provider(kImproved);
  SECTION("which is whole") {
    rig.append("a.log", "user k4 four\n");
    rig.open();
    rig.read();
    REQUIRE(rig.runtime().make_twin({}));
    CHECK(rig.said() == Texts{"ONE", "ASIDE", "TWO", "THREE", "FOUR"});
    CHECK(rig.runtime().meta().twin.lost_events == 0);
  }
  SECTION("but what it told too, and was cut off before") {
    rig.write("a.log", log);
    rig.open();
    rig.read();
    REQUIRE(rig.runtime().make_twin({}));
    CHECK(rig.said() == Texts{"ONE", "ASIDE", "TWO"});
    CHECK(rig.runtime().meta().twin.lost_events == 1);
  }
  SECTION("but what this one told, and was cut off") {
    rig.append("a.log", "user k4 four\n");
    rig.open();
    rig.read();
    rig.write("a.log", log + "user k3 three\n");
    rig.read();
    REQUIRE(rig.runtime().make_twin({}));
    CHECK(rig.said() == Texts{"ONE", "ASIDE", "TWO", "THREE"});
    CHECK(rig.runtime().meta().twin.lost_events == 1);
  }
}

TEST_CASE("the last record that was told is known by its bytes, but for what separates it",
          "[ingest][P1]") {
  SessionMeta meta;
  meta.sources.resize(1);
  const auto is_changed = [&](std::string_view bytes) {
    Retelling retelling({.meta = meta, .is_document = true, .plugin_version = "1"});
    Draft draft;
    draft.body.kind = EventKind::kAssistantToolCall;
    draft.record_offset_bytes = 7;
    retelling.on_draft(draft);
    RecordReport record;
    record.offset_bytes = 7;
    record.key = "k";
    retelling.on_record(record, bytes);
    retelling.end_document();
    return retelling.has_changed(7);
  };
  CHECK_FALSE(is_changed("{1}"));
  CHECK_FALSE(is_changed(" {1},\n "));
  CHECK(is_changed("{12}"));
  CHECK_FALSE(is_changed("{12}"));
}

TEST_CASE("reprocessing tells what was left out, and ends it", "[runtime][P1]") {
  RuntimeRig rig(kFormer);
  const auto log = kHead + "user k1 one\nnote n1 aside\ndraft k2 two\nuser k3 three\n";
  begin(rig, log);
  rig.write("a.doc", log + "user k4 four\n");
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().reprocess());
  CHECK(rig.said() == Texts{"ONE", "ASIDE", "TWO", "THREE", "FOUR"});
  CHECK(rig.runtime().meta().sources.front().former_events == 0);
  CHECK(rig.runtime().meta().sources.front().left_out.empty());
}

TEST_CASE("P2: what another version makes of relisted messages is no revision", "[runtime][P2]") {
  RuntimeRig rig(kFormer);
  begin(rig, kHead + "user k1 one\ndraft k2 two\n", "a.log");
  rig.append("a.log", "relisted draft k2 two\nuser k3 three\n");
  rig.open();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "THREE"});
}

TEST_CASE("P2, P10: a step of another version may be interrupted at every call",
          "[runtime][P2][P10]") {
  const auto log = kHead + "user k1 one\ndraft k2 two\ndraft k3 three\n";
  bool is_whole = false;
  uint64_t calls = 0;
  for (; !is_whole; ++calls) {
    RuntimeRig rig(kFormer);
    begin(rig, log);
    rig.write("a.doc", log + "user k4 four\n");
    rig.open();
    uint64_t left = calls;
    rig.files.fault = [&left](FileOperation, const std::string&) {
      return left == 0 ? EIO : (--left, 0);
    };
    StepEvents events(rig.runtime().ref());
    is_whole = rig.runtime().ingest(0, {}, events) && rig.runtime().commit_now();
    rig.files.fault = {};
    INFO(calls << " calls");
    rig.reopen();
    CHECK(rig.runtime().mended().empty());
    rig.read();
    CHECK(rig.said() == Texts{"one", "two", "three", "FOUR"});
    rig.write("a.doc", log + "user k4 four\nuser k5 five\n");
    rig.read();
    CHECK(rig.said() == Texts{"one", "two", "three", "FOUR", "FIVE"});
  }
  CHECK(calls > 20);
}

TEST_CASE("P2: ids made again from the copy do not make revisions", "[runtime][P2]") {
  RuntimeRig rig(kFormer);
  const auto log = kHead + "user k1 one\ndraft k2 two\ndraft k3 three\n";
  begin(rig, log);
  rig.write("a.doc", log + "user k4 four\n");
  rig.open();
  rig.read();
  std::filesystem::remove(rig.file(".ids"));
  rig.write("a.doc", log + "user k4 four\nuser k5 five\n");
  rig.reopen();
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three", "FOUR", "FIVE"});
}
