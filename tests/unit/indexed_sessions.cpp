#include "tests/unit/indexed_sessions.h"

#include "host/event/event_id.h"

#include "tests/support/catch.h"

namespace kato::test {

std::string source_path(int number) {
  return "/logs/\xFE/" + std::to_string(number) + ".jsonl";
}

FileInfo info_of(int number) {
  return {.type = FileType::kRegular,
          .id = {.device = 1, .inode = static_cast<uint64_t>(number)},
          .size_bytes = 100,
          .mtime_ns = 1000 + number};
}

SessionMeta meta_of(int number) {
  SessionMeta meta;
  meta.identity.provider = "example";
  meta.identity.provider_session_id = "session-" + std::to_string(number);
  meta.identity.session_id = make_session_id("example", meta.identity.provider_session_id);
  meta.identity.project_directory = "/home/me/project";
  meta.identity.title = "Title \"" + std::to_string(number) + "\"";
  meta.identity.driver = SessionDriver::kPerson;
  meta.identity.parentage = SessionParentage::kSpawned;
  meta.identity.parent_provider_session_id = "parent";
  meta.identity.last_time = UnixMillis{1772036815000 + number};
  meta.event_count = static_cast<uint64_t>(number);
  meta.twin.exists = true;
  SourceMeta source;
  source.path = source_path(number);
  source.id = info_of(number).id;
  source.size_bytes = info_of(number).size_bytes;
  source.mtime_ns = info_of(number).mtime_ns;
  source.cursor.value = source.size_bytes;
  source.first_record_key = "first-" + std::to_string(number / 2);
  meta.sources = {source};
  RecordingMeta recording;
  recording.recording_id = "r" + std::to_string(number);
  recording.destination = "/notes/" + std::to_string(number) + ".md";
  recording.desired = DesiredState::kOn;
  meta.recordings = {recording};
  return meta;
}

std::string key_of(int number) {
  return session_key(meta_of(number));
}

IndexedState::IndexedState() {
  REQUIRE(folder.prepare(files));
}

IndexStore IndexedState::open(IndexStore::Trust trust) {
  auto store = IndexStore::open(files, folder, metas, trust);
  REQUIRE(store);
  return std::move(*store);
}

}  // namespace kato::test
