// Whose session a file of Gemini CLI holds, and in which project.
#include <array>

#include "plugins/gemini/identity.h"
#include "plugins/gemini/project.h"
#include "plugins/gemini/sha256.h"
#include "plugins/gemini/sources.h"
#include "tests/support/catch.h"

using namespace kato;

namespace {

constexpr auto kSlugPath = "tmp/meadow/chats/session-2026-11-20T10-00-aaaaaaaa.jsonl";
constexpr auto kHash = "31cd86c62c5e6ce9b98660153ebda8d61f2168babf0da469dc566646ff4b75ac";

struct File {
  explicit File(std::string head_) : head(std::move(head_)) {}
  File& at(const std::string& value) { return path = value, *this; }
  File& in_part() { return whole = false, *this; }
  File& marked(const std::string& value) { return marker = value, *this; }
  File& registered(const std::string& value) { return registry = value, *this; }
  File& trusting(const std::string& value) { return trusted = value, *this; }

  std::string path = kSlugPath;
  std::string head;
  bool whole = true;
  std::string marker;    // .project_root
  std::string registry;  // projects.json
  std::string trusted;   // trustedFolders.json
};

sdk::Probe probe(const File& file) {
  const auto companion = [](std::string_view name, const std::string& text) {
    return kato_companion{sizeof(kato_companion), sdk::str(name), sdk::str("x"),
                          text.empty() ? kato_bytes{} : sdk::bytes(text)};
  };
  const std::array companions = {companion(gemini::kProjectRootFile, file.marker),
                                 companion(gemini::kProjectRegistry, file.registry),
                                 companion(gemini::kTrustedFolders, file.trusted)};
  kato_probe_input input{};
  input.struct_size = sizeof(input);
  input.whole_file = file.whole ? 1 : 0;
  input.path = sdk::str(file.path);
  input.head = sdk::bytes(file.head);
  input.size_bytes = file.head.size();
  input.companions = companions.data();
  input.companion_count = companions.size();
  return gemini::probe(input);
}

const std::string kHeader = std::string(R"({"sessionId":"s-1","projectHash":")") + kHash +
                            R"(","startTime":"2026-11-20T10:00:00Z","kind":"main"})";
const std::string kMessage =
    "\n"
    R"({"id":"u","type":"user","content":"x"})"
    "\n";

}  // namespace

TEST_CASE("SHA-256 gives what the standard says", "[gemini]") {
  CHECK(gemini::sha256_hex("") ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(gemini::sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(gemini::sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(gemini::sha256_hex(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a journal is known by its header", "[gemini]") {
  const auto found = probe(File(kHeader + kMessage));
  REQUIRE(found.verdict == KATO_PROBE_MINE);
  CHECK(found.identity.provider_session_id == "s-1");
  CHECK(found.identity.started_at == "2026-11-20T10:00:00Z");
  CHECK(found.identity.parentage == KATO_PARENT_NONE);
  CHECK(found.identity.driver == KATO_DRIVER_UNKNOWN);
}

TEST_CASE("a byte-order mark and a message before the header do not hide it", "[gemini]") {
  CHECK(probe(File("\xEF\xBB\xBF" + kHeader)).identity.provider_session_id == "s-1");
  CHECK(probe(File(kMessage.substr(1) + kHeader)).identity.provider_session_id == "s-1");
}

TEST_CASE("a document is known wherever its metadata stand", "[gemini]") {
  File file = File("").at("tmp/meadow/chats/session-2026-01-10T10-00-aaaaaaaa.json");
  file.head =
      R"({"messages":[{"id":"x","content":"{\"sessionId\":\"no\"}"}],"summary":"A\nB","sessionId":"s-2"})";
  const auto found = probe(file);
  REQUIRE(found.verdict == KATO_PROBE_MINE);
  CHECK(found.identity.provider_session_id == "s-2");
  CHECK(found.identity.title_hint == "A B");
  // Every part of it is too little, and none is a crash.
  for (size_t size = 0; size < file.head.size(); ++size) {
    File part = file;
    part.head.resize(size);
    part.whole = size % 2 == 0;
    CHECK(probe(part).verdict ==
          (size + 1 < file.head.size() ? KATO_PROBE_NEED_MORE_BYTES : KATO_PROBE_MINE));
  }
}

TEST_CASE("what is no object is not mine, an object of another form goes by its name", "[gemini]") {
  CHECK(probe(File("hello")).verdict == KATO_PROBE_NOT_MINE);
  CHECK(probe(File(std::string("\0\0", 2))).verdict == KATO_PROBE_NOT_MINE);
  CHECK(probe(File("")).verdict == KATO_PROBE_NEED_MORE_BYTES);
  CHECK(probe(File(R"({"history":[]})")).identity.provider_session_id ==
        "session-2026-11-20T10-00-aaaaaaaa");
}

TEST_CASE("a sub-agent's parent is the folder that it lies in", "[gemini]") {
  const auto found = probe(File(kHeader).at("tmp/meadow/chats/parent-1/s-1.jsonl"));
  CHECK(found.identity.parentage == KATO_PARENT_SPAWNED);
  CHECK(found.identity.parent_provider_session_id == "parent-1");
  CHECK(found.identity.driver == KATO_DRIVER_PROGRAM);
}

TEST_CASE("of several files of a session the best one ranks highest", "[gemini]") {
  const std::string old_folder = std::string("tmp/") + kHash + "/chats/session-x.json";
  const std::string body = R"({"sessionId":"s","messages":[]})";
  const auto rank = [](const File& file) { return probe(file).identity.rank; };
  const auto journal = rank(File(kHeader + kMessage));
  const auto stub = rank(File(kHeader + "\n"
                                        R"({"$set":{"messages":[]}})"
                                        "\n"));
  const auto slug = rank(File(body).at("tmp/meadow/chats/session-x.json"));
  const auto hash = rank(File(body).at(old_folder));
  CHECK(journal > slug);
  CHECK(slug > hash);
  CHECK(hash > stub);
  // One that is still being written is no stub.
  CHECK(rank(File(kHeader + "\n").in_part()) == journal);
}

TEST_CASE("the project's directory is found by marker, by registry and by hash", "[gemini]") {
  const auto directory = [](const File& file) { return probe(file).identity.project_directory; };
  const std::string registry =
      R"({"projects":{"/home/ana/orchard":"orchard","/home/ana/meadow":"meadow"}})";
  const std::string old_path = std::string("tmp/") + kHash + "/chats/session-x.jsonl";
  CHECK(directory(File(kHeader).marked("/marked\n").registered(registry)) == "/marked");
  CHECK(directory(File(kHeader).registered(registry)) == "/home/ana/meadow");
  CHECK(directory(File(R"({"sessionId":"s"})").at(old_path).registered(registry)) ==
        "/home/ana/meadow");
  CHECK(directory(File(kHeader).at("tmp/other/chats/session-x.jsonl").registered(registry)) ==
        "/home/ana/meadow");
  CHECK(directory(File(kHeader).trusting(R"({"/home/ana/meadow":"TRUST_FOLDER"})")) ==
        "/home/ana/meadow");
  CHECK(directory(File(std::string(R"({"sessionId":"s","projectHash":")") + kHash +
                       R"(","directories":["/x","/home/ana/meadow"]})")) == "/home/ana/meadow");
  CHECK(directory(File(kHeader).marked("relative").registered("not JSON")).empty());
}

TEST_CASE("paths with escapes in the registry are read as meant", "[gemini]") {
  File file = File(R"({"sessionId":"s"})");
  file.registry = R"({"projects":{"C:\\code\\meadow":"meadow"}})";
  CHECK(probe(file).identity.project_directory == "C:\\code\\meadow");
}

TEST_CASE("a directory in a text counts only if it has the hash", "[gemini]") {
  CHECK(gemini::find_directory_in_text("I work in the directory: /home/ana/meadow\n", kHash) ==
        "/home/ana/meadow");
  CHECK(gemini::find_directory_in_text("- /home/ana/orchard\n- /home", kHash).empty());
  CHECK(gemini::find_directory_in_text("/home/ana/meadow", "no hash").empty());
}

TEST_CASE("journals grow, documents are rewritten, sub-agents have a folder", "[gemini]") {
  const auto& description = gemini::source_description();
  const sdk::Strided patterns(description.patterns, description.pattern_count);
  REQUIRE(patterns.size() == 4);
  CHECK(sdk::view(patterns[0].include) == "tmp/*/chats/session-*.jsonl");
  CHECK(patterns[0].growth == KATO_GROWTH_APPEND);
  CHECK(patterns[1].growth == KATO_GROWTH_DOCUMENT);
  for (size_t i = 0; i < patterns.size(); ++i) {
    CHECK(patterns[i].flags == (KATO_SOURCE_DUPLICATES_BY_RANK | KATO_SOURCE_RESTATES));
  }
}
