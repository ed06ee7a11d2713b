#include "sink_rendering.h"

using namespace kato::test;
using kato::testkit::SinkDriver;

namespace {

RecordingContent recording() {
  RecordingContent made;
  made.provider = "codex";
  made.session_id = "0b9c6f7e-1111-4222-8333-444455556666";
  made.short_id = "0b9c6f7e";
  made.recording_id = "7d3e0a11-2222-4333-8444-555566667777";
  made.models = {"gpt-5.3-codex", "gpt-5.3-codex"};
  return made;
}

std::string head(const RecordingContent& of) {
  return rendered("markdown", {}, of);
}

constexpr const char* kOptions = R"({"userName":"dana","tags":["work"],"includeEventKinds":true})";

std::string refreshed(const std::string& file, const std::string& options = kOptions) {
  RecordingContent of = recording();
  of.options_json = options;
  const auto refresh = SinkDriver(sink("markdown"), of).refresh_head(file);
  REQUIRE(refresh.status == KATO_OK);
  return refresh.bytes + file.substr(refresh.replaced_bytes);
}

}  // namespace

TEST_CASE("a new file begins with front matter of what is known, and nothing made up", "[sinks]") {
  RecordingContent bare = recording();
  bare.recording_id.clear();
  bare.title.clear();
  bare.models.clear();
  bare.created_unix_ms = KATO_NO_TIME;
  CHECK(head(bare) ==
        "---\nid: untitled-conversation-0b9c6f7e\ntitle: 'Untitled conversation'\ndesc: ''\n"
        "sessionId: 0b9c6f7e-1111-4222-8333-444455556666\n---\n");
  RecordingContent full = recording();
  full.title = "It's a \"test\": see\nthe [notes] about everything that was said in the last week";
  full.options_json = R"({"userName":"dana","tags":["work","a b","2026-02-25"],
                          "includeEventKinds":true,"includeUpdated":true})";
  CHECK(head(full) ==
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
  RecordingContent of = recording();
  of.title.clear();
  std::string shown;
  for (int i = 0; i < 61; ++i) {
    of.title += "語";
    if (i < 59) shown += "語";
  }
  CHECK_THAT(head(of),
             Catch::StartsWith("---\nid: conversation-0b9c6f7e\ntitle: '" + shown + "…'\n"));
}

TEST_CASE("the first block stands one empty line below the front matter", "[sinks]") {
  CHECK_THAT(rendered("markdown", {user("x")}), Catch::EndsWith("\n---\n\n# User\n\nx\n"));
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
  const auto with = [](const std::string& tags) {
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
  RecordingContent of = recording();
  of.options_json = kOptions;
  const std::string own = head(of);
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
