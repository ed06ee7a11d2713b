// The ids of a session's events, on disk and in memory: "is it known?" without reading a twin.
//
// The file: a header of 16 bytes ("kato-ids", schema version and record size as little-endian
// 32-bit numbers), then one record of 24 bytes for each event in the order of seq: the id, and the
// hash of kind and normalised text as a little-endian 64-bit number. Append-only, but for
// contents that are renewed, which replaces it; how much of it counts, and what it hashes to, is
// said by the meta.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/io/file_system.h"
#include "host/session/event_id_set.h"
#include "host/session/session_meta.h"

namespace kato {

inline constexpr uint32_t kIdsSchemaVersion = 1;

struct KnownEvent {
  EventId id{};
  uint64_t content_hash = 0;
  bool operator==(const KnownEvent&) const = default;
};

// The file with other content hashes.
struct RenewedIds {
  std::string bytes;
  uint64_t hash = 0;
  // Of the records that are committed: as they are, and as they are to be.
  uint64_t present_hash = 0;
  uint64_t committed_hash = 0;
};

// [one thread at a time] Only of sessions that are being worked on.
class KnownEvents {
 public:
  // Reads the records that are committed; what is behind them does not count and is cut off by the
  // next save. No file and a count of 0 is an empty set. kNotFound: there are fewer records than
  // committed (they can be made again from the twin or the sources). kUnsupported: another schema
  // version; kInvalid: not such a file, or not what was committed. Neither is touched.
  [[nodiscard]] static Result<KnownEvents> load(FileSystem& files, std::string path,
                                                const CommittedIds& committed);

  [[nodiscard]] bool contains(const EventId& id) const noexcept { return ids_.contains(id); }
  // With those that are not saved yet.
  [[nodiscard]] uint64_t count() const noexcept { return saved_.count + unsaved_.size(); }
  [[nodiscard]] uint64_t saved_count() const noexcept { return saved_.count; }
  // What a commit is to say.
  [[nodiscard]] const CommittedIds& saved() const noexcept { return saved_; }
  [[nodiscard]] size_t memory_bytes() const noexcept { return ids_.memory_bytes(); }

  // False: it is known, and not added again.
  bool add(const EventId& id, uint64_t content_hash);
  // Appends what was added. After a failure it is still unsaved. The file stays open.
  [[nodiscard]] Status save(FileSystem& files);
  void close() { file_.reset(); }
  // The saved records with other content hashes for some events. Nothing is changed by it.
  [[nodiscard]] Result<RenewedIds> renewed(FileSystem& files, std::span<const KnownEvent> contents,
                                           uint64_t committed_count) const;
  // Puts them in the place of the file: to be called when what is committed has the renewed hash.
  [[nodiscard]] Status renew(FileSystem& files, const RenewedIds& renewed);
  // Forgets what was added since the last save.
  void forget_unsaved();

 private:
  explicit KnownEvents(std::string path) : path_(std::move(path)) {}
  Status open(FileSystem& files);

  std::string path_;
  EventIdSet ids_;
  CommittedIds saved_;
  std::vector<KnownEvent> unsaved_;
  std::unique_ptr<File> file_;  // open: it ends behind what is saved
};

// Hands the committed records over in their order, without keeping them. Errors as load's: those
// that turn out to be damaged at the end have been handed over.
[[nodiscard]] Status read_known_events(FileSystem& files, const std::string& path,
                                       const CommittedIds& committed,
                                       const std::function<void(const KnownEvent&)>& take);

}  // namespace kato
