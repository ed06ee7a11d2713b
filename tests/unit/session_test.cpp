#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "host/base/base64.h"
#include "host/base/growing_hash.h"
#include "host/event/event_id.h"
#include "host/session/json_fields.h"
#include "host/session/ledger.h"
#include "host/session/meta_store.h"
#include "host/session/session_meta_json.h"
#include "host/session/state_folder.h"

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::FaultyFileSystem;
using kato::test::TemporaryFolder;

namespace {

EventId id_of(uint8_t number) {
  EventId id{};
  id[15] = number;
  id[0] = 0xAB;
  return id;
}

SourceMeta full_source() {
  SourceMeta source;
  source.path = "/logs/\xFFodd.jsonl";
  source.root = "/logs";
  source.id = {.device = 7, .inode = UINT64_MAX};
  source.size_bytes = 1234;
  source.mtime_ns = -5;
  source.head_length_bytes = 4096;
  source.head_hash = 0xFEDCBA9876543210U;
  source.role = SourceRole::kContinuation;
  source.standing = SourceStanding::kQuarantined;
  source.standing_reason = "no-known-format";
  source.rank = -3;
  source.continues_source = "one.jsonl";
  source.continues_at = "turn-9";
  source.first_record_key = "r1";
  source.cursor = {.kind = CursorKind::kOpaque, .value = 5, .opaque = "here"};
  source.anchor = RecordAnchor{
      .key = "r4", .offset_bytes = 10, .length_bytes = 20, .hash = 30, .ends_hash = 31};
  source.plugin_version = "1.2.3";
  source.decoder = SavedBlob{.version = 2, .bytes = std::string("\0\xFF\x01", 3)};
  source.held = {{.key = "r5", .offset_bytes = 40, .length_bytes = 50, .hash = 60}};
  source.alignment = {
      .due = true,
      .drafts_to_skip = 3,
      .known_from = 7,
      .quiet_until_bytes = 99,
      .history_gone = true,
      .compared = RecordAnchor{
          .key = "r6", .offset_bytes = 70, .length_bytes = 80, .hash = 90, .ends_hash = 91}};
  source.copies_session = "0b9c6f7e-1111-4222-8333-444455556666";
  source.counted_records = 12;
  source.former_events = 13;
  source.retelling = true;
  source.left_out = {3, UINT64_MAX};
  source.contents_renewed = true;
  source.last_said = RecordMark{.key = "r7", .hash = 14};
  return source;
}

RecordingMeta full_recording() {
  const DestinationMark mark{.exists = true,
                             .id = {.device = 1, .inode = 2},
                             .size_bytes = 3,
                             .tail_length_bytes = 4,
                             .tail_hash = 5};
  RecordingMeta recording;
  recording.recording_id = "rec";
  recording.destination = "/notes/x.md";
  recording.sink = "notes";
  recording.sink_plugin = "markdown";
  recording.sink_version = "1.0.0";
  recording.options_json = R"({"includeThinking":true})";
  recording.time_zone = "Europe/Berlin";
  recording.created = UnixMillis{1772036815012};
  recording.desired = DesiredState::kOn;
  recording.cursor = {.written = EventPosition{.seq = 9, .event_id = id_of(9)},
                      .twin_offset = 999,
                      .twin_generation = 2};
  recording.after = mark;
  recording.unsure = UnsureStretch{.offset_bytes = 5,
                                   .end_bytes = 9,
                                   .skipped_bytes = 2,
                                   .begins_line = true,
                                   .after_power_loss = true,
                                   .changed = UnixMillis{1}};
  recording.state = SavedBlob{.version = 1, .bytes = "sink"};
  recording.whole_file = GrowingHash::Value{.size_bytes = 3, .chain = 4, .rest = 5};
  recording.periods = {
      {.start = {.seq = 1, .event_id = id_of(1), .time = UnixMillis{1000}},
       .stop = PeriodMark{.seq = 3, .event_id = std::nullopt, .time = {}}},
      {.start = {.seq = 5, .event_id = {}, .time = {}, .behind = id_of(4)}, .stop = {}}};
  recording.intent = ReplacementIntent{.before = mark,
                                       .before_hash = {3, 4, 5},
                                       .new_id = {8, 9},
                                       .new_hash = {6, 7, 8},
                                       .new_path = "/notes/.x.md.kato-new",
                                       .sibling = "/notes/x-2.md",
                                       .periods = recording.periods};
  return recording;
}

SessionMeta small_meta() {
  SessionMeta meta;
  meta.identity.provider = "example";
  meta.identity.provider_session_id = "abc";
  meta.identity.session_id = make_session_id("example", "abc");
  return meta;
}

SessionMeta full_meta() {
  auto meta = small_meta();
  meta.identity.parent_provider_session_id = "parent";
  meta.identity.parentage = SessionParentage::kForked;
  meta.identity.driver = SessionDriver::kPerson;
  meta.identity.project_directory = "/home/me/project";
  meta.identity.client_version = "2.1.0";
  meta.identity.title = "A title with \"quotes\" and \xE2\x9C\x93";
  meta.identity.first_time = UnixMillis{1};
  meta.identity.last_time = UnixMillis{1772036815012};
  meta.commit = 17;
  meta.is_private = true;
  meta.cleaned = true;
  meta.sources = {full_source(), full_source()};
  meta.interleaving = {{.source = 0, .end = 100}, {.source = 1, .end = 50}};
  meta.next_seq = 10;
  meta.event_count = 9;
  meta.known_ids = {.count = 9, .hash = 0xC0FFEE};
  meta.twin = {.exists = true, .generation = 2, .size_bytes = 4321};
  meta.command_cursor = EventPosition{.seq = 9, .event_id = id_of(9)};
  meta.unfinished_message = id_of(8);
  meta.ledger.add("user/text", LedgerOutcome::kMapped, "", 100, 2);
  meta.ledger.add("progress", LedgerOutcome::kIgnored, "duplicate", 10);
  meta.ledger.hold(33);
  meta.pending_exports = {{.export_id = "0a0b",
                           .destination = "/notes/e.md",
                           .sink = "notes",
                           .sink_plugin = "markdown",
                           .options_json = "{}",
                           .time_zone = "utc",
                           .created = UnixMillis{5},
                           .origin = RequestOrigin::kCommandLine,
                           .through = {.seq = 4, .event_id = id_of(4)},
                           .begun = true,
                           .goes_on = true,
                           .begins_line = true,
                           .written_bytes = 12,
                           .after = {.exists = true, .id = {}, .size_bytes = 7},
                           .unsure = UnsureStretch{.offset_bytes = 7, .end_bytes = 9},
                           .doubted = true}};
  meta.recordings = {full_recording()};
  return meta;
}

struct Store {
  TemporaryFolder temporary;
  FaultyFileSystem files;
  StateFolder folder{temporary / "state"};
  MetaStore metas{files, folder};

  Store() { REQUIRE(folder.prepare(files)); }
  std::string write_meta(const std::string& text) {
    const auto key = session_key(small_meta());
    return temporary.write("state/sessions/" + key + ".meta.json", text);
  }
  Result<std::optional<SessionMeta>> load() { return metas.load(session_key(small_meta())); }
};

std::string with_version(const SessionMeta& meta, int version) {
  auto json = nlohmann::json::parse(meta_to_json(meta));
  json["schemaVersion"] = version;
  json.erase("checksum");  // its form is another now
  return json.dump();
}

}  // namespace

TEST_CASE("base64 gives back every length of bytes, and refuses what it did not write", "[base]") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(from_base64(to_base64(bytes)) == bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
  CHECK(to_base64("foobar") == "Zm9vYmFy");
  CHECK(to_base64("fooba") == "Zm9vYmE=");
  for (const auto* text : {"Zm9", "Zm9=v", "Zm9vYm=E", "Zm9vYmF=", "====", "Zm9 "}) {
    CHECK_FALSE(from_base64(text));
  }
}

TEST_CASE("a growing hash does not depend on the cuts, and can be taken up again", "[base]") {
  std::string bytes;
  for (int i = 0; i < 20000; ++i) {
    bytes.push_back(static_cast<char>(i * 31));
  }
  GrowingHash whole;
  whole.update(bytes);
  for (const size_t cut : {0U, 1U, 4095U, 4096U, 4097U, 12288U, 19999U, 20000U}) {
    GrowingHash first;
    first.update(std::string_view(bytes).substr(0, cut / 2));
    first.update(std::string_view(bytes).substr(cut / 2, cut - cut / 2));
    const auto saved = first.value();
    const auto rest = GrowingHash::rest_bytes(saved);
    GrowingHash second;
    REQUIRE(second.resume(saved, std::string_view(bytes).substr(cut - rest, rest)));
    second.update(std::string_view(bytes).substr(cut));
    CHECK(second.value() == whole.value());
  }
  GrowingHash other;
  CHECK_FALSE(other.resume(whole.value(), "not the rest"));
}

TEST_CASE("P7: a meta in which any byte was changed is damaged, and is not touched",
          "[session][P7]") {
  Store store;
  const auto whole = meta_to_json(small_meta());
  store.write_meta(whole);
  REQUIRE(store.load());
  for (size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = changed[at] == '7' ? '5' : '7';
    if (at + 1 == whole.size()) changed[at] = ' ';  // behind the object
    store.write_meta(changed);
    const auto loaded = store.load();
    INFO(changed);
    CHECK(loaded.has_value() == (at + 1 == whole.size()));
  }
}

TEST_CASE("a meta of a version that wrote no checksum is understood", "[session]") {
  Store store;
  auto json = nlohmann::json::parse(meta_to_json(small_meta()));
  json.erase("checksum");
  store.write_meta(json.dump());
  CHECK(store.load());
}

TEST_CASE("the ledger counts by type, outcome and reason", "[session]") {
  Ledger ledger;
  ledger.add("a", LedgerOutcome::kMapped, "", 10);
  ledger.add("a", LedgerOutcome::kMapped, "", 5);
  ledger.add("a", LedgerOutcome::kIgnored, "blank", 1);
  ledger.add("a", LedgerOutcome::kIgnored, "duplicate", 1);
  CHECK(ledger.rows().size() == 3);
  CHECK(ledger.rows()[0] == LedgerRow{"a", LedgerOutcome::kMapped, "", 2, 15});
  ledger.hold(7);
  CHECK(ledger.accounted_bytes() == 24);
  ledger.release(7);
  ledger.add("b", LedgerOutcome::kMapped, "", 7);
  CHECK(ledger.held_count() == 0);
  CHECK(ledger.accounted_bytes() == 24);
}

TEST_CASE("the ledger stays bounded whatever types a log invents", "[session]") {
  Ledger ledger;
  for (int i = 0; i < 5000; ++i) {
    ledger.add(std::string(500, 'x') + std::to_string(i), LedgerOutcome::kRaw, "", 1);
    ledger.add("type" + std::to_string(i), LedgerOutcome::kRaw, "", 1);
  }
  CHECK(ledger.rows().size() <= Ledger::kMaxRows + 8);
  CHECK(ledger.accounted_bytes() == 10000);
  CHECK(ledger.rows()[0].type.size() == Ledger::kMaxNameBytes);
}

TEST_CASE("ledgers merge, and come back from JSON as they were", "[session]") {
  Ledger one;
  one.add("a", LedgerOutcome::kMapped, "", 10);
  one.hold(3);
  Ledger other;
  other.add("a", LedgerOutcome::kMapped, "", 1);
  other.add("b", LedgerOutcome::kLost, "source-gone", 2, 4);
  one.merge(other);
  CHECK(one.rows()[0].bytes == 11);
  std::string json;
  append_ledger_json(json, one);
  const auto again = ledger_from_json(nlohmann::json::parse(json), "ledger");
  REQUIRE(again);
  CHECK(*again == one);
}

TEST_CASE("a meta comes back with every field as it was", "[session]") {
  for (const auto& meta : {small_meta(), full_meta()}) {
    const auto text = meta_to_json(meta);
    const auto again = meta_from_json(nlohmann::json::parse(text));
    REQUIRE(again);
    CHECK(meta_to_json(*again) == text);
    CHECK(again->ledger == meta.ledger);
  }
  const auto again = meta_from_json(nlohmann::json::parse(meta_to_json(full_meta())));
  CHECK(again->sources[0].path == "/logs/\xFFodd.jsonl");
  CHECK(again->sources[0].decoder->bytes == std::string("\0\xFF\x01", 3));
  CHECK(again->sources[0].mtime_ns == -5);
  CHECK(again->recordings[0].intent->periods.size() == 2);
  CHECK(again->recordings[0].unsure->end_bytes == 9);
  CHECK(again->recordings[0].unsure->after_power_loss);
  CHECK(again->recordings[0].periods[0].stop->seq == 3);
  CHECK_FALSE(again->recordings[0].periods[1].stop);
}

TEST_CASE("a meta in which anything is missing, wrong or unknown is refused with its place",
          "[session]") {
  const auto good = nlohmann::json::parse(meta_to_json(full_meta()));
  const auto message_of = [](const nlohmann::json& json) {
    const auto meta = meta_from_json(json);
    REQUIRE_FALSE(meta);
    CHECK(meta.error().code() == ErrorCode::kInvalid);
    return meta.error().message();
  };
  const auto changed = [&](const char* pointer, const nlohmann::json& value) {
    auto json = good;
    json[nlohmann::json::json_pointer(pointer)] = value;
    return message_of(json);
  };
  CHECK(changed("/sources/1/cursor/value", "x") ==
        "sources[1].cursor.value: not a number that can stand here");
  CHECK(changed("/sources/0/mtimeNs", 1.5) ==
        "sources[0].mtimeNs: not a number that can stand here");
  CHECK(changed("/sources/0/headHash", "xyz") == "sources[0].headHash: unknown value \"xyz\"");
  CHECK(changed("/recordings/0/state", "maybe") == "recordings[0].state: unknown value \"maybe\"");
  CHECK(changed("/recordings/0/writeCursor/eventId", 7) ==
        "recordings[0].writeCursor.eventId: unknown value 7");
  CHECK(changed("/session/extra", 1) == "session.extra: unknown");
  CHECK(changed("/interleaving/0/source", 2U) == "interleaving[0].source: there is no such source");
  CHECK(changed("/nextSeq", -1) == "nextSeq: not a number that can stand here");
  CHECK(changed("/ledger/records/0/outcome", "eaten") ==
        "ledger.records[0].outcome: unknown value \"eaten\"");
  CHECK(changed("/session/providerSessionId", "other") ==
        "session.sessionId: does not belong to this provider and providerSessionId");
  auto json = good;
  json.erase("nextSeq");
  CHECK(message_of(json) == "nextSeq: missing");
  CHECK(message_of(nlohmann::json::array()) == ": not an object");
}

TEST_CASE("the state folder is made private and is owned by one process", "[session]") {
  const TemporaryFolder temporary;
  const auto files = make_posix_file_system();
  const StateFolder folder(temporary / "state");
  REQUIRE(folder.prepare(*files));
  REQUIRE(folder.prepare(*files));
  CHECK(files->info(folder.path())->mode == 0700U);
  CHECK(files->info(folder.sessions())->mode == 0700U);
  auto lock = folder.lock(*files);
  REQUIRE(lock);
  const auto second = folder.lock(*files);
  REQUIRE_FALSE(second);
  CHECK(second.error().message().find("kato stop") != std::string::npos);
}

TEST_CASE("a state folder of another user is refused", "[session]") {
  constexpr uid_t kSomebody = 54321;
  const TemporaryFolder temporary;
  const auto files = make_posix_file_system();
  const StateFolder folder(temporary / "state");
  REQUIRE(folder.prepare(*files));
  if (::chown(folder.path().c_str(), kSomebody, kSomebody) != 0) {
    WARN("SKIPPED: only root can give a folder to another user");
    return;
  }
  const auto refused = folder.prepare(*files);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kRefused);
  CHECK(refused.error().message().find("its owner is user 54321") != std::string::npos);
}

TEST_CASE(
    "P6: a state folder that others may look into is closed to them, one they may write to is "
    "refused",
    "[session][P6]") {
  const TemporaryFolder temporary;
  const auto files = make_posix_file_system();
  const StateFolder folder(temporary / "state");
  REQUIRE(folder.prepare(*files));
  REQUIRE(::chmod(folder.path().c_str(), 0777) == 0);
  CHECK(folder.prepare(*files).error().code() == ErrorCode::kRefused);
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  CHECK(folder.prepare(*files));
  CHECK(files->info(folder.path())->mode == 0700U);
  REQUIRE(::chmod(folder.sessions().c_str(), 0750) == 0);
  CHECK(folder.prepare(*files).error().message().find("chmod") != std::string::npos);
}

TEST_CASE("a meta is stored and loaded, and a session without one has none", "[session]") {
  Store store;
  const auto meta = full_meta();
  CHECK(*store.load() == std::nullopt);
  REQUIRE(store.metas.store(meta, Durability::kSynced));
  const auto loaded = store.load();
  REQUIRE((loaded && loaded->has_value()));
  CHECK(meta_to_json(**loaded) == meta_to_json(meta));
  CHECK(*store.metas.keys() == std::vector<std::string>{session_key(meta)});
  CHECK(store.files.info(store.folder.meta(session_key(meta)))->mode == 0600U);
  REQUIRE(store.metas.remove(session_key(meta)));
  REQUIRE(store.metas.remove(session_key(meta)));
  CHECK(store.metas.keys()->empty());
}

TEST_CASE("a damaged meta is refused by name and left as it is", "[session]") {
  Store store;
  const auto good = meta_to_json(small_meta());
  for (const auto& text : {std::string(), std::string("\0\0\0", 3), good.substr(0, good.size() / 2),
                           std::string("[]"), std::string("{}"), with_version(small_meta(), 0)}) {
    const auto path = store.write_meta(text);
    const auto loaded = store.load();
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().message().find(path) != std::string::npos);
    CHECK(store.temporary.read(path.substr(store.temporary.path().size() + 1)) == text);
  }
}

TEST_CASE("a meta of a newer version is refused without touching it", "[session]") {
  Store store;
  const auto text = with_version(small_meta(), 2);
  store.write_meta(text);
  const auto loaded = store.load();
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code() == ErrorCode::kUnsupported);
  CHECK(store.files.list(store.folder.sessions())->size() == 1);
}

TEST_CASE("a meta under another session's name is refused", "[session]") {
  Store store;
  auto other = small_meta();
  other.identity.provider_session_id = "other";
  other.identity.session_id = make_session_id("example", "other");
  store.write_meta(meta_to_json(other));
  CHECK(store.load().error().code() == ErrorCode::kInvalid);
}

TEST_CASE("an older meta is migrated, with what it was beside it", "[session]") {
  Store store;
  auto old = nlohmann::json::parse(with_version(small_meta(), 0));
  old["next_seq"] = old["nextSeq"];
  old.erase("nextSeq");
  const auto path = store.write_meta(old.dump());
  MetaStore metas(store.files, store.folder,
                  {{.from = 0, .apply = [](nlohmann::json& json) -> Status {
                      json["nextSeq"] = json["next_seq"];
                      json.erase("next_seq");
                      return {};
                    }}});
  const auto loaded = metas.load(session_key(small_meta()));
  REQUIRE(loaded);
  CHECK((*loaded)->next_seq == 1);
  CHECK(*read_whole(store.files, path + ".v0", 1U << 20) == old.dump());
}
