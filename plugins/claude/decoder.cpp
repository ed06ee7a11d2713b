#include "decoder.h"

#include <charconv>

#include "user_record.h"
#include "user_text.h"

namespace kato::claude {
namespace {

std::string_view first_block_type(Value message) {
  const Value content = message["content"];
  if (!content.is_array()) return content.is_string() ? "text" : "none";
  for (const Value block : content.items()) {
    return block.is_string() ? "text" : bounded_word(block["type"].word());
  }
  return "none";
}

// The name of a record in the ledger.
std::string_view record_type(const Envelope& line, Value root, jsonlog::Arena& arena) {
  if (line.type.empty()) return "untyped";
  const auto type = bounded_word(line.type);
  std::string_view kind;
  if (type == "user" || type == "assistant") {
    kind = first_block_type(line.message);
  } else if (type == "system") {
    kind = line.subtype.empty() ? "none" : bounded_word(line.subtype);
  } else if (type == "attachment") {
    kind = bounded_word(line.attachment["type"].word());
  } else if (type == "progress") {
    kind = bounded_word(root["data"]["type"].word());
  } else if (type == "queue-operation") {
    kind = bounded_word(root["operation"].word());
  }
  return kind.empty() ? type : arena.join({type, "/", kind});
}

// Before 2.1.100.
bool is_old(std::string_view version) noexcept {
  unsigned parts[3] = {};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (unsigned& part : parts) {
    const auto [next, error] = std::from_chars(at, end, part);
    if (error != std::errc()) return false;
    at = next < end ? next + 1 : next;
  }
  if (parts[0] != 2) return parts[0] < 2;
  return parts[1] == 0 || (parts[1] == 1 && parts[2] < 100);
}

}  // namespace

Mapping ClaudeDecoder::mapping(jsonlog::LogRecord& record, const Envelope& line) {
  // A resumed or forked session begins with lines of another one.
  const bool foreign = !session_.is_agent && !memory_.own_begun && line.is_spoken &&
                       !line.session_id.empty() && line.session_id != session_.id;
  const bool copied =
      foreign || line.forked_from.is_object() || (memory_.copying && line.is_spoken);
  const uint32_t flags = copied ? KATO_DRAFT_INHERITED : 0;
  return {record, line, memory_, session_, flags};
}

// A fork that names no origin copies its history behind its own first line, which says when its
// first prompt was handed over: what is older is the other session's.
void ClaudeDecoder::note_copying(const Envelope& line) {
  constexpr size_t kSeconds = std::string_view("2026-11-22T08:33:41").size();
  constexpr size_t kLongest = 32;
  auto& head = memory_.head_time;
  if (!memory_.conversation_begun && head.empty() && line.type == "queue-operation" &&
      line.timestamp.size() <= kLongest) {
    head = line.timestamp;
  }
  const bool talk = line.is_spoken && (line.type == "user" || line.type == "assistant");
  if (head.empty() || !talk || session_.is_agent) return;
  memory_.copying = line.timestamp.size() == head.size() &&
                    line.timestamp.substr(0, kSeconds) < head.substr(0, kSeconds);
  if (!memory_.copying) head.clear();
}

kato_status ClaudeDecoder::on_record(jsonlog::LogRecord& record) {
  const Envelope line = read_envelope(record.root());
  record.name_it(record_type(line, record.root(), record.arena()), line.uuid, line.timestamp);
  note_copying(line);
  const Mapping to = mapping(record, line);
  if (!held().empty()) {
    const kato_status status = settle_queue(to);
    if (status != KATO_OK) return status;
  }
  tell_facts(to);
  note_turn(to);
  map(to);
  if (line.type == "assistant" && (session_.is_agent || !line.is_sidechain)) {
    memory_.message = to.hash(line.message["id"].word());
  }
  // The lines of commands that the model called follow at once.
  if (line.type == "assistant") memory_.launched = 0;
  memory_.conversation_begun = memory_.conversation_begun || line.is_spoken;
  memory_.own_begun = memory_.own_begun || (line.is_spoken && line.session_id == session_.id &&
                                            !line.forked_from.is_object());
  return KATO_OK;
}

void ClaudeDecoder::map(const Mapping& to) {
  const auto type = to.line.type;
  const bool spoken = type == "user" || type == "assistant";
  if (spoken && to.line.is_sidechain && !session_.is_agent) {
    map_sidechain(to);
  } else if (spoken && is_warmup(to)) {
    to.record.ignore("warmup");
  } else if (type == "user") {
    map_user(to);
  } else if (type == "assistant") {
    map_assistant(to);
  } else {
    map_line(to);
  }
}

void ClaudeDecoder::map_line(const Mapping& to) {
  const auto type = to.line.type;
  if (type == "attachment") {
    if (was_released(to)) {
      to.record.ignore("duplicate");
    } else {
      map_attachment(to);
    }
  } else if (type == "system") {
    map_system(to);
  } else if (type == "queue-operation") {
    map_queue_operation(to);
  } else if (!map_bookkeeping(to)) {
    to.raw_line();
  }
}

// The project is where the session began; where it went later is told by the log's own records.
void ClaudeDecoder::tell_facts(const Mapping& to) {
  const auto& line = to.line;
  if (!line.is_spoken) return;
  std::string_view directory;
  if (!memory_.directory_known && line.cwd.is_string()) {
    directory = line.cwd.text();
    memory_.directory_known = true;
  }
  std::string_view version;
  if (!line.version.empty() && memory_.changed(Repeated::kVersion, to.hash(line.version))) {
    version = line.version;
    memory_.old_client = is_old(version);
  }
  if (!directory.empty() || !version.empty()) to.record.out().facts(directory, version);
}

// Newer clients name the prompt on all its lines; in older logs the prompt's own line is its name,
// and what came of it (output, an interruption) has none.
void ClaudeDecoder::note_turn(const Mapping& to) {
  const auto& line = to.line;
  if (line.type != "user" || (line.is_sidechain && !session_.is_agent)) return;
  auto turn = line.prompt_id;
  if (turn.empty()) {
    if (line.is_meta || line.is_compact_summary) return;
    const Value content = line.message["content"];
    if (!content.is_string() && first_block_type(line.message) == "tool_result") return;
    const auto first = first_text(to).subtype;
    if (first == "interruption" || first == "command-output" || first == "shell-output") return;
    turn = line.uuid;
  }
  if (turn.size() <= jsonlog::kMaxIdBytes) memory_.turn_id = turn;
}

// Clients 2.0.x started sub-agents beforehand with the prompt "Warmup".
bool ClaudeDecoder::is_warmup(const Mapping& to) {
  if (!session_.is_agent) return false;
  if (to.line.type == "user") {
    const Value content = to.line.message["content"];
    if (content.is_string() || first_block_type(to.line.message) == "text") {
      memory_.warmup = prompt_text(content, to.arena()) == "Warmup";
    }
  }
  return memory_.warmup;
}

std::unique_ptr<sdk::Decoder> open_decoder(const kato_open_input& input) {
  const auto identity = sdk::complete(input.identity);
  Session session;
  session.is_agent = identity.parentage == KATO_PARENT_SPAWNED;
  session.id = sdk::view(session.is_agent ? identity.parent_provider_session_id
                                          : identity.provider_session_id);
  auto decoder = std::make_unique<ClaudeDecoder>(std::move(session));
  if (input.state != nullptr && !decoder->restore(sdk::complete(input.state))) return nullptr;
  return decoder;
}

}  // namespace kato::claude
