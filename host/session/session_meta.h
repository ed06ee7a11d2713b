// The control state of one session: all that must survive, and must change together.
//
// A meta is replaced as a whole. Its schema is docs/state.md; what is not in the file is not known
// after a restart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/clock.h"
#include "host/base/growing_hash.h"
#include "host/base/hash.h"
#include "host/event/event.h"
#include "host/io/file_system.h"
#include "host/session/ledger.h"

namespace kato {

inline constexpr uint32_t kMetaSchemaVersion = 1;

// ---- Whose session it is ---------------------------------------------------------------------

enum class SessionDriver : uint8_t { kUnknown = 0, kPerson = 1, kProgram = 2 };
enum class SessionParentage : uint8_t { kNone = 0, kSpawned = 1, kForked = 2 };

struct SessionIdentity {
  std::string provider;
  std::string provider_session_id;
  std::string session_id;  // derived from the two above
  std::string parent_provider_session_id;
  SessionParentage parentage = SessionParentage::kNone;
  SessionDriver driver = SessionDriver::kUnknown;
  std::string project_directory;
  std::string client_version;
  std::string title;  // the user's words: only while there is a twin
  std::optional<UnixMillis> first_time;
  std::optional<UnixMillis> last_time;
};

// ---- Its sources -----------------------------------------------------------------------------

// What a plugin or a sink saved, and the version that it said.
struct SavedBlob {
  uint32_t version = 0;
  std::string bytes;
};

struct StoredCursor {
  CursorKind kind = CursorKind::kByteOffset;
  uint64_t value = 0;
  std::string opaque;
};

// A record that is to be found again in its place: the last one before the cursor, by which is told
// whether the source is what it was.
struct RecordAnchor {
  std::string key;
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;
  uint64_t hash = 0;
  // Over its first and its last bytes, or all there are: where a record begins it says which one it
  // is, by an id or a time.
  uint64_t ends_hash = 0;

  static constexpr uint64_t kHeadBytes = 48;
  static constexpr uint64_t kTailBytes = 16;

  bool operator==(const RecordAnchor&) const = default;
};

// A record that the plugin holds back: enough to have it again.
struct HeldRange {
  std::string key;
  uint64_t offset_bytes = 0;
  uint64_t length_bytes = 0;
  uint64_t hash = 0;
};

enum class SourceRole : uint8_t { kWhole = 0, kContinuation = 1, kCopy = 2 };

enum class SourceStanding : uint8_t {
  kActive,
  kSuperseded,   // another source of the session ranks better
  kMissing,      // it was there; its state is kept
  kQuarantined,  // the plugin can make nothing more of it, at its current version
};

// How a source that is not what it was is brought together with the events that are known.
struct SourceAlignment {
  // It is to be read from its beginning and compared before it is read on.
  bool due = false;
  // So many drafts from the cursor on state what is known, or what stood before it.
  uint64_t drafts_to_skip = 0;
  // What follows may state known events too: those from this place in the ids on. Ends with the
  // first message that is none of them.
  std::optional<uint64_t> known_from;
  // Nothing in it was known: commands in records before this offset never run.
  uint64_t quiet_until_bytes = 0;
  // What was read of it earlier is no longer in it, or was worded otherwise.
  bool history_gone = false;
  // The last record of what was compared. Until that is read, all of this holds only while the
  // record is in its place.
  std::optional<RecordAnchor> compared;
  // Nothing was said in the source when it was read last, so what is said in it now came after that
  // and is no history that was written anew.
  bool was_silent = false;

  bool operator==(const SourceAlignment&) const = default;
};

// A record by its key and its bytes, without what separates it from its neighbours.
struct RecordMark {
  std::string key;
  uint64_t hash = 0;
  bool operator==(const RecordMark&) const = default;
};

struct SourceMeta {
  std::string path;  // absolute
  std::string root;  // the folder it was found under; empty: none
  FileId id;
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  uint32_t head_length_bytes = 0;
  uint64_t head_hash = 0;

  SourceRole role = SourceRole::kWhole;
  SourceStanding standing = SourceStanding::kActive;
  std::string standing_reason;
  int64_t rank = 0;
  std::string continues_source;
  std::string continues_at;
  std::string first_record_key;

  StoredCursor cursor;
  std::optional<RecordAnchor> anchor;
  std::string plugin_version;        // that decoded up to the cursor
  std::optional<SavedBlob> decoder;  // its state at exactly the cursor
  std::vector<HeldRange> held;
  SourceAlignment alignment;
  // The session whose history it begins with, as long as it may go on copying it.
  std::string copies_session;
  uint64_t counted_records = 0;  // of a document: that the ledger has
  // So many events of the session, from the first, were told by other versions of the plugin.
  uint64_t former_events = 0;
  // Of a document: the present version has not yet stated all of it once.
  bool retelling = false;
  // What other versions found amid its past, and was not told: of the ids, what stands for them,
  // sorted.
  std::vector<uint64_t> left_out;
  // Contents in `.ids` are not those of the copy's words, but of another version's.
  bool contents_renewed = false;
  // Of a document: the last record that tells of what was said.
  std::optional<RecordMark> last_said;
};

// One stretch of the order in which the sources were read: up to where in which of them.
struct SourceStretch {
  uint32_t source = 0;  // index
  uint64_t end = 0;     // the cursor's value
};

// ---- What follows from it --------------------------------------------------------------------

// A place in the order of events.
struct EventPosition {
  uint64_t seq = 0;
  EventId event_id{};
};

struct TwinMeta {
  bool exists = false;
  uint32_t generation = 0;  // of the twin and of the ids; grows when they are made again
  uint64_t size_bytes = 0;
  uint64_t lost_events = 0;  // it was cut short, and what held them is gone
};

// A destination as it was found before Kato wrote to it.
struct DestinationMark {
  bool exists = false;
  FileId id;
  uint64_t size_bytes = 0;
  uint64_t tail_length_bytes = 0;
  uint64_t tail_hash = 0;  // over the last tail_length_bytes
};

enum class RequestOrigin : uint8_t { kChat, kCommandLine };

// Bytes in a destination that may be just those which are to be written next: they were on their
// way when the process, the disk or the power failed.
struct UnsureStretch {
  uint64_t offset_bytes = 0;
  uint64_t end_bytes = 0;         // exclusive; the file may end before it
  uint64_t skipped_bytes = 0;     // that come before them and are known to be written elsewhere
  bool begins_line = false;       // a newline of Kato's comes before all of it
  bool after_power_loss = false;  // they may bear capture times that are not known any more
  // When the file was changed last, if it is known: what was captured later is not there.
  std::optional<UnixMillis> changed = {};
};

struct PendingExport {
  std::string export_id;  // tells it from the session's others, pending or done
  std::string destination;
  std::string sink;          // its name in the config
  std::string sink_plugin;   // the plugin's id
  std::string options_json;  // as pinned
  std::string time_zone;     // as pinned
  std::optional<UnixMillis> created;
  RequestOrigin origin = RequestOrigin::kChat;
  EventPosition through;  // the last event that belongs to it
  // Its turn came: the three that follow are pinned, and something of it may be written.
  bool begun = false;
  bool goes_on = false;      // behind content that was there: without a head
  bool begins_line = false;  // that content did not end with a newline
  uint64_t written_bytes = 0;
  // The destination as the last write left it; before the first one, as it was found.
  DestinationMark after;
  std::optional<UnsureStretch> unsure;
  // The power was lost since it began: its line in the history does not say that it is complete.
  bool doubted = false;
};

// Up to where a recording is written.
struct WriteCursor {
  std::optional<EventPosition> written;  // the last event; none: nothing yet
  // Where in the twin the next event begins; means something in that generation only.
  uint64_t twin_offset = 0;
  uint32_t twin_generation = 0;
};

struct PeriodMark {
  // Of a start, 0: from the beginning; then the id is that of the message that asked for it.
  uint64_t seq = 0;
  std::optional<EventId> event_id;  // none: asked for on the command line
  std::optional<UnixMillis> time;
  // Of a start that was asked for there: the last event before it, which tells the place even when
  // the events are numbered anew.
  std::optional<EventId> behind = {};
};

// Events from start (inclusive; with a seq of 0 from the beginning) to stop (inclusive).
struct RecordingPeriod {
  PeriodMark start;
  std::optional<PeriodMark> stop;
};

// A file that is about to take the destination's place: a new head (without periods), or the whole
// conversation.
struct ReplacementIntent {
  DestinationMark before;
  GrowingHash::Value before_hash;
  FileId new_id;
  GrowingHash::Value new_hash;  // with its size
  std::string new_path;         // where it lies until then
  std::string sibling;          // or: the other destination that was chosen instead
  std::vector<RecordingPeriod> periods;
};

enum class DesiredState : uint8_t { kOff = 0, kOn = 1 };

struct RecordingMeta {
  std::string recording_id;  // derived from session, destination and sink
  std::string destination;   // canonical
  std::string sink;
  std::string sink_plugin;
  std::string sink_version;
  std::string options_json;  // as pinned when the recording began
  std::string time_zone;     // likewise
  std::optional<UnixMillis> created;
  DesiredState desired = DesiredState::kOff;
  WriteCursor cursor;
  // The destination as the last write left it; before the first one, as it was found.
  DestinationMark after;
  std::optional<UnsureStretch> unsure;
  std::optional<SavedBlob> state;  // the sink's, behind the last event written
  // Of the whole file, while Kato alone has written it.
  std::optional<GrowingHash::Value> whole_file;
  std::vector<RecordingPeriod> periods;
  std::optional<ReplacementIntent> intent;
};

// So much of `.ids` is committed.
struct CommittedIds {
  uint64_t count = 0;                 // records
  std::optional<uint64_t> hash = {};  // over all of them; not known: of an older meta
  // Or this one, once contents of theirs are renewed: the file is about to be replaced.
  std::optional<uint64_t> renewed_hash = {};
  bool operator==(const CommittedIds&) const = default;
};

// ---- The whole -------------------------------------------------------------------------------

struct SessionMeta {
  SessionIdentity identity;
  uint64_t commit = 0;  // grows with each replacement; the write journal names it
  bool is_private = false;
  bool cleaned = false;  // later activity alone brings no twin back
  std::vector<SourceMeta> sources;
  std::vector<SourceStretch> interleaving;
  uint64_t next_seq = 1;
  uint64_t event_count = 0;
  CommittedIds known_ids;
  TwinMeta twin;
  std::optional<EventPosition> command_cursor;  // the last event that was interpreted
  // A message that was adopted after a kill, perhaps without all events of its commands.
  std::optional<EventId> unfinished_message;
  Ledger ledger;
  std::vector<PendingExport> pending_exports;
  std::vector<RecordingMeta> recordings;
};

// Events of the session that the recording is still to get: by the places alone, so that there may
// be fewer. 0: it has all.
[[nodiscard]] uint64_t lag_of(const RecordingMeta& recording, const SessionMeta& meta);

// The name of the session's files.
[[nodiscard]] std::string session_key(const SessionMeta& meta);

}  // namespace kato
