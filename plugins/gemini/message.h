// One message of a session, wherever it stands: a line of a journal, an item of a document, an item
// of a list of history.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "memory.h"
#include "plugins/jsonlog/log_record.h"

namespace kato::gemini {

using jsonlog::Value;

// What is the same for all messages of one source.
struct Session {
  Memory memory;
  jsonlog::Json scratch;  // for JSON within strings
};

// How a message is to be taken.
enum class Telling {
  kFresh,     // it is said now; the log may say it again, with more in it
  kRelisted,  // the client lists its history again
  kSummary,   // the same, and it stands in the place of history that was left out
};

// The members of a message that are looked at, found in one pass: the first one of each name.
struct MessageFields {
  Value id;
  Value timestamp;
  Value type;
  Value model;
  Value content;
  Value display;  // "displayContent"
  Value thoughts;
  Value tool_calls;
  Value tokens;
};
[[nodiscard]] MessageFields read_message(Value message);

class Message {
 public:
  // record: named. key: of the message, "" for that of the record. Both the record and the texts
  // must outlive the message.
  Message(jsonlog::LogRecord& record, Session& session, const MessageFields& fields,
          std::string_view key, Telling telling);
  Message(jsonlog::LogRecord& record, Session& session, Value value, std::string_view key,
          Telling telling)
      : Message(record, session, read_message(value), key, telling) {}

  [[nodiscard]] const MessageFields& fields() const { return fields_; }
  [[nodiscard]] std::string_view key() const { return key_; }
  [[nodiscard]] std::string_view type() const { return type_; }
  [[nodiscard]] std::string_view timestamp() const { return timestamp_; }
  [[nodiscard]] Telling telling() const { return telling_; }
  [[nodiscard]] bool relisted() const { return telling_ == Telling::kRelisted; }
  [[nodiscard]] Memory& memory() const { return session_.memory; }
  [[nodiscard]] jsonlog::Json& scratch() const { return session_.scratch; }
  [[nodiscard]] jsonlog::Arena& arena() const { return record_.arena(); }
  [[nodiscard]] jsonlog::LogRecord& record() const { return record_; }
  [[nodiscard]] uint64_t hash(std::string_view text) const { return record_.host().hash(text); }

  // A draft of a part of this message.
  [[nodiscard]] sdk::Draft draft(kato_event_kind kind, std::string_view part) const;
  // The same, for a part that the log may state again with other content.
  [[nodiscard]] sdk::Draft revisable_draft(kato_event_kind kind, std::string_view part) const;
  // "text/3".
  [[nodiscard]] std::string_view part_key(std::string_view name, uint64_t index) const;
  // Texts in a row; a copy only if there are several.
  [[nodiscard]] std::string_view joined(const std::vector<std::string_view>& texts,
                                        std::string_view between) const;
  // A part that has no mapping. what: the log's word for it.
  void emit_raw(std::string_view what, uint64_t index) const;
  void emit(sdk::Draft& draft) const { record_.emit(draft); }

 private:
  jsonlog::LogRecord& record_;
  Session& session_;
  MessageFields fields_;
  std::string_view key_;
  std::string_view id_;
  std::string_view type_;
  std::string_view timestamp_;
  std::string_view model_;
  Telling telling_;
};

// Of a type of which there is a mapping.
[[nodiscard]] bool is_message_type(std::string_view type);

// States all parts of the message. A record that gives nothing gets a reason.
void map_message(const Message& message);

// An empty text says nothing: it is left out.
[[nodiscard]] constexpr std::string_view or_absent(std::string_view text) {
  return text.empty() ? std::string_view() : text;
}

// The log's own word as part of a type: at most 40 of [A-Za-z0-9_.$-].
[[nodiscard]] std::string_view label(std::string_view word, jsonlog::Arena& arena);

}  // namespace kato::gemini
