#include "tests/support/catch.h"
#include "tests/support/render_sink.h"

using namespace kato::test;

namespace {

const SinkLibrary& markdown() {
  static const SinkLibrary library("markdown");
  return library;
}

std::string head(const RecordingSpec& recording, const std::string& options = "") {
  return SinkInstance(markdown(), options, recording).begin();
}

const RecordingSpec kRecording{.models = {"gpt-5.3-codex", "gpt-5.3-codex"},
                               .event_kinds = {"user.message", "assistant.message"}};
constexpr const char* kOptions = R"({"userName":"dana","tags":["work"],"includeEventKinds":true})";

std::string refreshed(const std::string& file, const std::string& options = kOptions) {
  return SinkInstance(markdown(), options, kRecording).refresh_head(file);
}

}  // namespace

TEST_CASE("a new file begins with front matter of what is known, and nothing made up", "[sinks]") {
  CHECK(head({.recording_id = "", .title = ""}) ==
        "---\nid: untitled-conversation-0b9c6f7e\ntitle: 'Untitled conversation'\ndesc: ''\n"
        "sessionId: 0b9c6f7e-1111-4222-8333-444455556666\n---\n");
  RecordingSpec full = kRecording;
  full.title = "It's a \"test\": see\nthe [notes] about everything that was said in the last week";
  full.created_unix_ms = 1772036800123;
  CHECK(head(full, R"({"userName":"dana","tags":["work","a b","2026-02-25"],
                       "includeEventKinds":true,"includeUpdated":true})") ==
        "---\nid: it-s-a-test-see-the-note-0b9c6f7e\n"
        "title: 'It''s a \"test\": see the [notes] about everything that was sa…'\n"
        "desc: ''\ncreated: 1772036800123\nupdated: 1772036800123\n"
        "participants: [user.dana, codex.gpt-5.3-codex]\n"
        "sessionId: 0b9c6f7e-1111-4222-8333-444455556666\n"
        "recordingIds: [7d3e0a11-2222-4333-8444-555566667777]\n"
        "tags: [work, 'a b', '2026-02-25']\n"
        "conversationEventKinds: [user.message, assistant.message]\n---\n");
}

TEST_CASE("a title of another script gives a plain id, and is cut at whole characters", "[sinks]") {
  RecordingSpec recording{.recording_id = "", .title = {}};
  for (int i = 0; i < 61; ++i)
    recording.title += "語";
  std::string shown;
  for (int i = 0; i < 59; ++i)
    shown += "語";
  CHECK_THAT(head(recording),
             Catch::StartsWith("---\nid: conversation-0b9c6f7e\ntitle: '" + shown + "…'\n"));
}

TEST_CASE("the first block stands one empty line below the front matter", "[sinks]") {
  const EventList events({{.kind = KATO_USER_MESSAGE, .text = "x"}});
  CHECK_THAT(render(markdown(), "", {}, events), Catch::EndsWith("\n---\n\n# User\n\nx\n"));
}

TEST_CASE("what is appended to a file of the user's is separated from it", "[sinks]") {
  const EventList events({{.kind = KATO_USER_MESSAGE, .text = "x"}});
  CHECK(SinkInstance(markdown(), "", {}).append(events.slice(0, 1)) == "\n# User\n\nx\n");
}

TEST_CASE("the arrays of an existing head grow; all else stays byte for byte", "[sinks]") {
  CHECK(refreshed("---\nid:   mine # note\ntags: [ 'a', \"b]\", c ]   # why\nother: {x: [1]}\n"
                  "recordingIds: []\n---\nbody\n---\n") ==
        "---\nid:   mine # note\ntags: [ 'a', \"b]\", c, work ]   # why\nother: {x: [1]}\n"
        "recordingIds: [7d3e0a11-2222-4333-8444-555566667777]\n"
        "participants: [user.dana, codex.gpt-5.3-codex]\n"
        "conversationEventKinds: [user.message, assistant.message]\n---\nbody\n---\n");
}

TEST_CASE("lists in other forms grow in their own form", "[sinks]") {
  const std::string tail = "recordingIds: [7d3e0a11-2222-4333-8444-555566667777]\n---\n";
  const auto grown = [&tail](const std::string& tags) {
    return refreshed("---\n" + tags + tail, R"({"tags":["work"]})");
  };
  const auto with = [&tail](const std::string& tags) {
    return "---\n" + tags +
           "recordingIds: [7d3e0a11-2222-4333-8444-555566667777]\n"
           "participants: [codex.gpt-5.3-codex]\n---\n";
  };
  CHECK(grown("tags:\n  - a\n  - b # c\n\n# d\n") ==
        with("tags:\n  - a\n  - b # c\n  - work\n\n# d\n"));
  CHECK(grown("tags:\n- a\n") == with("tags:\n- a\n- work\n"));
  CHECK(grown("tags:\n  - a\n  - >\n    b\n    c\n") ==
        with("tags:\n  - a\n  - >\n    b\n    c\n  - work\n"));
  CHECK(grown("tags: [a,\n  b\n  ]\n") == with("tags: [a,\n  b, work\n  ]\n"));
  CHECK(grown("tags: [a, b,]\n") == with("tags: [a, b, work]\n"));
  CHECK(grown("tags:\n") == with("tags: [work]\n"));
  CHECK(grown("tags: [don't, 'it''s']\n") == with("tags: [don't, 'it''s', work]\n"));
  CHECK(grown("tags: foo\n") == with("tags: foo\n"));
  CHECK(grown("tags: [a, work]\n") == with("tags: [a, work]\n"));
}

TEST_CASE("a head with carriage returns or a byte order mark keeps them", "[sinks]") {
  CHECK(refreshed("\xEF\xBB\xBF---\r\nid: x\r\n---\r\nbody", "") ==
        "\xEF\xBB\xBF---\r\nid: x\r\nparticipants: [codex.gpt-5.3-codex]\r\n"
        "recordingIds: [7d3e0a11-2222-4333-8444-555566667777]\r\n---\r\nbody");
}

TEST_CASE("what is no front matter, or broken, or complete, is left alone", "[sinks]") {
  for (const std::string file :
       {"", "# Notes\n", "---\nid: x\n", "---\n---\n", "---\ntags: [a\n---\n", "---\n- a\n---\n",
        "---\nid: x\nid: y\n---\n", "---\n{id: x}\n---\n", "---\nid: 'x\n---\n",
        " ---\nid: x\n---\n", "---\na: b: c\n---\n", "----\nid: x\n---\n",
        "---\njust words\n---\n"}) {
    CHECK(refreshed(file) == file);
  }
  const std::string once = refreshed("---\nid: x\n---\n");
  CHECK(once != "---\nid: x\n---\n");
  CHECK(refreshed(once) == once);
  const std::string own = head(kRecording, kOptions);
  CHECK(refreshed(own) == own);
  CHECK(refreshed(own, R"({"includeFrontMatter":false})") == own);
}

TEST_CASE("aliases and deep nesting in a head are read without harm", "[sinks]") {
  const std::string cycle = "---\na: &x [*x, *x]\nid: y\n---\n";
  CHECK_THAT(refreshed(cycle), Catch::StartsWith("---\na: &x [*x, *x]\nid: y\n"));
  const std::string deep = "---\na: " + std::string(5000, '[') + std::string(5000, ']') + "\n---\n";
  CHECK(refreshed(deep) == deep);
  const std::string huge = "---\na: " + std::string(100000, 'x') + "\n---\n";
  CHECK(refreshed(huge) == huge);
}

TEST_CASE("a state that was not saved by this version is refused", "[sinks]") {
  for (const SavedState& state :
       {SavedState{.version = 2, .blob = "1-\n"}, SavedState{.version = 1, .blob = ""},
        SavedState{.version = 1, .blob = "1?\n"}, SavedState{.version = 1, .blob = "1u User\nzz\n"},
        SavedState{.version = 1, .blob = "1u User"}}) {
    CHECK(SinkInstance(markdown(), "", {}, &state).status() == KATO_UNSUPPORTED);
  }
}
