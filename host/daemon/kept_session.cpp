#include "host/daemon/kept_session.h"

#include <algorithm>
#include <set>

#include "host/base/time_text.h"
#include "host/daemon/session_lookup.h"
#include "host/event/event_id.h"
#include "host/io/files.h"
#include "host/session/meta_store.h"

namespace kato {
namespace {

constexpr std::string_view kTwinInfix = ".twin.jsonl";

// Keys of the sessions of which there are files of a copy.
Result<std::set<std::string>> keys_with_twin(FileSystem& files, const StateFolder& state) {
  const auto entries = files.list(state.sessions());
  if (!entries && entries.error().code() == ErrorCode::kNotFound) return std::set<std::string>();
  if (!entries) return forward(entries);
  std::set<std::string> keys;
  for (const auto& entry : *entries) {
    const auto at = entry.name.find(kTwinInfix);
    if (at != std::string::npos) keys.insert(entry.name.substr(0, at));
  }
  return keys;
}

// A new generation lies beside until it takes the place of the one before.
TwinSource twin_of(FileSystem& files, const StateFolder& state, const SessionMeta& meta) {
  const auto path = state.twin(session_key(meta));
  const auto beside = StateFolder::beside(path, meta.twin.generation);
  return {.path = files.info(beside) ? beside : path,
          .size_bytes = meta.twin.size_bytes,
          .generation = meta.twin.generation};
}

const Root* root_of(const Assembly& assembly, const SessionMeta& meta, const SourceMeta& source) {
  const auto is_its = [&](const Root& root) {
    const bool lies_in = root.path.empty() || source.path.starts_with(root.path + "/");
    return lies_in && root.provider->identity().id == meta.identity.provider;
  };
  for (const auto* const roots : {&assembly.roots(), &assembly.rootless()}) {
    const auto found = std::ranges::find_if(*roots, is_its);
    if (found != roots->end()) return &*found;
  }
  return nullptr;
}

SourceIdentity identity_of(const SessionIdentity& known) {
  SourceIdentity identity;
  identity.provider_session_id = known.provider_session_id;
  identity.parent_provider_session_id = known.parent_provider_session_id;
  identity.project_directory = known.project_directory;
  identity.client_version = known.client_version;
  identity.title_hint = known.title;
  if (known.first_time) identity.started_at = format_rfc3339(*known.first_time);
  return identity;
}

Session session_of(const Assembly& assembly, const SessionMeta& meta) {
  const auto& known = meta.identity;
  Session session{.ref = {known.provider, known.provider_session_id, known.session_id},
                  .sources = {},
                  .set_aside = {}};
  for (const auto& source : meta.sources) {
    SessionSource& one = session.sources.emplace_back();
    one.file.root = root_of(assembly, meta, source);
    one.file.path = source.path;
    one.identity = identity_of(known);
  }
  return session;
}

bool is_meant(const KeptSession& kept, const std::string& text, const std::string& path) {
  const auto& ref = kept.session.ref;
  if (ref.session_id.starts_with(text) || ref.provider_session_id.starts_with(text)) return true;
  return std::ranges::any_of(kept.session.sources, [&path](const SessionSource& source) {
    return source.file.path == path;
  });
}

}  // namespace

Result<std::vector<KeptSession>> kept_sessions(FileSystem& files, const Assembly& assembly) {
  const StateFolder state(assembly.paths().state_dir);
  const auto keys = keys_with_twin(files, state);
  if (!keys) return forward(keys);
  MetaStore metas(files, state);
  std::vector<KeptSession> kept;
  for (const auto& key : *keys) {
    const auto meta = metas.load(key);
    if (!meta || !*meta || !(*meta)->twin.exists || (*meta)->sources.empty()) continue;
    kept.push_back(
        {.session = session_of(assembly, **meta), .twin = twin_of(files, state, **meta)});
  }
  return kept;
}

Result<KeptSession> find_kept_session(FileSystem& files, const Assembly& assembly,
                                      const std::string& text, const std::string& working_folder) {
  auto all = kept_sessions(files, assembly);
  if (!all) return forward(all);
  const auto path = normal_path(text.starts_with('/') ? text : join_path(working_folder, text));
  std::erase_if(*all, [&](const KeptSession& kept) { return !is_meant(kept, text, path); });
  if (all->size() == 1) return std::move(all->front());
  if (all->empty()) {
    return fail(ErrorCode::kNotFound, "there is no copy of a session known by '{}'", text);
  }
  std::vector<const Session*> matches;
  for (const auto& kept : *all) {
    matches.push_back(&kept.session);
  }
  return several_sessions(text, matches);
}

}  // namespace kato
