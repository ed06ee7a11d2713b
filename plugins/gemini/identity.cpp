#include "identity.h"

#include "plugins/jsonlog/member_scan.h"
#include "project.h"

namespace kato::gemini {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// What the metadata of a session says. The texts are JSON, as they stand in the file.
struct Header {
  std::string_view session_id;
  std::string_view project_hash;
  std::string_view start_time;
  std::string_view kind;
  std::string_view summary;
  std::string_view directories;
  bool is_object = false;
  bool complete = false;        // nothing was cut off
  bool has_message_id = false;  // it is a message, not metadata
};

Header read_header(std::string_view text) {
  Header header;
  jsonlog::MemberScan scan(text);
  header.is_object = scan.is_object();
  jsonlog::Member member;
  while (scan.next(member)) {
    if (!member.whole) continue;
    if (member.key == "sessionId") header.session_id = member.value;
    if (member.key == "projectHash") header.project_hash = member.value;
    if (member.key == "startTime") header.start_time = member.value;
    if (member.key == "kind") header.kind = member.value;
    if (member.key == "summary") header.summary = member.value;
    if (member.key == "directories") header.directories = member.value;
    if (member.key == "id") header.has_message_id = true;
  }
  header.complete = scan.complete();
  return header;
}

bool is_journal(std::string_view path) {
  return path.ends_with(".jsonl");
}

std::string_view without_mark(std::string_view head) {
  if (head.starts_with(kByteOrderMark)) head.remove_prefix(kByteOrderMark.size());
  return head;
}

// The first line that is metadata of the session, or else what the first line says.
Header find_journal_header(std::string_view head) {
  Header first;
  constexpr int kMaxLines = 64;
  for (int line = 0; line < kMaxLines && !head.empty(); ++line) {
    const size_t end = head.find('\n');
    const auto header = read_header(head.substr(0, end));
    if (!header.session_id.empty() && !header.has_message_id) return header;
    if (line == 0) first = header;
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 1);
  }
  return first;
}

// A stub that a resumed client leaves behind says nothing but the context of the session.
bool has_messages(std::string_view head) {
  return head.find("\n{\"id\":") != std::string_view::npos ||
         head.find("\"type\":\"gemini\"") != std::string_view::npos;
}

class HeaderText {
 public:
  // The content of a JSON string.
  std::string of(std::string_view json) {
    if (json.empty() || json_.parse(json) != jsonlog::JsonError::kNone) return {};
    return std::string(json_.root().text());
  }
  jsonlog::Json& json() { return json_; }

 private:
  jsonlog::Json json_;
};

// Of the files of one session: one with messages, then a journal, which goes on where a document
// ended, then the folder that the client uses today.
int64_t rank_of(const LogPath& path, bool journal, bool filled) {
  return (filled ? 4 : 0) + (journal ? 2 : 0) + (is_hash(path.folder) ? 0 : 1);
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return text;
}

}  // namespace

sdk::Probe probe(const kato_probe_input& input) {
  const auto path = read_log_path(sdk::view(input.path));
  const auto head = without_mark(sdk::view(input.head));
  const bool journal = is_journal(path.name);
  const bool whole = input.whole_file != 0;
  const Header header = journal ? find_journal_header(head) : read_header(head);

  sdk::Probe probe;
  HeaderText text;
  auto& identity = probe.identity;
  identity.provider_session_id = text.of(header.session_id);
  if (identity.provider_session_id.empty() ||
      identity.provider_session_id.size() > KATO_MAX_SESSION_ID_BYTES) {
    const bool more_may_come = head.empty() || (header.is_object && !(whole && header.complete));
    if (more_may_come) probe.verdict = KATO_PROBE_NEED_MORE_BYTES;
    if (more_may_come || !header.is_object) return probe;
    // An object of another form in the place of a session: its name is all that is known of it.
    identity.provider_session_id = path.name.substr(0, path.name.find('.'));
    if (identity.provider_session_id.empty()) return probe;
  }
  probe.verdict = KATO_PROBE_MINE;

  const bool subagent = !path.parent.empty() || text.of(header.kind) == "subagent";
  const bool filled = !journal || !whole || has_messages(head);
  if (!path.parent.empty() && path.parent != identity.provider_session_id) {
    identity.parentage = KATO_PARENT_SPAWNED;
    identity.parent_provider_session_id = path.parent;
  }
  const bool server = identity.provider_session_id.starts_with("a2a-server");
  identity.driver = subagent || server ? KATO_DRIVER_PROGRAM : KATO_DRIVER_UNKNOWN;
  identity.title_hint = one_line(text.of(header.summary));
  identity.started_at = text.of(header.start_time);
  identity.rank = rank_of(path, journal, filled);
  const Companions companions(input.companions, input.companion_count);
  identity.project_directory = find_project_directory(path, text.of(header.project_hash),
                                                      header.directories, companions, text.json());
  return probe;
}

}  // namespace kato::gemini
