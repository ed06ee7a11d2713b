#include "host/daemon/message_origins.h"

#include <algorithm>

#include "host/ingest/message_search.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;
// The clock of a file system may be behind.
constexpr int64_t kClockSlackMillis = 2000;

bool may_copy(const SessionSource& source) {
  return source.file.root != nullptr && source.file.rule().may_copy_history;
}

bool is_passing_fault(const Error& error) {
  return error.code() == ErrorCode::kIo;
}

}  // namespace

Result<bool> MessageOrigins::is_inherited(const SessionRuntime& session,
                                          const StepEvents::Message& message) const {
  std::optional<LogAge> own_age;
  for (const auto& source : session.sources()) {
    if (!may_copy(source)) continue;
    const auto age = age_of_log(files_, source.file.path, source.file.info);
    if (!own_age || age < *own_age) own_age = age;
  }
  if (!own_age) return false;
  const auto said = message.commanded.time.value_or(UnixMillis{0});
  const int64_t since_ns = (said.value - kClockSlackMillis) * kNanosPerMilli;
  const auto paths = neighbours(session);
  if (!paths) return forward(paths);
  for (const auto& path : *paths) {
    const auto log = table_.find(path);
    if (!log && is_passing_fault(log.error())) return forward(log);
    if (!log || !*log || (*log)->info.type != FileType::kRegular) continue;
    if (!(*log)->rule().may_copy_history || (*log)->info.mtime_ns < since_ns) continue;
    if (*own_age <= age_of_log(files_, path, (*log)->info)) continue;
    const auto held = holds(**log, session, message.commanded.message.event_id);
    if (!held && is_passing_fault(held.error())) return forward(held);
    if (held && *held) return true;
  }
  return false;
}

Result<std::set<std::string>> MessageOrigins::neighbours(const SessionRuntime& session) const {
  std::set<std::string> paths;
  for (size_t i = 0; i < session.sources().size(); ++i) {
    if (!may_copy(session.sources()[i])) continue;
    const auto folder = parent_folder(session.sources()[i].file.path);
    const auto entries = files_.list(folder);
    if (!entries && is_passing_fault(entries.error())) return forward(entries);
    for (const auto& entry : entries.value_or(std::vector<DirectoryEntry>{})) {
      paths.insert(join_path(folder, entry.name));
    }
    const auto& meta = session.meta().sources[i];
    add_sources_of(meta.copies_session, paths);
    for (const auto& session_id : index_.sessions_beginning_with(meta.first_record_key)) {
      add_sources_of(session_id, paths);
    }
  }
  for (const auto& own : session.sources()) {
    paths.erase(own.file.path);
  }
  return paths;
}

void MessageOrigins::add_sources_of(const std::string& session_id,
                                    std::set<std::string>& paths) const {
  const auto known = index_.find(session_id);
  if (!known) return;
  for (const auto& source : known->sources) {
    paths.insert(source.path);
  }
}

Result<bool> MessageOrigins::holds(const SourceFile& log, const SessionRuntime& session,
                                   const EventId& message) const {
  auto found = identify(files_, log);
  if (!found) return forward(found);
  if (!found->identity) return false;
  const SessionSource source{.file = log,
                             .identity = std::move(*found->identity),
                             .companions = std::move(found->companions)};
  return holds_message(files_, source,
                       {.session_id = session.ref().session_id,
                        .event_id = message,
                        .knows = [&session](const EventId& id) { return session.knows(id); }});
}

}  // namespace kato
