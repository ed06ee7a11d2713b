#include "metadata.h"

#include "history.h"
#include "project.h"

namespace kato::gemini {
namespace {

// What the update is about, for its type.
std::string_view name_of(Value update) {
  for (const auto* name : {"$set.messages", "$set.summary", "$set.directories",
                           "$set.memoryScratchpad", "$set.sessionId", "$set.lastUpdated"}) {
    if (update[std::string_view(name).substr(5)].exists()) return name;
  }
  return "$set";
}

bool is_known(std::string_view member) {
  constexpr std::string_view kKnown[] = {"messages",    "summary",   "directories",
                                         "lastUpdated", "sessionId", "memoryScratchpad",
                                         "projectHash", "startTime", "kind"};
  for (const auto known : kKnown) {
    if (member == known) return true;
  }
  return false;
}

void emit_directories(jsonlog::LogRecord& record, Value directories) {
  auto draft = record.draft(KATO_PROVIDER_INFO, "directories");
  draft.subtype = "workspace-directories";
  draft.data_json = directories.json();
  record.emit(draft);
}

void emit_unknown(jsonlog::LogRecord& record, std::string_view member, uint64_t index) {
  auto& arena = record.arena();
  auto raw = record.draft(KATO_PROVIDER_RAW, arena.join({"raw/", std::to_string(index)}));
  raw.raw_type = arena.join({"$set.", label(member, arena)});
  record.emit(raw);
}

}  // namespace

void learn_metadata(Session& session, Value metadata) {
  auto& memory = session.memory;
  if (metadata["kind"].word() == "subagent") memory.subagent = true;
  const auto hash = metadata["projectHash"].word();
  if (is_hash(hash)) memory.project_hash = hash;
}

void emit_title(jsonlog::LogRecord& record, Session& session, Value title, std::string_view key) {
  const auto text = title.text();
  if (text.empty()) return;
  const uint64_t hash = record.host().hash(text);
  if (hash == session.memory.title) return;
  session.memory.title = hash;
  auto draft = record.draft(KATO_PROVIDER_INFO, "title");
  draft.record_key = key;
  draft.subtype = "title";
  draft.text = text;
  record.emit(draft);
}

void map_header(jsonlog::LogRecord& record, Session& session) {
  const auto root = record.root();
  record.name_it("header", {}, root["startTime"].word());
  session.memory.relisting = false;
  learn_metadata(session, root);
  map_messages(record, session, root["messages"]);
  emit_title(record, session, root["summary"], record.key());
  record.ignore("session-header");
}

void map_update(jsonlog::LogRecord& record, Session& session) {
  const auto update = record.root()["$set"];
  record.name_it(name_of(update), {}, update["lastUpdated"].word());
  if (update["messages"].is_array()) map_history(record, session, update["messages"]);
  emit_title(record, session, update["summary"], record.key());
  if (update["directories"].is_array()) emit_directories(record, update["directories"]);
  uint64_t unknown = 0;
  for (const auto& member : update.members()) {
    if (!is_known(member.key)) emit_unknown(record, member.key, unknown++);
  }
  record.ignore("bookkeeping");
}

}  // namespace kato::gemini
