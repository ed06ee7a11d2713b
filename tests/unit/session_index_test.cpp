#include "host/session/session_index.h"

#include <algorithm>
#include <set>

#include "host/base/hash.h"
#include "host/io/files.h"

#include "tests/support/catch.h"
#include "tests/unit/indexed_sessions.h"

using namespace kato;
using namespace kato::test;

namespace {

bool has_untouched(const SessionIndex& index, const std::string& path, const FileInfo& now) {
  return index.has_untouched(hash64(path), stamp_of(now));
}

std::set<std::string> recorded_in(const SessionIndex& index) {
  std::set<std::string> ids;
  index.for_each_recorded(
      [&](const IndexedSession& session) { ids.insert(session.identity.session_id); });
  return ids;
}

SessionIndex index_of(int count) {
  SessionIndex index;
  for (int i = 0; i < count; ++i) {
    index.put(meta_of(i));
  }
  return index;
}

}  // namespace

TEST_CASE("the index comes back from its file with all that it knew", "[index]") {
  const auto written = index_of(50).to_json();
  auto index = SessionIndex::from_json(written);
  REQUIRE(index);
  CHECK(index->size() == 50);
  const auto id = meta_of(7).identity.session_id;
  const auto session = index->find(id);
  REQUIRE(session);
  CHECK(session->identity.title == "Title \"7\"");
  CHECK(session->identity.last_time == UnixMillis{1772036815007});
  CHECK(session->identity.driver == SessionDriver::kPerson);
  CHECK(session->identity.parentage == SessionParentage::kSpawned);
  CHECK(session->event_count == 7);
  CHECK(session->has_twin);
  CHECK(session->sources[0].path == source_path(7));
  CHECK(session->recordings[0].destination == "/notes/7.md");
  CHECK(session->recordings[0].desired == DesiredState::kOn);
  CHECK_FALSE(index->find("nobody"));
  CHECK(has_untouched(*index, source_path(7), info_of(7)));
  CHECK(index->sessions_beginning_with("first-3").size() == 2);
  CHECK(recorded_in(*index).size() == 50);
  CHECK(SessionIndex::from_json(SessionIndex().to_json())->size() == 0);
}

TEST_CASE("the index tells sources that did not change from those that did", "[index]") {
  const auto index = index_of(5);
  CHECK(has_untouched(index, source_path(1), info_of(1)));
  CHECK_FALSE(has_untouched(index, source_path(2), info_of(1)));
  auto grown = info_of(3);
  grown.size_bytes += 1;
  CHECK_FALSE(has_untouched(index, source_path(3), grown));
  CHECK_FALSE(has_untouched(index, "/logs/new", info_of(1)));
}

TEST_CASE("the index knows which sessions are recorded, from its file too", "[index]") {
  auto index = index_of(3);
  auto unrecorded = meta_of(1);
  unrecorded.recordings.clear();
  index.put(unrecorded);
  auto read = SessionIndex::from_json(index.to_json());
  REQUIRE(read);
  const std::set<std::string> recorded{meta_of(0).identity.session_id,
                                       meta_of(2).identity.session_id};
  CHECK(recorded_in(index) == recorded);
  CHECK(recorded_in(*read) == recorded);
  read->put_unread(*read->find(meta_of(2).identity.session_id));
  CHECK(recorded_in(*read) == recorded);
  CHECK_FALSE(has_untouched(*read, source_path(2), info_of(2)));
}

TEST_CASE("sessions are found by the record that they begin with", "[index]") {
  const auto index = index_of(6);
  auto found = index.sessions_beginning_with("first-1");
  std::ranges::sort(found);
  std::vector<std::string> wanted{meta_of(2).identity.session_id, meta_of(3).identity.session_id};
  std::ranges::sort(wanted);
  CHECK(found == wanted);
  CHECK(index.sessions_beginning_with("").empty());
}

TEST_CASE("what is put again takes the place of what was known", "[index]") {
  auto index = index_of(3);
  auto meta = meta_of(1);
  meta.sources[0].size_bytes = 999;
  meta.sources[0].first_record_key = "other";
  meta.sources.push_back(meta_of(9).sources[0]);
  index.put(meta);
  CHECK(index.size() == 3);
  CHECK_FALSE(has_untouched(index, source_path(1), info_of(1)));
  CHECK(has_untouched(index, source_path(9), info_of(9)));
  CHECK(index.sessions_beginning_with("other").size() == 1);
  index.remove(meta.identity.session_id);
  CHECK(index.size() == 2);
  CHECK_FALSE(has_untouched(index, source_path(9), info_of(9)));
  CHECK(index.sessions_beginning_with("other").empty());
}

TEST_CASE("the index does not grow with the number of commits", "[index]") {
  auto index = index_of(10);
  for (int i = 0; i < 20000; ++i) {
    index.put(meta_of(i % 10));
  }
  CHECK(index.memory_bytes() < 8U << 20);
  CHECK(index.find(meta_of(3).identity.session_id));
  CHECK(index.to_json().size() == index_of(10).to_json().size());
}

TEST_CASE("an index that was cut or changed anywhere is not believed", "[index]") {
  const auto whole = index_of(4).to_json();
  for (size_t size = 0; size < whole.size(); size += 7) {
    const auto index = SessionIndex::from_json(whole.substr(0, size));
    REQUIRE_FALSE(index);
    CHECK(index.error().code() == ErrorCode::kInvalid);
  }
  auto lacking = whole;
  const auto line_end = lacking.find(",\n");
  lacking.erase(lacking.find('\n') + 1, line_end + 2 - lacking.find('\n') - 1);
  CHECK_FALSE(SessionIndex::from_json(lacking));
  auto zeroed = whole;
  std::fill_n(zeroed.begin() + 200, 50, '\0');
  CHECK_FALSE(SessionIndex::from_json(zeroed));
  for (size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = changed[at] == '7' ? '5' : '7';
    CHECK_FALSE(SessionIndex::from_json(changed));
  }
  auto newer = whole;
  newer.replace(newer.find(":2"), 2, ":3");
  CHECK(SessionIndex::from_json(newer).error().code() == ErrorCode::kUnsupported);
}
