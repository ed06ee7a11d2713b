// One session at work: its meta, what it remembers, and its twin.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/daemon/head_summary.h"
#include "host/daemon/held_records.h"
#include "host/daemon/session_sources.h"
#include "host/daemon/step_events.h"
#include "host/daemon/twin_making.h"
#include "host/ingest/decode_again.h"
#include "host/ingest/session_ingest.h"
#include "host/ingest/stored_event_memory.h"
#include "host/recording/open_recording.h"
#include "host/recording/recording_progress.h"
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
  OriginLookup origins = {};
  // The power was lost since the session was worked on last: what was not synced need not be on the
  // disk, and its write journal is not believed.
  bool lost_power = false;
};

// [one thread at a time] After an error in any call the runtime is to be thrown away: the session
// starts again from its last commit.
class SessionRuntime {
 public:
  // From its meta, or as a new one. Puts right what a kill left: adopts what the twin has beyond
  // the meta, makes again what is missing of twin and ids. session: the files that were seen; a
  // session that is known may have none, and is still served from its twin.
  [[nodiscard]] static Result<std::unique_ptr<SessionRuntime>> open(const SessionServices& services,
                                                                    const Session& session);
  ~SessionRuntime();
  SessionRuntime(const SessionRuntime&) = delete;
  SessionRuntime& operator=(const SessionRuntime&) = delete;
  SessionRuntime(SessionRuntime&&) = delete;
  SessionRuntime& operator=(SessionRuntime&&) = delete;

  [[nodiscard]] SessionMeta& meta() { return meta_; }
  [[nodiscard]] const SessionMeta& meta() const { return meta_; }
  // Whether the session has met that event.
  [[nodiscard]] bool knows(const EventId& id) const { return memory_->knows(id); }
  // What of the state was found to be damaged at the opening, and made again; mostly empty.
  [[nodiscard]] const std::string& mended() const { return mended_; }
  [[nodiscard]] const SessionRef& ref() const { return ref_; }
  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] TwinSource twin_source() const;
  // True until all that was there when the session was first seen is decoded.
  [[nodiscard]] bool is_first_sight() const { return !meta_.command_cursor.has_value(); }

  // The sources as they are found now; new ones are added to the meta, others change their
  // standing. What goes wrong with it, or went wrong when they were looked at, is the next ingest's
  // error.
  void set_sources(const Session& session, const Status& looked = {});
  [[nodiscard]] const Status& sources_status() const { return sources_status_; }
  // One of them has other bytes, and is in everything else as set_sources() was told. False: it
  // matters to others, tell all.
  [[nodiscard]] bool note_grown(const SourceFile& file) { return sources_.note_grown(file); }
  // By the index in the meta.
  [[nodiscard]] const std::vector<SessionSource>& sources() const { return sources_.all(); }
  // The index to ingest() a file by; nothing: it is not read, another one holds the same and more.
  [[nodiscard]] std::optional<size_t> index_of(const std::string& path) const {
    return sources_.index_of(path);
  }
  // Whose policy holds for the session as a whole.
  [[nodiscard]] const Root& root() const { return sources_.root(); }

  // Of a recording that begins.
  [[nodiscard]] HeadSummary& head() { return head_; }

  // Decodes one step of a source, appends to the twin and to the ids. Nothing is committed, unless
  // the source begins anew. events also gets, first, what take_unobeyed() would give.
  [[nodiscard]] Result<IngestStep> ingest(size_t source, const Arrival& arrival,
                                          StepEvents& events);
  // What a killed run left behind the command cursor, put before what is in events: to be obeyed
  // before anything is served. The first call takes it.
  void take_unobeyed(StepEvents& events);

  // True if a step of this runtime has read the source. A runtime that was closed when it was idle
  // forgets; then a rewritten document counts as backfill once more.
  [[nodiscard]] bool was_read_since_start(size_t source) const { return read_.contains(source); }

  // A twin is to be made of everything up to the cursors; `captured`: capture times that are known
  // from this step; those of later ones are noted until it is made. One that there is, and its
  // file, only gets again what it has lost, if the logs have that. kNotFound: there is no log to
  // make it of.
  [[nodiscard]] Status want_twin(const CaptureTimes& captured);
  [[nodiscard]] bool wants_twin() const { return wants_twin_; }
  // It was begun and is not made yet.
  [[nodiscard]] bool is_making_twin() const { return making_ != nullptr; }
  // Makes it, in parts: about so much of the sources. Between two parts the session goes on, as one
  // without a twin. True: it is made, up to the cursors as they are now. Cursors, periods and the
  // command cursor are found again by event id. The next commit swaps it in. After an error it is
  // begun again by the next call; but a runtime that has it is to be thrown away.
  [[nodiscard]] Result<bool> make_twin_part(uint64_t part_bytes);
  // All of it at once.
  [[nodiscard]] Status make_twin(const CaptureTimes& captured);
  // What the copy lacks comes into it, if a log has just stated it again. To be called when a
  // source was read to its end.
  [[nodiscard]] Status regain_lost();
  // Somebody removed its file.
  [[nodiscard]] bool has_lost_twin() const;
  // A new twin, from the sources and with the provider's present version; capture times stay. Where
  // a source has lost what the twin holds, that stays as it is. Recordings are not written to: what
  // they have counts as written. Committed when it returns.
  [[nodiscard]] Status reprocess();
  // Removes it, after a commit that says so, whatever recordings still lack.
  [[nodiscard]] Status remove_twin();

  // The meta as it is now shall be kept: soon, or at once.
  void commit_soon();
  [[nodiscard]] Status commit_now();
  // A new twin that no commit speaks of yet.
  [[nodiscard]] bool has_new_twin() const { return swap_pending_; }
  // It is committed, and takes its place.
  [[nodiscard]] Status settle_twin() { return swap_pending_ ? commit_now() : Status{}; }
  // To be called when what commit_soon() put is on the disk: a new twin takes its place.
  [[nodiscard]] Status finish_swap();
  // Closes what stays open from step to step only so that it need not be opened again.
  void rest();

  // An append to a destination is about to be made.
  [[nodiscard]] Status announce(const JournaledWrite& write);
  // To be called before the first announcement: what a killed run left in the destinations was
  // found out when the session was opened, and is committed here.
  [[nodiscard]] Status settle_destinations();
  // The file must be on the disk before the next commit; made: its name must be, too.
  void destination_written(const std::string& path, bool made);
  [[nodiscard]] OpenRecordings& open_recordings() { return open_recordings_; }

  // All events up to the cursors, decoded again from the sources' beginning, without those that
  // came behind the event `through`, if that is known, or that are not known yet. False: something
  // that was read once is gone.
  [[nodiscard]] Result<bool> replay(EventListener& into, const EventId& through);

 private:
  SessionRuntime(const SessionServices& services, const Session& session);
  Status start(const Session& session);
  Status take_over_destinations();
  Status open_memory();
  Status remake_ids();
  Status remember_from_sources();
  void forget_who_told();
  void forget_former_events();
  Status open_twin();
  Result<bool> find_orphan();
  void forget_how_orphan_came();
  Status adopt(bool longer);
  [[nodiscard]] bool may_commit_amid_step() const;
  Status commit_amid_step(const std::function<Status(SessionMeta&)>& change);
  Status tell_quiet(size_t source);
  Status keep_retelling(size_t source, const IngestStep& step);
  Status store(std::string lines);
  Status keep_held();
  [[nodiscard]] AgainInput again_input();
  [[nodiscard]] TwinFile twin_file() const {
    return {.path = twin_path_, .session_id = ref_.session_id};
  }
  // What a twin in making depends on: it is begun again if that changes.
  struct Footing {
    std::vector<std::string> sources;  // their paths, roots and roles
    bool operator==(const Footing&) const = default;
  };
  [[nodiscard]] Footing footing() const;
  [[nodiscard]] bool can_be_in_parts() const;
  Status begin_making(const AgainInput& input, const KnownCaptureTimes& captured,
                      uint64_t seed_bytes);
  [[nodiscard]] Status check_sources();
  [[nodiscard]] bool is_log_gone(const SessionSource& source) const;
  [[nodiscard]] bool is_any_log_gone() const;
  [[nodiscard]] uint64_t events_perhaps_reworded() const;
  [[nodiscard]] std::unexpected<Error> log_is_gone() const;
  [[nodiscard]] bool lacks_log() const;
  Status get_lost_again();
  Result<TwinGain> make_again(const KnownCaptureTimes& captured);
  Status take_made_twin(TwinGain gain);
  Status renew_twin(const AgainInput& input, const KnownCaptureTimes& captured,
                    uint64_t seed_bytes);
  [[nodiscard]] Result<KnownCaptureTimes> capture_times_of_twin() const;
  [[nodiscard]] Result<std::vector<EventPosition>> old_positions() const;
  [[nodiscard]] std::vector<bool> served_recordings() const;

  SessionServices services_;
  SessionRef ref_;
  std::string key_;
  SessionMeta meta_;
  SessionSources sources_;
  Status sources_status_;
  HeldRecords held_;
  IngestSupport support_;
  std::unique_ptr<StoredEventMemory> memory_;
  std::unique_ptr<SessionIngest> ingest_;
  std::optional<TwinLog> twin_;
  std::string twin_path_;      // where it lies now
  bool swap_pending_ = false;  // the next commit's generation lies beside
  std::string last_lines_;     // of the twin, from the last step; empty where they are many
  bool wants_twin_ = false;
  KnownCaptureTimes captured_;   // of the twin that is wanted
  uint64_t missing_events_ = 0;  // in the twin that was made last, of which the sources are gone
  bool has_sought_lost_ = false;
  bool may_regain_ = false;     // what is known was stated since that was sought
  Footing footing_;             // of making_
  bool made_in_parts_ = false;  // making_, so far
  std::set<size_t> read_;
  HeadSummary head_;
  WriteJournal journal_;
  OpenRecordings open_recordings_;
  std::string mended_;
  bool is_settled_ = false;
  std::set<std::string>
      unsettled_;                // destinations of which the meta says more than the last commit
  uint64_t commit_on_disk_ = 0;  // unless the queue says that the last one is in place
  uint64_t commit_put_ = 0;
  std::unique_ptr<StepEvents> unobeyed_;
  StepEvents* events_ = nullptr;  // of the step that is going on

  // Hands the ingest's events to the step that is going on.
  class Relay final : public EventListener {
   public:
    explicit Relay(SessionRuntime& runtime) : runtime_(runtime) {}
    void on_event(const Event& event, CommandRight right) override {
      runtime_.events_->on_event(event, right);
    }

   private:
    SessionRuntime& runtime_;
  };
  Relay relay_{*this};
  std::unique_ptr<TwinInMaking> making_;  // at the end: it is made of what stands above
};

}  // namespace kato
