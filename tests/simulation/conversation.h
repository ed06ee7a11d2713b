// The conversations of a history, as the oracle remembers them: all that was ever said, what of it
// the daemon surely has read, and which commands it must obey.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/agent_log.h"

namespace kato::simulation {

enum class Answer : uint8_t { kNo, kMaybe, kYes };

enum class OrderKind : uint8_t {
  kStart,
  kCapture,
  kExport,
  kStop,
  kStopOne,
  kPrivate,
  kUndoPrivate,  // at the command line only
};

// A command that is valid: what it means. Invalid ones are only text.
struct Order {
  OrderKind kind = OrderKind::kStart;
  std::string path;  // canonical; empty for kStop and kPrivate
};

// While the daemon was in its run `run`, at the wall time of that number or later.
struct Arrival {
  uint32_t run = 0;
  size_t from_wall = 0;
};

// A message; or what was asked for at the command line, which stands behind the message before it
// and is itself no word of the conversation.
struct Spoken {
  bool is_request = false;
  Said said;
  std::string token;
  std::vector<Order> orders;
  bool is_amid_half = false;        // asked for while nothing could be read of a document
  bool waits_for_document = false;  // and nothing could be read of it since
  bool in_log = true;               // it stands in the log now
  bool may_be_read = false;         // a daemon was at work since it was said
  bool is_sure = false;             // the daemon has read it
  uint32_t settled = 0;             // when: the first time that all was settled after it was said
  bool was_packed = false;          // before the daemon surely had read it
  bool is_lost = false;             // it left the log, perhaps before the daemon read it
  std::optional<uint32_t> cut_at;   // it left the log when this many messages had been said
  std::optional<uint32_t> said_in_run;
  std::vector<Arrival> arrivals;  // each time that it came into the log while the daemon watched
  std::optional<Answer> obeyed;   // of its orders; nothing: not decided yet
  // The power failed behind it when its log was gone: of what it asked to be written whole, that
  // was not on the disk yet may be nowhere.
  bool may_be_torn = false;
  // The power failed, and nothing was synced: of a capture that was carried out may be left the
  // file alone, and it is obeyed again.
  bool may_be_done_twice = false;
  uint32_t said_at = 0;     // moments of the world
  uint32_t decided_at = 0;  // of its orders
};

// When commands in a session that is seen for the first time are too old to be obeyed: surely if
// they are older than `at_least`, surely not if they are not older than `at_most`.
struct SinceBounds {
  UnixMillis at_least;
  UnixMillis at_most;
  bool may_be_seen_late = false;  // then a source that is new may be taken for younger than it is
};

struct Conversation {
  AgentLog log;
  std::vector<Spoken> spoken;
  bool file_exists = false;
  Answer is_known = Answer::kNo;  // to the daemon
  std::optional<uint32_t> made_in_run;
  UnixMillis made_at;     // then
  UnixMillis made_after;  // the daemon may not have looked between this moment and that
  // It was cut down to nothing, and the daemon has not looked at it since: what it finds there then
  // may be a history that was written anew, which does not command. One that is packed then has
  // nothing by which the daemon would know it again when it is unpacked and goes on.
  bool is_begun_anew = false;
  bool was_begun_anew = false;   // ever
  uint32_t settled = 0;          // how often all was
  bool is_in_a_record = false;   // the agent has written half of it
  bool is_half_written = false;  // the document; nothing of it can be read before it is whole

  // So it was before the daemon had read it: what is found when it is whole all comes at once, and
  // without times nobody can tell what of it is old.
  bool was_half_at_first = false;
  bool is_packed = false;                        // the log
  std::optional<uint32_t> unpacked_in_run = {};  // last
  std::optional<Spoken> held_back = {};          // the first of its two lines is written

  bool is_elsewhere = false;  // packed or unpacked, and the daemon may not have found it there

  [[nodiscard]] bool is_readable() const { return file_exists && !is_half_written; }

  [[nodiscard]] std::vector<Said> in_log() const;
  [[nodiscard]] bool has_unread() const;
};

// Whether orders that are, or may be, obeyed want the session to be recorded into that file.
[[nodiscard]] bool claims(const Spoken& spoken, const std::string& path);
[[nodiscard]] bool claims(const Conversation& conversation, const std::string& path);

// The daemon has read all that stands in the log, in the run `run`.
void decide(Conversation& conversation, uint32_t run, const SinceBounds& since, uint32_t moment);
// It may have read some of it.
void read_perhaps(Conversation& conversation);
// The power fails.
void tear_unsettled(Conversation& conversation);
// What it knew of the session may be gone, and what it obeyed with it: commands that are too old
// then, or came when nobody watched, are not obeyed again, and what has left the log, or leaves it
// before it is read again, is nowhere.
void forget_perhaps(Conversation& conversation);

}  // namespace kato::simulation
