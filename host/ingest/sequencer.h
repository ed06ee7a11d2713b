// Turns drafts into events: completes them, drops what is known, derives commands.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/event/event.h"
#include "host/ingest/alignment.h"
#include "host/ingest/document_memory.h"
#include "host/ingest/event_memory.h"
#include "host/ingest/retelling.h"
#include "host/session/session_meta.h"

namespace kato {

// May a command in this message run, as far as the record itself tells?
enum class CommandRight : uint8_t {
  kMayCommand,
  kNever,  // inherited from another session, or stated again
};

// Where events go, in order. Views live until the call returns.
class EventListener {
 public:
  EventListener() = default;
  EventListener(const EventListener&) = delete;
  EventListener& operator=(const EventListener&) = delete;
  EventListener(EventListener&&) = delete;
  EventListener& operator=(EventListener&&) = delete;
  virtual ~EventListener() = default;

  virtual void on_event(const Event& event, CommandRight right) = 0;
};

// One session's. One thread at a time.
class Sequencer {
 public:
  // next_seq: of the next event, from 1. All references must outlive the sequencer.
  Sequencer(const SessionRef& session, EventMemory& known, uint64_t next_seq,
            EventListener& listener)
      : session_(session), known_(known), next_seq_(next_seq), listener_(listener) {}

  // The time that drafts from now on are given as capture time: they arrive live. Nothing: they
  // are backfill.
  void set_capture_time(std::optional<UnixMillis> time) { capture_time_ = time; }

  // How the source is to be brought together with what is known; changed as drafts go by. Null: it
  // is as it was. Must outlive the sequencer.
  void set_alignment(SourceAlignment* alignment) { alignment_ = alignment; }
  // False: the source never said that it states things again, so drafts that are marked so are
  // taken as any others.
  void set_restates(bool restates) { restates_ = restates; }
  // A message that is known, but perhaps not all events of its commands: a kill came between their
  // lines. Reset when it has come by. Null: there is none. Must outlive the sequencer.
  void set_unfinished(std::optional<EventId>* message) { unfinished_ = message; }
  // What another version of the plugin told. Null: nothing. Must outlive the sequencer.
  void set_retelling(Retelling* retelling) { retelling_ = retelling; }
  // What comes until end_run() is one document, which states everything again. memory: gets what it
  // states; null, or to outlive the sequencer.
  void begin_document(DocumentMemory* memory);

  // True if the draft, which is the next one, only states what is known, and is not to be taken.
  [[nodiscard]] bool skips(const Draft& draft);
  // What the log states again is kept back until it is known where that ends: a record, or the
  // document.
  void take(const Draft& draft);
  // The same for a draft that the document before stated just so, and that added nothing then.
  void take_again(uint64_t record_offset_bytes, const Statement& statement);
  // Decides on what is kept back. To be called at the end of each step.
  void end_run();

  [[nodiscard]] uint64_t next_seq() const { return next_seq_; }
  // Whether any draft told of what was said, known or not.
  [[nodiscard]] bool said_anything() const { return said_anything_; }
  // What was known came from a log that is read anew, or had lost some of it and tells nothing new.
  [[nodiscard]] bool states_gone() const { return states_gone_; }

 private:
  // What is kept back until the run ends: one for each statement.
  struct Kept {
    uint64_t record_offset_bytes = 0;
    const Draft* draft = nullptr;  // a copy in the arena; null: it adds nothing to what is known
  };

  void take_now(const Draft& draft, const EventId& id, uint64_t content, CommandRight right);
  void take_known(const Draft& draft, const EventId& id, uint64_t content);
  // Whether another version of the plugin found it amid the past. index: among the statements of
  // the run; past: how many of them reach to the end of that.
  [[nodiscard]] bool is_left_out(size_t index, size_t past, const Aligned& aligned) const;
  [[nodiscard]] bool adds_nothing(const Draft& draft, const Statement& statement) const;
  void keep_back(const Draft& draft, const Statement& statement);
  void pass_known(const EventId& id);
  [[nodiscard]] bool follows_what_is_known(uint64_t content, bool is_said);
  [[nodiscard]] CommandRight right_of(const Draft& draft) const;
  void emit(const Draft& draft, const EventId& id, std::optional<EventId> revises, uint64_t content,
            CommandRight right);
  void complete(const Draft& draft, const EventId& id, std::optional<EventId> revises);
  void emit_commands(const Event& message, const Draft& draft, CommandRight right);

  const SessionRef& session_;
  EventMemory& known_;
  uint64_t next_seq_;
  EventListener& listener_;
  std::optional<UnixMillis> capture_time_;
  SourceAlignment* alignment_ = nullptr;
  std::optional<EventId>* unfinished_ = nullptr;
  bool restates_ = true;
  bool in_document_ = false;
  bool said_anything_ = false;
  bool states_gone_ = false;
  DocumentMemory* document_ = nullptr;
  Retelling* retelling_ = nullptr;
  std::vector<Statement> statements_;  // of the run
  std::vector<Kept> run_;
  Arena arena_;
};

// Keeps up which message stands last, commands aside, while a twin's events go by.
void note_unfinished(std::optional<EventId>& message, const Event& event);

}  // namespace kato
