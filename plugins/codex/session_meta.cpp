#include "session_meta.h"

#include "json_object.h"

namespace kato::codex {
namespace {

// The model that answers from here on. A change of it is told.
void take_model(Line& line, std::string_view model) {
  auto& known = line.state.model;
  model = RolloutState::bounded(model);
  if (model.empty() || model == known) return;
  const bool first = known.empty();
  known = model;
  if (!first) line.emit_info("model-change", model);
}

}  // namespace

void tell_facts(const Line& line, std::string_view directory, std::string_view version) {
  auto& state = line.state;
  const uint64_t directory_hash = line.hash(directory);
  const uint64_t version_hash = line.hash(version);
  const bool new_directory = !directory.empty() && directory_hash != state.directory;
  const bool new_version = !version.empty() && version_hash != state.version;
  if (new_directory) state.directory = directory_hash;
  if (new_version) state.version = version_hash;
  if (!new_directory && !new_version) return;
  line.record.out().facts(new_directory ? directory : std::string_view(),
                          new_version ? version : std::string_view());
}

void on_session_meta(Line& line) {
  const auto& meta = line.payload;
  auto& state = line.state;
  const auto id = meta["id"].word();
  const bool own = id.empty() || id == line.session.id || !state.seen_meta;
  if (!state.seen_meta) {
    const auto source = meta["source"];
    state.sub_agent = source["subagent"].exists() || source["internal"].exists() ||
                      meta["thread_source"].word() == "subagent";
    state.copied.begin(meta, line.session.id, line.record.timestamp());
  } else {
    state.copied.on_meta(own);
  }
  if (!own) {
    line.record.ignore("inherited");
    return;
  }
  tell_facts(line, meta["cwd"].text(), meta["cli_version"].text());
  JsonObject data;
  data.add_all(meta, {"timestamp", "cwd", "originator", "cli_version", "source", "thread_source",
                      "model_provider", "git", "forked_from_id", "parent_thread_id", "agent_path",
                      "agent_nickname", "agent_role", "history_base"});
  // The first record is the file's own, also where a copy follows.
  auto draft = line.record.draft(KATO_PROVIDER_INFO, "session");
  draft.subtype = state.seen_meta ? "session-resume" : "session-start";
  draft.data_json = data.finish(line);
  line.record.emit(draft);
  state.seen_meta = true;
}

void on_turn_context(Line& line) {
  auto& state = line.state;
  if (!state.copied.copying()) tell_facts(line, line.payload["cwd"].text(), {});
  if (const auto turn = line.named_turn; !turn.empty() && turn != state.turn_id) {
    state.begin_turn(turn);
  }
  take_model(line, line.payload["model"].text());
  line.record.ignore("turn-state");
}

void on_thread_settings(Line& line) {
  const auto thread = line.payload["thread_id"].word();
  const auto settings = line.payload["thread_settings"];
  if (thread.empty() || thread == line.session.id) take_model(line, settings["model"].text());
  line.record.ignore("settings");
}

}  // namespace kato::codex
