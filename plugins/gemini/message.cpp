#include "message.h"

#include <algorithm>
#include <charconv>

#include "notice.h"
#include "reply.h"
#include "user_message.h"

namespace kato::gemini {
namespace {

constexpr size_t kMaxLabel = 40;

struct NamedField {
  std::string_view name;
  Value MessageFields::* field;
};
constexpr std::array kFields = {
    NamedField{"id", &MessageFields::id},
    NamedField{"timestamp", &MessageFields::timestamp},
    NamedField{"type", &MessageFields::type},
    NamedField{"content", &MessageFields::content},
    NamedField{"thoughts", &MessageFields::thoughts},
    NamedField{"tokens", &MessageFields::tokens},
    NamedField{"model", &MessageFields::model},
    NamedField{"toolCalls", &MessageFields::tool_calls},
    NamedField{"displayContent", &MessageFields::display},
};

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '$' || c == '-';
}

}  // namespace

std::string_view label(std::string_view word, jsonlog::Arena& arena) {
  word = word.substr(0, kMaxLabel);
  if (word.empty()) return "none";
  if (std::all_of(word.begin(), word.end(), is_label_character)) return word;
  char* const copy = arena.take(word.size());
  std::transform(word.begin(), word.end(), copy,
                 [](char c) { return is_label_character(c) ? c : '_'; });
  return {copy, word.size()};
}

MessageFields read_message(Value message) {
  MessageFields fields;
  for (const auto& [key, value] : message.members()) {
    for (const auto& [name, field] : kFields) {
      if (key != name) continue;
      if (!(fields.*field).exists()) fields.*field = value;
      break;
    }
  }
  return fields;
}

Message::Message(jsonlog::LogRecord& record, Session& session, const MessageFields& fields,
                 std::string_view key, Telling telling)
    : record_(record),
      session_(session),
      fields_(fields),
      key_(key.empty() ? std::string_view(record.key()) : key),
      id_(or_absent(fields.id.word())),
      type_(fields.type.word()),
      timestamp_(or_absent(fields.timestamp.word())),
      model_(or_absent(fields.model.text())),
      telling_(telling) {}

sdk::Draft Message::draft(kato_event_kind kind, std::string_view part) const {
  auto draft = record_.draft(kind, part);
  draft.flags = telling_ == Telling::kFresh ? 0 : KATO_DRAFT_RELISTED;
  draft.record_key = key_;
  draft.provider_event_id = id_;
  draft.provider_timestamp = timestamp_;
  draft.model = model_;
  return draft;
}

sdk::Draft Message::revisable_draft(kato_event_kind kind, std::string_view part) const {
  auto made = draft(kind, part);
  if (telling_ == Telling::kFresh) made.flags |= KATO_DRAFT_REVISABLE;
  return made;
}

std::string_view Message::part_key(std::string_view name, uint64_t index) const {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), index).ptr;
  return arena().join({name, "/", {digits.data(), static_cast<size_t>(end - digits.data())}});
}

std::string_view Message::joined(const std::vector<std::string_view>& texts,
                                 std::string_view between) const {
  if (texts.size() == 1) return texts.front();
  size_t size = 0;
  for (const auto text : texts) {
    size += text.size() + between.size();
  }
  if (size == 0) return {};
  char* const begin = arena().take(size);
  char* end = begin;
  for (const auto text : texts) {
    if (end != begin) end = std::copy(between.begin(), between.end(), end);
    end = std::copy(text.begin(), text.end(), end);
  }
  arena().give_back_from(end);
  return {begin, static_cast<size_t>(end - begin)};
}

void Message::emit_raw(std::string_view what, uint64_t index) const {
  auto raw = draft(KATO_PROVIDER_RAW, part_key("raw", index));
  raw.raw_type = arena().join({label(type_, arena()), "/", label(what, arena())});
  emit(raw);
}

bool is_message_type(std::string_view type) {
  constexpr std::array<std::string_view, 6> kTypes = {"user", "gemini",  "model",
                                                      "info", "warning", "error"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

void map_message(const Message& message) {
  const auto type = message.type();
  if (type == "user") {
    map_user_message(message);
  } else if (type == "gemini" || type == "model") {
    map_reply(message);
  } else if (type == "info" || type == "warning" || type == "error") {
    map_notice(message);
  } else {
    auto raw = message.draft(KATO_PROVIDER_RAW, "raw");
    raw.raw_type = label(type, message.arena());
    message.emit(raw);
  }
}

}  // namespace kato::gemini
