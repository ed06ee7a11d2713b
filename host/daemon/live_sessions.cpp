#include "host/daemon/live_sessions.h"

#include <algorithm>
#include <iterator>

#include "host/event/event_id.h"

namespace kato {
namespace {

std::vector<SessionSource> take_all(Session& session) {
  std::vector<SessionSource> sources = std::move(session.sources);
  std::ranges::move(session.set_aside, std::back_inserter(sources));
  session.set_aside.clear();
  return sources;
}

// The file that was identified before, perhaps longer than it was.
bool is_same_file(const FileInfo& before, const FileInfo& now) {
  return before.type == FileType::kRegular && before.id == now.id &&
         before.size_bytes <= now.size_bytes;
}

// Where several files of a session are told apart by rank, a short one may have become more than it
// was.
bool may_rank_otherwise(const SessionSource& source) {
  return source.file.rule().duplicates_by_rank && source.identified_bytes < kFirstHeadBytes;
}

bool is_gone(FileSystem& files, const std::string& path) {
  const auto info = files.info(path);
  return !info && info.error().code() == ErrorCode::kNotFound;
}

// An append log.
bool is_whole_log(const SessionSource& source) {
  return source.file.rule().growth == Growth::kAppend &&
         source.identity.relation != SourceRelation::kContinuation;
}

// Of a session that is not open nothing is kept.
std::vector<CompanionFile> kept_of(const LiveSession& live, Identification& found) {
  return live.runtime ? std::move(found.companions) : std::vector<CompanionFile>();
}

// What the state knows of a source that is not there, ranked below all that are.
SourceIdentity identity_from_state(const SessionIdentity& known) {
  SourceIdentity identity;
  identity.provider_session_id = known.provider_session_id;
  identity.parent_provider_session_id = known.parent_provider_session_id;
  identity.project_directory = known.project_directory;
  identity.client_version = known.client_version;
  identity.rank = INT64_MIN;
  return identity;
}

}  // namespace

LiveSession* LiveSessions::find(const std::string& session_id) {
  const auto found = sessions_.find(session_id);
  return found == sessions_.end() ? nullptr : found->second.get();
}

void LiveSessions::drop(const std::string& session_id) {
  const auto found = sessions_.find(session_id);
  if (found == sessions_.end()) return;
  for (const auto& source : take_all(found->second->session)) {
    session_of_path_.erase(source.file.path);
  }
  sessions_.erase(found);
}

void LiveSessions::note_vanished(const std::string& path) {
  const auto session_id = session_of_path_.find(path);
  if (session_id == session_of_path_.end()) return;
  const auto& live = *sessions_.at(session_id->second);
  if (live.runtime) live.runtime->set_sources(live.session, {});
}

SessionSource* LiveSessions::source_of(const std::string& path) {
  const auto session_id = session_of_path_.find(path);
  if (session_id == session_of_path_.end()) return nullptr;
  auto& session = sessions_.at(session_id->second)->session;
  for (auto* const sources : {&session.sources, &session.set_aside}) {
    const auto found =
        std::ranges::find(*sources, path, [](const SessionSource& one) { return one.file.path; });
    if (found != sources->end()) return &*found;
  }
  return nullptr;
}

Result<LiveSession*> LiveSessions::take(SourceFile change) {
  const auto path = change.path;
  if (auto* const known = source_of(path);
      known != nullptr && is_same_file(known->file.info, change.info) && !has_rival(*known)) {
    known->file.info = change.info;
    auto& live = *sessions_.at(session_of_path_.at(path));
    if (auto minded = mind_companions(live); !minded) return forward(minded);
    if (live.runtime && !live.runtime->note_grown(change)) {
      live.runtime->set_sources(live.session, {});
    }
    live.dirty.insert(path);
    return &live;
  }
  auto found = identify(files_, change);
  if (!found) return forward(found);
  if (!found->identity) return nullptr;
  const auto& provider = change.root->provider->identity().id;
  const auto& provider_session_id = found->identity->provider_session_id;
  LiveSession& live =
      entry_of({provider, provider_session_id, make_session_id(provider, provider_session_id)});
  auto sources = take_all(live.session);
  std::erase_if(sources, [&path](const SessionSource& one) { return one.file.path == path; });
  forget_moved(change, live, sources);
  for (auto& source : sources) {
    rank_again(source);
  }
  const uint64_t identified_bytes = change.info.size_bytes;
  sources.push_back({.file = std::move(change),
                     .identity = std::move(*found->identity),
                     .companions = kept_of(live, *found),
                     .identified_bytes = identified_bytes,
                     .companions_stamp = found->companions_stamp});
  arrange_anew(live, std::move(sources));
  live.dirty.insert(path);
  return &live;
}

// Where there were several, the one of which least came live.
const KnownSource* LiveSessions::arrival_of(const std::string& path) {
  const auto* const source = source_of(path);
  if (source == nullptr || source->file.rule().packing == Packing::kNone) {
    return table_.find_known(path);
  }
  if (!is_whole_log(*source)) return nullptr;
  const KnownSource* packed = nullptr;
  const auto& session = sessions_.at(session_of_path_.at(path))->session;
  for (const auto* const some : {&session.sources, &session.set_aside}) {
    for (const auto& other : *some) {
      if (other.file.rule().packing != Packing::kNone || !is_whole_log(other)) continue;
      const auto* const known = table_.find_known(other.file.path);
      if (known == nullptr || !is_gone(files_, other.file.path)) continue;
      if (packed == nullptr || packed->live_from_bytes < known->live_from_bytes) packed = known;
    }
  }
  return packed;
}

// Whether the source may take the place of another file of its session, or lose it.
bool LiveSessions::has_rival(const SessionSource& source) const {
  const auto& session = sessions_.at(session_of_path_.at(source.file.path))->session;
  return may_rank_otherwise(source) && session.sources.size() + session.set_aside.size() > 1;
}

// One that grew since it was identified, while it had no rival. What cannot be read ranks as
// before.
void LiveSessions::rank_again(SessionSource& source) {
  const auto& info = source.file.info;
  if (info.type != FileType::kRegular || info.size_bytes <= source.identified_bytes) return;
  if (!may_rank_otherwise(source)) return;
  auto found = identify(files_, source.file);
  if (!found || !found->identity) return;
  if (found->identity->provider_session_id != source.identity.provider_session_id) return;
  source.identity = std::move(*found->identity);
  source.identified_bytes = info.size_bytes;
  source.companions_stamp = found->companions_stamp;
}

// A companion that was missing, or was being written, when the session was found says more now. It
// is looked at when something happens in the session: until then nobody needs to know. What happens
// waits for a disk that fails for a moment: a command may depend on what the companion says.
Status LiveSessions::mind_companions(LiveSession& live) {
  Status looked;
  bool changed = false;
  for (auto* const some : {&live.session.sources, &live.session.set_aside}) {
    for (auto& source : *some) {
      if (source.file.info.type != FileType::kRegular) continue;
      if (source.file.rule().companions.empty()) continue;
      if (source.companions_stamp == stamp_of_companions(files_, source.file)) continue;
      auto found = identify(files_, source.file);
      if (!found && is_passing(found.error())) looked = forward(found);
      if (!found || !found->identity) continue;
      if (found->identity->provider_session_id != live.session.ref.provider_session_id) continue;
      source.identity = std::move(*found->identity);
      source.companions = kept_of(live, *found);
      source.companions_stamp = found->companions_stamp;
      changed = true;
    }
  }
  if (changed) arrange_anew(live, take_all(live.session));
  return looked;
}

Status LiveSessions::read_companions_of(LiveSession& live) {
  for (auto& source : live.session.sources) {
    const bool is_there = source.file.info.type == FileType::kRegular;
    if (!is_there || !source.companions.empty()) continue;
    auto companions = read_companions(files_, source.file);
    if (!companions) return forward(companions);
    source.companions = std::move(*companions);
  }
  return {};
}

Result<LiveSession*> LiveSessions::take_up(const std::string& session_id) {
  if (auto* const live = find(session_id)) {
    if (auto minded = mind_companions(*live); !minded) return forward(minded);
    return live;
  }
  const auto known = index_.find(session_id);
  if (!known) return fail(ErrorCode::kNotFound, "no session is known by '{}'", session_id);
  LiveSession& live =
      entry_of({known->identity.provider, known->identity.provider_session_id, session_id});
  if (live.session.sources.empty()) {
    drop(session_id);
    const auto nothing_done =
        fmt::format("session {}: nothing can be done with it", short_id(session_id));
    auto in_use = assembly_.check_provider(known->identity.provider);
    if (!in_use) return forward(in_use, nothing_done);
    return fail(ErrorCode::kRefused, "{}: none of its logs is known; see: kato status",
                nothing_done);
  }
  return &live;
}

LiveSession& LiveSessions::entry_of(const SessionRef& ref) {
  auto& entry = sessions_[ref.session_id];
  if (entry) return *entry;
  entry = std::make_unique<LiveSession>();
  entry->session.ref = ref;
  std::vector<SessionSource> sources;
  if (const auto known = index_.find(ref.session_id)) {
    for (const auto& indexed : known->sources) {
      if (auto source = as_known(indexed, known->identity)) sources.push_back(std::move(*source));
    }
  }
  arrange_anew(*entry, std::move(sources));
  return *entry;
}

std::optional<SessionSource> LiveSessions::as_known(const IndexedSource& source,
                                                    const SessionIdentity& identity) const {
  const auto is_of_provider = [&](const Root& root) {
    return root.provider->identity().id == identity.provider;
  };
  const auto looked = table_.find(source.path);
  // That it cannot be looked at just now does not change how it is read.
  auto file = looked ? *looked : table_.source_at(source.path);
  if (file && is_of_provider(*file->root) && file->info.type == FileType::kRegular) {
    auto found = identify(files_, *file);
    if (found && found->identity &&
        found->identity->provider_session_id == identity.provider_session_id) {
      const uint64_t identified_bytes = file->info.size_bytes;
      return SessionSource{.file = std::move(*file),
                           .identity = std::move(*found->identity),
                           .companions = {},
                           .identified_bytes = identified_bytes,
                           .companions_stamp = found->companions_stamp};
    }
  }
  if (!file || !is_of_provider(*file->root)) {
    const auto outside = std::ranges::find_if(assembly_.rootless(), is_of_provider);
    if (outside == assembly_.rootless().end()) return std::nullopt;
    file = SourceFile{.root = &*outside, .path = source.path, .relative = source.path, .info = {}};
  }
  file->info = {.type = FileType::kOther,
                .id = source.id,
                .size_bytes = source.size_bytes,
                .mtime_ns = source.mtime_ns};
  return SessionSource{
      .file = std::move(*file), .identity = identity_from_state(identity), .companions = {}};
}

// A file that was renamed, perhaps with the folder it lies in: it is the source that it was.
void LiveSessions::forget_moved(const SourceFile& found, LiveSession& live,
                                std::vector<SessionSource>& sources) {
  std::erase_if(sources, [&](const SessionSource& one) {
    if (one.file.info.id != found.info.id || files_.info(one.file.path)) return false;
    table_.moved(one.file.path, found.path);
    live.dirty.erase(one.file.path);
    session_of_path_.erase(one.file.path);
    return true;
  });
}

void LiveSessions::arrange_anew(LiveSession& live, std::vector<SessionSource> sources) {
  live.session = arrange(std::move(live.session.ref), std::move(sources));
  for (auto* const some : {&live.session.sources, &live.session.set_aside}) {
    for (const auto& source : *some) {
      session_of_path_[source.file.path] = live.session.ref.session_id;
    }
  }
  if (!live.runtime) return;
  const auto companions = read_companions_of(live);
  live.runtime->set_sources(live.session, companions);
}

}  // namespace kato
