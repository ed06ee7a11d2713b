// One session at work: its meta, what it remembers, and its twin.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/ingest/session_ingest.h"
#include "host/ingest/stored_event_memory.h"
#include "host/recording/command_interpreter.h"
#include "host/recording/recorder.h"
#include "host/session/commit_queue.h"
#include "host/session/meta_store.h"
#include "host/session/session_meta_json.h"
#include "host/session/twin_log.h"
#include "host/session/write_journal.h"

namespace kato {

// What all sessions share. Outlives them.
struct SessionServices {
  FileSystem& files;
  const StateFolder& state;
  MetaStore& metas;
  CommitQueue& commits;
  SourceBuffer& buffer;
};

// What a step brought, as far as the twin and the commands are concerned.
class StepEvents final : public EventListener {
 public:
  explicit StepEvents(const SessionRef& session) : session_(session) {}

  void on_event(const Event& event, CommandRight right) override;

  struct Message {
    CommandedMessage commanded;
    bool has_provider_time = false;
    bool is_live = false;
    CommandRight right = CommandRight::kNever;
  };

  // Whether lines are wanted; else only what commands need is kept.
  bool keep_lines = false;
  std::string lines;
  std::vector<Message> messages;  // that hold a "::"
  std::vector<std::pair<EventId, UnixMillis>> captured;
  std::optional<EventPosition> last;

 private:
  const SessionRef& session_;
};

// [one thread at a time] After an error in any call the runtime is to be thrown away: the session
// starts again from its last commit.
class SessionRuntime {
 public:
  // From its meta, or as a new one.
  [[nodiscard]] static Result<std::unique_ptr<SessionRuntime>> open(const SessionServices& services,
                                                                    const Session& session);

  [[nodiscard]] SessionMeta& meta() { return meta_; }
  [[nodiscard]] const SessionRef& ref() const { return ref_; }
  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] TwinSource twin_source() const;
  // True until all that was there when the session was first seen is decoded.
  [[nodiscard]] bool is_first_sight() const { return !meta_.command_cursor.has_value(); }

  // The sources as they are found now; new ones are added to the meta.
  void set_sources(const Session& session);
  [[nodiscard]] const std::vector<SessionSource>& sources() const { return sources_; }

  // Decodes one step of a source, appends to the twin and to the ids. Nothing is committed.
  [[nodiscard]] Result<IngestStep> ingest(size_t source, const Arrival& arrival,
                                          StepEvents& events);

  // True if a step of this runtime has read the source. A runtime that was closed when it was idle
  // forgets; then a rewritten document counts as backfill once more.
  [[nodiscard]] bool was_read_since_start(size_t source) const { return read_.contains(source); }

  // Makes a twin of everything up to the cursors; `captured`: capture times that are known from
  // this step. No effect if there is one.
  [[nodiscard]] Status make_twin(const std::vector<std::pair<EventId, UnixMillis>>& captured);
  [[nodiscard]] Status remove_twin();

  // The meta as it is now shall be kept: soon, or at once.
  void commit_soon();
  [[nodiscard]] Status commit_now();

  // An append to a destination is about to be made.
  [[nodiscard]] Status announce(const JournaledWrite& write);
  // What was announced behind the commit from which this runtime began.
  [[nodiscard]] Result<std::vector<JournaledWrite>> announced_before();
  [[nodiscard]] Status forget_announced() { return journal_.remove(services_.files); }
  // The file must be on the disk before the next commit; made: its name must be, too.
  void destination_written(const std::string& path, bool made);
  // Set once it is found out what a killed process left in the destinations.
  bool destinations_recovered = false;

  // All events up to the cursors, decoded again from the sources' beginning.
  [[nodiscard]] Status replay(EventListener& into, SessionSummary& summary);

 private:
  SessionRuntime(const SessionServices& services, const Session& session);
  Status open_twin();
  Status adopt_capture_times();

  SessionServices services_;
  SessionRef ref_;
  std::string key_;
  SessionMeta meta_;
  std::vector<SessionSource> sources_;  // by the index in the meta
  std::unique_ptr<StoredEventMemory> memory_;
  std::unique_ptr<SessionIngest> ingest_;
  std::optional<TwinLog> twin_;
  std::set<size_t> read_;
  WriteJournal journal_;
  uint64_t commit_on_disk_ = 0;  // unless the queue says that the last one is in place
  uint64_t commit_put_ = 0;
  // Of events that a twin had, but no commit: they were seen live, by a run that was killed.
  std::map<EventId, UnixMillis> adopted_;
  StepEvents* events_ = nullptr;  // of the step that is going on

  // Hands the ingest's events to the step that is going on.
  class Relay final : public EventListener {
   public:
    explicit Relay(SessionRuntime& runtime) : runtime_(runtime) {}
    void on_event(const Event& event, CommandRight right) override;

   private:
    SessionRuntime& runtime_;
  };
  Relay relay_{*this};
};

}  // namespace kato
