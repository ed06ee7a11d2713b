#include "history.h"

#include "parts.h"
#include "reply.h"
#include "tool.h"

namespace kato::gemini {
namespace {

bool is_reply(Value message) {
  return message["type"].word() == "gemini";
}

// A message's own id, or its place in the record.
std::string_view key_in(const jsonlog::LogRecord& record, Value message, uint64_t index) {
  const auto id = message["id"].word();
  if (!id.empty() && id.size() <= jsonlog::kMaxIdBytes) return id;
  return record.arena().join({record.key(), "/", std::to_string(index)});
}

void emit_edit(jsonlog::LogRecord& record, std::string_view subtype, Value data) {
  auto draft = record.draft(KATO_PROVIDER_INFO, "edit");
  draft.subtype = subtype;
  draft.data_json = data.json();
  record.emit(draft);
}

// A change of one message: results under "toolCalls", or within new content.
void map_change(jsonlog::LogRecord& record, Session& session, Value change) {
  const Message message(record, session, change, {}, Telling::kRelisted);
  uint64_t index = 0;
  for (const auto call : change["toolCalls"].items()) {
    for_each_part(call["result"], [&](const Part& part) {
      if (part.kind == PartKind::kFunctionResponse) {
        map_function_response(message, part.value, index++);
      }
    });
  }
  for_each_part(change["content"], [&](const Part& part) {
    if (part.kind == PartKind::kFunctionResponse) {
      map_function_response(message, part.value, index++);
    }
  });
}

}  // namespace

void map_history(jsonlog::LogRecord& record, Session& session, Value messages) {
  session.memory.relisting = false;
  const auto items = messages.items();
  uint64_t index = 0;
  for (auto at = items.begin(); at != items.end(); ++index) {
    const Value item = *at;
    ++at;
    const bool summary = at != items.end() && is_reply(*at) && is_acknowledgement(*at);
    const auto key = key_in(record, item, index);
    map_message({record, session, item, key, summary ? Telling::kSummary : Telling::kRelisted});
    if (is_reply(item)) session.memory.relisted_reply = record.host().hash(key);
    session.memory.any_message = true;
  }
}

void map_messages(jsonlog::LogRecord& record, Session& session, Value messages) {
  uint64_t index = 0;
  for (const auto item : messages.items()) {
    map_message({record, session, item, key_in(record, item, index++), Telling::kFresh});
    session.memory.any_message = true;
  }
}

void map_rewind(jsonlog::LogRecord& record, Session& session) {
  record.name_it("$rewindTo", {}, {});
  session.memory.relisting = false;
  emit_edit(record, "history-rewound", record.root());
}

void map_patch(jsonlog::LogRecord& record, Session& session) {
  record.name_it("$patch", {}, {});
  const auto patch = record.root()["$patch"];
  map_change(record, session, patch);
  for (const auto update : patch["updates"].items()) {
    map_change(record, session, update);
  }
  auto draft = record.draft(KATO_PROVIDER_INFO, "edit");
  draft.subtype = "history-edited";
  record.emit(draft);
}

}  // namespace kato::gemini
