// Logs that are not what they were when they have been read: somebody cuts them, or writes them
// anew meanwhile.
#include <filesystem>

#include "tests/support/catch.h"
#include "tests/unit/runtime_rig.h"

using namespace kato;
using kato::test::FileOperation;
using kato::test::RuntimeRig;
using Texts = std::vector<std::string>;

namespace {

const std::string kHead = "session one\n";

// A log that is cut to so many bytes whenever it was opened and is read, and is whole again when it
// is opened the next time.
class CutWhileRead {
 public:
  CutWhileRead(RuntimeRig& rig, const std::string& name, const std::string& whole,
               uint64_t size_bytes)
      : rig_(rig) {
    const auto path = rig.logs / name;
    rig.files.fault = [&rig, path, name, whole, size_bytes](FileOperation operation,
                                                            const std::string& of) {
      if (of != path) return 0;
      if (operation == FileOperation::kOpen) rig.write(name, whole);
      if (operation == FileOperation::kRead) std::filesystem::resize_file(path, size_bytes);
      return 0;
    };
  }
  CutWhileRead(const CutWhileRead&) = delete;
  CutWhileRead& operator=(const CutWhileRead&) = delete;
  CutWhileRead(CutWhileRead&&) = delete;
  CutWhileRead& operator=(CutWhileRead&&) = delete;
  ~CutWhileRead() { rig_.files.fault = {}; }

 private:
  RuntimeRig& rig_;
};

IngestStep one_step(RuntimeRig& rig, uint64_t live_from_bytes = UINT64_MAX) {
  StepEvents events(rig.runtime().ref());
  const auto step =
      rig.runtime().ingest(0, {.live_from_bytes = live_from_bytes, .now = rig.clock.now()}, events);
  REQUIRE(step);
  return *step;
}

}  // namespace

TEST_CASE("P2: a copy that is made while its log is written anew lacks nothing", "[runtime][P2]") {
  RuntimeRig rig;
  const auto log = kHead + "user k1 one\nassistant k2 two\nuser k3 three\n";
  rig.write("a.log", log);
  rig.open();
  rig.read();
  {
    const CutWhileRead cut(rig, "a.log", log, kHead.size() + 12);
    const auto made = rig.runtime().make_twin({});
    REQUIRE_FALSE(made);
    CHECK(made.error().code() == ErrorCode::kIo);
  }
  rig.write("a.log", log);
  rig.reopen();
  REQUIRE(rig.runtime().make_twin({}));
  CHECK(rig.said() == Texts{"one", "two", "three"});
}

TEST_CASE("P2: a copy that is made of a document while it grows lacks nothing", "[runtime][P2]") {
  RuntimeRig rig;
  const auto log = kHead + "user k1 one\nassistant k2 two\n";
  const auto longer =
      kHead + "info i0 " + std::string(log.size(), 'x') + "\n" + log.substr(kHead.size());
  rig.write("a.doc", log);
  rig.open();
  rig.read();
  const auto path = rig.logs / "a.doc";
  rig.files.fault = [&](FileOperation operation, const std::string& of) {
    if (operation == FileOperation::kRead && of == path) rig.write("a.doc", longer);
    return 0;
  };
  const auto made = rig.runtime().make_twin({});
  REQUIRE_FALSE(made);
  CHECK(made.error().code() == ErrorCode::kIo);
  rig.files.fault = {};
  rig.reopen();
  REQUIRE(rig.runtime().make_twin({}));
  CHECK(rig.said() == Texts{"one", "two"});
}

TEST_CASE("P2, P3: a log that is written anew while it is read has not begun anew",
          "[runtime][P2][P3]") {
  RuntimeRig rig;
  const auto log = kHead + "user k1 one\nassistant k2 two\n";
  rig.write("a.log", log);
  rig.open();
  rig.read(log.size());
  const auto longer = log + "user k3 three\n";
  {
    const CutWhileRead cut(rig, "a.log", longer, kHead.size() + 12);
    CHECK(one_step(rig, log.size()).end == StepEnd::kShrinking);
  }
  CHECK(rig.runtime().meta().sources[0].cursor.value == log.size());
  rig.write("a.log", longer);
  const auto step = one_step(rig, log.size());
  CHECK(step.end == StepEnd::kEndOfInput);
  CHECK(step.read_bytes == longer.size() - log.size());
  REQUIRE(rig.runtime().make_twin({}));
  CHECK(rig.said() == Texts{"one", "two", "three"});
}

TEST_CASE("P3: what a log lost while it was read for the first time was there before",
          "[runtime][P3]") {
  RuntimeRig rig;
  const auto log = kHead + "user k1 one\nassistant k2 two\n";
  rig.write("a.log", log);
  rig.open();
  REQUIRE(rig.runtime().make_twin({}));
  {
    const CutWhileRead cut(rig, "a.log", log, kHead.size() + 12);
    CHECK(one_step(rig, log.size()).end == StepEnd::kShrinking);
  }
  rig.write("a.log", log);
  rig.read(log.size());
  CHECK(rig.said() == Texts{"one", "two"});
  CHECK(rig.lines_with("capturedAt").empty());
}

TEST_CASE("a document that loses bytes while it is read is read again", "[runtime][P2]") {
  RuntimeRig rig;
  const auto log = kHead + "user k1 one\nassistant k2 two\n";
  rig.write("a.doc", log);
  rig.open();
  rig.read();
  REQUIRE(rig.runtime().make_twin({}));
  const auto longer = log + "user k3 three\n";
  {
    const CutWhileRead cut(rig, "a.doc", longer, kHead.size() + 12);
    CHECK(one_step(rig).end == StepEnd::kShrinking);
  }
  rig.write("a.doc", longer);
  rig.read();
  CHECK(rig.said() == Texts{"one", "two", "three"});
}
