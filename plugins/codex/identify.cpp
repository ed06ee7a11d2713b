#include "identify.h"

#include <string>

#include "plugins/jsonlog/framing.h"
#include "plugins/jsonlog/json.h"
#include "plugins/jsonlog/member_scan.h"
#include "sources.h"
#include "title_index.h"

namespace kato::codex {
namespace {

using jsonlog::Value;

// Of two files of one session the livelier one is read.
constexpr int64_t kPlainRank = 2;
constexpr int64_t kLiveRank = 1;

std::string_view base_name(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1);
}

// "rollout-2026-02-25T16-26-55-<uuid>.jsonl" -> the uuid; a rewound thread's second file has
// another one behind it.
std::string_view id_in_name(std::string_view path) noexcept {
  constexpr std::string_view kPrefix = "rollout-";
  constexpr size_t kTimeBytes = 20;  // "2026-02-25T16-26-55-"
  auto name = base_name(path);
  name = name.substr(0, name.find('.'));
  if (!name.starts_with(kPrefix) || name.size() <= kPrefix.size() + kTimeBytes) return {};
  name.remove_prefix(kPrefix.size());
  // The oldest names have the day alone.
  name.remove_prefix(name.size() > 10 && name[10] == 'T' ? kTimeBytes : 11);
  return name.substr(0, name.find('_'));
}

std::string_view stem(std::string_view path) noexcept {
  const auto name = base_name(path);
  return name.substr(0, name.find('.'));
}

kato_driver driver_of(Value meta) noexcept {
  const auto source = meta["source"];
  if (source["subagent"].exists() || source["internal"].exists()) return KATO_DRIVER_PROGRAM;
  if (source.is_object()) return KATO_DRIVER_UNKNOWN;  // {"custom": "name of a program"}
  const auto word = source.word();
  if (word == "exec" || word == "mcp") return KATO_DRIVER_PROGRAM;
  if (word == "cli" || word == "vscode") return KATO_DRIVER_PERSON;
  // Older logs name no source but the program.
  if (meta["originator"].word() == "codex_exec") return KATO_DRIVER_PROGRAM;
  return word.empty() ? KATO_DRIVER_PERSON : KATO_DRIVER_UNKNOWN;
}

std::string spawner_of(Value meta) {
  const auto sub_agent = meta["source"]["subagent"];
  if (!sub_agent.exists() && meta["thread_source"].word() != "subagent") return {};
  for (const Value id : {meta["parent_thread_id"], sub_agent["thread_spawn"]["parent_thread_id"],
                         meta["forked_from_id"], meta["session_id"]}) {
    if (!id.word().empty() && id.word() != meta["id"].word()) return std::string(id.word());
  }
  return {};
}

// What a sub-agent is called: its task, its nickname, or what kind it is.
std::string_view name_of_agent(Value meta) {
  const auto sub_agent = meta["source"]["subagent"];
  if (sub_agent.is_string()) return sub_agent.text();
  const auto spawn = sub_agent["thread_spawn"];
  for (const Value from : {spawn, meta}) {
    const auto path = from["agent_path"].text();
    const auto leaf = path.substr(path.rfind('/') + 1);
    for (const auto name : {leaf, from["agent_nickname"].text(), from["agent_role"].text()}) {
      if (!name.empty()) return name;
    }
  }
  return {};
}

void read_parent(Value meta, sdk::Identity& identity) {
  identity.parent_provider_session_id = spawner_of(meta);
  if (!identity.parent_provider_session_id.empty()) {
    identity.parentage = KATO_PARENT_SPAWNED;
    identity.title_hint = name_of_agent(meta);
    return;
  }
  auto origin = meta["forked_from_id"].word();
  if (origin.empty()) origin = meta["history_base"]["thread_id"].word();
  if (origin.empty() || origin == identity.provider_session_id) return;
  identity.parentage = KATO_PARENT_FORKED;
  identity.parent_provider_session_id = origin;
}

// The second file of a rewound thread goes on within the first.
void read_history_base(Value meta, sdk::Identity& identity) {
  const auto base = meta["history_base"];
  if (base["thread_id"].word() != identity.provider_session_id) return;
  const auto ordinal = base["end_ordinal_exclusive"].integer();
  if (!ordinal) return;
  identity.relation = KATO_RELATION_CONTINUATION;
  identity.continues_at = "ordinal " + std::to_string(*ordinal);
}

void read_meta(Value meta, sdk::Identity& identity) {
  if (const auto id = meta["id"].word(); !id.empty()) identity.provider_session_id = id;
  identity.project_directory = meta["cwd"].text();
  identity.started_at = meta["timestamp"].word();
  identity.client_version = meta["cli_version"].text();
  identity.driver = driver_of(meta);
  read_parent(meta, identity);
  read_history_base(meta, identity);
}

bool is_item_type(std::string_view type) noexcept {
  return type == "message" || type == "function_call" || type == "function_call_output" ||
         type == "reasoning";
}

// Whether a line is of a form that Codex writes; if it is the first, it also identifies.
bool read_line(Value root, sdk::Identity& identity) {
  const auto type = root["type"].word();
  const auto payload = root["payload"];
  if (type == "session_meta" && payload.is_object()) {
    read_meta(payload, identity);
    return true;
  }
  if (type.empty() && root["id"].is_string() && root["timestamp"].is_string() &&
      (root["instructions"].exists() || root["git"].exists())) {
    read_meta(root, identity);
    return true;
  }
  if (root["record_type"].word() == "state") return true;
  if (payload.is_object()) {
    return type == "response_item" || type == "event_msg" || type == "turn_context";
  }
  return is_item_type(type) && !root["sessionId"].exists();
}

// The items themselves are not read: there may be many.
sdk::Probe identify_document(std::string_view head, bool whole, sdk::Identity identity) {
  jsonlog::MemberScan scan(head);
  jsonlog::Member member;
  jsonlog::Json session;
  bool has_session = false;
  bool has_items = false;
  while (!(has_session && has_items) && scan.next(member)) {
    if (member.key == "session" && member.whole) {
      has_session =
          session.parse(member.value) == jsonlog::JsonError::kNone && session.root().is_object();
    }
    if (member.key == "items") has_items = member.value.starts_with('[');
  }
  if (has_session && has_items) {
    read_meta(session.root(), identity);
    return {KATO_PROBE_MINE, std::move(identity)};
  }
  const bool more_may_come = !whole && !scan.complete() && (head.empty() || scan.is_object());
  return {more_may_come ? KATO_PROBE_NEED_MORE_BYTES : KATO_PROBE_NOT_MINE, {}};
}

sdk::Probe identify_lines(std::string_view head, bool whole, sdk::Identity identity) {
  jsonlog::Json json;
  bool at_beginning = true;
  constexpr int kMostLines = 8;  // of which the first ones may be broken, or of another time
  for (int lines = 0; lines < kMostLines;) {
    const auto frame = jsonlog::next_frame(head, {at_beginning, whole});
    at_beginning = false;
    if (frame.kind == jsonlog::FrameKind::kNeedMore) {
      return {whole ? KATO_PROBE_NOT_MINE : KATO_PROBE_NEED_MORE_BYTES, {}};
    }
    head.remove_prefix(frame.length);
    if (frame.kind == jsonlog::FrameKind::kBlank) continue;
    ++lines;
    if (json.parse(frame.text) != jsonlog::JsonError::kNone || !json.root().is_object()) continue;
    if (read_line(json.root(), identity)) return {KATO_PROBE_MINE, std::move(identity)};
  }
  return {};
}

}  // namespace

bool is_document_path(std::string_view path) noexcept {
  return path.ends_with(".json");
}

sdk::Probe identify(const kato_probe_input& input) {
  const auto path = sdk::view(input.path);
  sdk::Identity identity;
  const auto named = id_in_name(path);
  identity.provider_session_id = named.empty() ? stem(path) : named;
  const bool plain = !path.ends_with(".zst");
  const bool live = !path.starts_with("archived_sessions/");
  identity.rank = (plain ? kPlainRank : 0) + (live ? kLiveRank : 0);

  const auto head = sdk::view(input.head);
  const bool whole = input.whole_file != 0;
  auto found = is_document_path(path) ? identify_document(head, whole, std::move(identity))
                                      : identify_lines(head, whole, std::move(identity));
  if (found.verdict != KATO_PROBE_MINE) return found;
  const sdk::Strided<kato_companion> companions(input.companions, input.companion_count);
  for (size_t i = 0; i < companions.size(); ++i) {
    const auto companion = companions[i];
    if (sdk::view(companion.name) != kTitleIndex) continue;
    const auto title = title_of(sdk::view(companion.bytes), found.identity.provider_session_id);
    if (!title.empty()) found.identity.title_hint = title;
  }
  return found;
}

}  // namespace kato::codex
