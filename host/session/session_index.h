// What must be known of every session without opening its meta: a cache over the metas.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/base/error.h"
#include "host/io/file_system.h"
#include "host/session/index_keys.h"
#include "host/session/session_meta.h"

namespace kato {

inline constexpr uint32_t kIndexSchemaVersion = 2;

struct IndexedSource {
  std::string path;
  FileId id;
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
};

struct IndexedRecording {
  std::string recording_id;
  std::string destination;
  DesiredState desired = DesiredState::kOff;
};

struct IndexedSession {
  SessionIdentity identity;
  uint64_t event_count = 0;
  bool has_twin = false;
  uint64_t twin_bytes = 0;
  uint64_t lost_events = 0;  // of the twin
  bool is_private = false;
  bool cleaned = false;
  std::vector<IndexedSource> sources;
  std::vector<IndexedRecording> recordings;
};

// When something was last said in it; without a known time, when its newest source was written.
[[nodiscard]] UnixMillis last_time_of(const IndexedSession& session);

class IndexedSessionReader;

// [one thread at a time] Some 500 bytes for each session: each is kept as its line of the file, and
// taken apart when it is asked for.
class SessionIndex {
 public:
  SessionIndex();
  ~SessionIndex();
  SessionIndex(SessionIndex&&) noexcept;
  SessionIndex& operator=(SessionIndex&&) noexcept;
  SessionIndex(const SessionIndex&) = delete;
  SessionIndex& operator=(const SessionIndex&) = delete;

  // From what to_json gave. kInvalid: it is damaged, and is to be made again from the metas.
  // kUnsupported: another schema version.
  [[nodiscard]] static Result<SessionIndex> from_json(std::string text);
  // The sessions of a damaged or older one as far as they are understood, as by put_unread: only to
  // know what a session is recorded into whose meta cannot be read.
  [[nodiscard]] static SessionIndex salvaged_from(std::string_view text);
  [[nodiscard]] std::string to_json() const;

  // The session as its meta has it, instead of what was known of it.
  void put(const SessionMeta& meta);
  // One whose meta cannot be read: that it is there, and what it is recorded into. Its sources
  // count as those of nobody.
  void put_unread(IndexedSession session);
  void remove(std::string_view session_id);

  [[nodiscard]] size_t size() const noexcept { return slots_.size(); }
  [[nodiscard]] std::optional<IndexedSession> find(std::string_view session_id) const;
  // In no particular order. `take` must not call the index.
  using Take = std::function<void(const IndexedSession&)>;
  void for_each(const Take& take) const;
  // Only those with recordings, on or off: the others are not taken apart for it.
  void for_each_recorded(const Take& take) const;

  // Whether a session has a source of which this is the hash64 of the path, and this the stamp_of
  // what was committed.
  [[nodiscard]] bool has_untouched(uint64_t path_hash, uint64_t stamp) const;
  // Sessions that have a source which begins with a record of that key.
  [[nodiscard]] std::vector<std::string> sessions_beginning_with(std::string_view record_key) const;

  [[nodiscard]] size_t memory_bytes() const noexcept;

 private:
  struct Slot {
    size_t offset = 0;
    uint32_t length = 0;
    bool is_recorded = false;
  };
  struct SourceEntry {
    uint64_t session = 0;  // hash of its id
    uint64_t stamp = 0;
  };

  [[nodiscard]] std::string_view line_of(const Slot& slot) const;
  [[nodiscard]] const IndexedSession* take_apart(const Slot& slot) const;
  void reserve(size_t sessions);
  void add(const SessionKeys& keys, const IndexedSession& session);
  // A session that is not known.
  void enter(const SessionKeys& keys, Slot slot);
  void drop(uint64_t session);
  void compact();

  std::unique_ptr<IndexedSessionReader> reader_;
  std::string text_;  // what no slot points to is garbage
  size_t garbage_bytes_ = 0;
  std::unordered_map<uint64_t, Slot> slots_;                // by hash of the session's id
  std::unordered_map<uint64_t, SourceEntry> sources_;       // by hash of the path
  std::unordered_multimap<uint64_t, uint64_t> first_keys_;  // to the hash of the session's id
};

}  // namespace kato
