#include "probe.h"

#include <algorithm>
#include <string>

#include "envelope.h"
#include "plugins/jsonlog/framing.h"
#include "plugins/jsonlog/record_key.h"
#include "sources.h"

namespace kato::claude {
namespace {

// More than this is not asked for as long as there are lines at all.
constexpr size_t kEnoughBytes = 256U << 10;

// Types of lines that stand at the head of a log before the conversation. Nobody else's logs have
// lines of these types.
constexpr std::string_view kOurTypes =
    "agent-color agent-name agent-setting ai-title api-request api-request-blob "
    "api-request-shape atis-latch attribution-snapshot bridge-session content-replacement "
    "cost-state custom-title file-history-delta file-history-snapshot fork-context-ref "
    "frame-link isolation-latch last-prompt mode permission-mode pr-link queue-operation "
    "relocated tools-used worktree-state";

struct FileName {
  std::string_view stem;    // up to the first '.'
  std::string_view folder;  // of a sub-agent: the session that it lies under, if any
};

FileName split(std::string_view path) {
  FileName name;
  const size_t slash = path.rfind('/');
  const auto base = slash == std::string_view::npos ? path : path.substr(slash + 1);
  name.stem = base.substr(0, base.find('.'));
  const size_t agents = path.find("/subagents/");
  if (agents != std::string_view::npos) {
    const auto above = path.substr(0, agents);
    name.folder = above.substr(above.rfind('/') + 1);
  }
  return name;
}

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

bool usable_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= jsonlog::kMaxIdBytes / 2;
}

// Programs announce themselves as an SDK; the terminal and the editors' panels are used by people.
kato_driver driver_of(const Envelope& line) {
  if (!line.entrypoint.empty()) {
    return line.entrypoint.starts_with("sdk") ? KATO_DRIVER_PROGRAM : KATO_DRIVER_PERSON;
  }
  if (line.prompt_source == "sdk") return KATO_DRIVER_PROGRAM;
  return line.prompt_source == "typed" ? KATO_DRIVER_PERSON : KATO_DRIVER_UNKNOWN;
}

// What the first lines say, taken together.
struct Head {
  bool ours = false;
  bool in_conversation = false;  // a line with a uuid was seen
  bool sidechain = false;
  size_t lines = 0;
  std::string session_id;
  std::string agent_id;
  std::string forked_from;
  std::string directory;
  std::string version;
  std::string started_at;
  kato_driver driver = KATO_DRIVER_UNKNOWN;

  void add(Value root) {
    const Envelope line = read_envelope(root);
    if (line.type.empty()) return;
    const bool spoken = line.is_spoken && !line.session_id.empty();
    const bool known =
        is_one_of(line.type, kOurTypes) || (line.type == "summary" && root["leafUuid"].exists());
    if (!spoken && !known) return;
    ours = true;
    if (session_id.empty() && usable_id(line.session_id)) session_id = line.session_id;
    if (started_at.empty()) started_at = line.timestamp;
    if (spoken && !in_conversation) begin(line);
  }

  void begin(const Envelope& line) {
    in_conversation = true;
    sidechain = line.is_sidechain;
    session_id = usable_id(line.session_id) ? line.session_id : std::string_view(session_id);
    agent_id = usable_id(line.agent_id) ? line.agent_id : std::string_view();
    const auto origin = line.forked_from["sessionId"].word();
    forked_from = usable_id(origin) ? origin : std::string_view();
    directory = line.cwd.text();
    version = line.version;
    driver = driver_of(line);
  }
};

Head read_head(const kato_probe_input& input) {
  Head head;
  jsonlog::Json json;
  std::string_view rest = sdk::view(input.head);
  bool first = true;
  while (!head.in_conversation) {
    const auto frame = jsonlog::next_frame(rest, {first, input.whole_file != 0});
    if (frame.kind == jsonlog::FrameKind::kNeedMore) break;
    first = false;
    rest.remove_prefix(frame.length);
    if (frame.kind == jsonlog::FrameKind::kBlank) continue;
    ++head.lines;
    if (json.parse(frame.text) == jsonlog::JsonError::kNone) head.add(json.root());
  }
  return head;
}

std::string companion_text(const kato_probe_input& input, std::string_view name,
                           std::string_view member) {
  const sdk::Strided companions(input.companions, input.companion_count);
  for (size_t i = 0; i < companions.size(); ++i) {
    const auto companion = companions[i];
    if (sdk::view(companion.name) != name || companion.bytes.size == 0) continue;
    jsonlog::Json json;
    if (json.parse(sdk::view(companion.bytes)) != jsonlog::JsonError::kNone) return {};
    return std::string(json.root()[member].text());
  }
  return {};
}

// A title is one line.
std::string first_line(std::string text) {
  text.resize(std::min(text.find_first_of("\r\n"), text.size()));
  return text;
}

void identify_agent(sdk::Identity& identity, const Head& head, const FileName& name,
                    const kato_probe_input& input) {
  const auto parent = head.session_id.empty() ? std::string(name.folder) : head.session_id;
  const auto agent = "agent-" + head.agent_id;
  identity.parentage = KATO_PARENT_SPAWNED;
  identity.parent_provider_session_id = parent;
  identity.provider_session_id =
      parent + "/" + (head.agent_id.empty() ? std::string(name.stem) : agent);
  identity.driver = KATO_DRIVER_PROGRAM;
  identity.title_hint = first_line(companion_text(input, kAgentMeta, "description"));
}

void identify_session(sdk::Identity& identity, const Head& head, const FileName& name,
                      const kato_probe_input& input) {
  // The file's name is the session's id. Its first lines may be copied from another session, and a
  // file that was renamed keeps the id of its lines.
  const bool named = is_uuid(name.stem) || head.session_id.empty();
  identity.provider_session_id = named ? std::string(name.stem) : head.session_id;
  identity.driver = head.driver;
  identity.title_hint = first_line(companion_text(input, kCustomTitle, "customTitle"));
  auto parent = head.forked_from.empty() ? head.session_id : head.forked_from;
  if (!parent.empty() && parent != identity.provider_session_id) {
    identity.parentage = KATO_PARENT_FORKED;
    identity.parent_provider_session_id = std::move(parent);
  }
}

}  // namespace

sdk::Probe probe(const kato_probe_input& input) {
  const Head head = read_head(input);
  const bool all = input.whole_file != 0 || input.head.size >= input.size_bytes;
  if (!head.in_conversation && !all && (head.lines == 0 || input.head.size < kEnoughBytes)) {
    return {KATO_PROBE_NEED_MORE_BYTES, {}};
  }
  if (!head.ours) return {head.lines == 0 ? KATO_PROBE_NEED_MORE_BYTES : KATO_PROBE_NOT_MINE, {}};
  sdk::Probe found;
  found.verdict = KATO_PROBE_MINE;
  auto& identity = found.identity;
  const auto name = split(sdk::view(input.path));
  // Any two of three: one line may be of a form that is not known.
  const bool named = name.stem.find("agent-") != std::string_view::npos;
  const int signs = (named ? 1 : 0) + (head.sidechain ? 1 : 0) + (head.agent_id.empty() ? 0 : 1);
  const bool agent = !name.folder.empty() || signs >= 2;
  if (agent) {
    identify_agent(identity, head, name, input);
  } else {
    identify_session(identity, head, name, input);
  }
  identity.project_directory = head.directory;
  identity.started_at = head.started_at;
  identity.client_version = head.version;
  return found;
}

}  // namespace kato::claude
