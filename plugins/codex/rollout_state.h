// What a rollout has said so far, as far as it matters for what comes: names, hashes and marks, no
// text of the conversation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "copied_history.h"
#include "plugins/jsonlog/state.h"
#include "text_memory.h"

namespace kato::codex {

// What is known of the session before its first record is read.
struct Session {
  std::string id;
  bool sub_agent = false;  // its prompts come from another agent
};

// A question that the person has been asked.
struct OpenQuestion {
  uint64_t call = 0;              // hash of the call's id
  bool answered_later = false;    // not by the call's output but by a record of its own
  std::vector<uint64_t> secrets;  // hashes of the ids of questions whose answers are secret
};

// Why records are held back.
enum class Holding : uint8_t {
  kNothing,
  kUserText,  // items of the user's role, until another record tells whether a person wrote them
  kAnswer     // an item of the assistant's role that no event announced: a compaction's summary?
};

// Which form of a person's words stood directly before: the other one is expected.
enum class HalfTold : uint8_t { kNothing, kItem, kEvent };

// The two forms of an event. Some clients log both.
enum class EventForm : uint8_t { kNone, kMessage, kCompleted };

// Review mode, in which a client writes prompts in the person's name.
enum class Review : uint8_t { kNone, kPreset, kCustom };

struct RolloutState {
  std::string turn_id;
  std::string model;
  uint64_t directory = 0;  // hashes of what was said last
  uint64_t version = 0;
  uint64_t usage = 0;
  uint64_t error = 0;
  uint64_t thought = 0;        // the item of reasoning that an event stated last,
  uint64_t thought_parts = 0;  // and how many parts it had
  std::string open_script;     // id of the call of an `exec` script that is running

  bool sub_agent = false;  // as the log says, though it may name no parent
  bool seen_meta = false;
  bool seen_item = false;         // any response_item: else events are all there is
  bool seen_user_event = false;   // this file says by events what a person wrote
  bool eventless = false;         // a person's item had no event: then the next ones need none
  bool seen_answer_pair = false;  // and announces answers by events
  bool answered = false;          // the running turn has an answer
  bool abort_told = false;        // the running turn's interruption was told
  bool abort_note_due = false;    // by its event: the client's note of it may follow, also later
  Review review = Review::kNone;

  Holding holding = Holding::kNothing;
  HalfTold half_told = HalfTold::kNothing;
  EventForm prompt_form = EventForm::kNone;  // of the event of a prompt that stood directly before
  uint64_t prompt = 0;                       // hash of its words
  uint64_t held_size = 0;                    // of an answer that is held: its text, trimmed

  CopiedHistory copied;
  TextMemory user_texts{TextMemory::kMost};  // all that were told
  TextMemory user_items;                     // told, the event may follow
  TextMemory user_events;                    // told, the item may follow
  TextMemory client_items;  // of the user's role but not the person's; an event may follow
  TextMemory answer_items;
  TextMemory answer_events;
  TextMemory answer_forms;   // told by an event of one form, that of the other may follow
  TextMemory thought_forms;  // likewise
  TextMemory thought_items;
  TextMemory thought_events;
  TextMemory failed_calls;    // hashes of ids, whose output may not say that they failed
  TextMemory answered_calls;  // hashes of the ids of questions that were open
  std::vector<OpenQuestion> questions;

  void begin_turn(std::string_view id);
  // nullptr: no such question is open.
  [[nodiscard]] OpenQuestion* question(uint64_t call) noexcept;
  void open_question(OpenQuestion question);
  void close_question(uint64_t call);

  // Ids and names from a log, short enough to be kept; else empty.
  static std::string_view bounded(std::string_view name) noexcept;

  static constexpr uint32_t kVersion = 4;
  void save(jsonlog::StateWriter& out) const;
  void restore(jsonlog::StateReader& in);
};

}  // namespace kato::codex
