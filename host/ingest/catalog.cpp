#include "host/ingest/catalog.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "host/event/event_id.h"
#include "host/io/files.h"
#include "host/source/discovery.h"

namespace kato {
namespace {

SessionRef ref_of(const Provider& provider, const SourceIdentity& identity) {
  return {.provider = provider.identity().id,
          .provider_session_id = identity.provider_session_id,
          .session_id = make_session_id(provider.identity().id, identity.provider_session_id)};
}

using SourcesBySession = std::map<std::string, std::vector<SessionSource>>;

void add_source(FileSystem& files, SourceFile file, SourcesBySession& sources, Catalog& catalog) {
  auto found = identify(files, file);
  if (!found) {
    catalog.problems.push_back({file.path, found.error()});
    return;
  }
  if (!found->identity) return;
  const auto ref = ref_of(*file.root->provider, *found->identity);
  sources[ref.session_id].push_back({.file = std::move(file),
                                     .identity = std::move(*found->identity),
                                     .companions = std::move(found->companions)});
}

bool ranks_better(const SessionSource& one, const SessionSource& other) {
  return std::tuple(one.identity.rank, one.file.info.mtime_ns, one.file.info.size_bytes) >
         std::tuple(other.identity.rank, other.file.info.mtime_ns, other.file.info.size_bytes);
}

bool begins_earlier(const SessionSource& one, const SessionSource& other) {
  return std::tie(one.identity.started_at, one.file.relative) <
         std::tie(other.identity.started_at, other.file.relative);
}

// How much of `path` the root explains; nothing if the file does not lie in it.
std::optional<SourceFile> as_source_of(const Root& root, const std::string& path) {
  const std::string inside = root.path + "/";
  if (root.path.empty() || !path.starts_with(inside)) return std::nullopt;
  auto relative = path.substr(inside.size());
  const auto pattern = root.rules.rule_of(relative);
  if (!pattern) return std::nullopt;
  return SourceFile{.root = &root,
                    .path = path,
                    .relative = std::move(relative),
                    .pattern = *pattern,
                    .info = {}};
}

// Outside of every root: each of the patterns that could be meant, by the end of the name.
std::vector<SourceFile> guesses(const Root& root, const std::string& path) {
  std::vector<SourceFile> sources;
  const auto extension_of = [](std::string_view name) {
    const auto dot = name.find_last_of('.');
    return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
  };
  for (size_t i = 0; i < root.patterns.size(); ++i) {
    if (extension_of(root.patterns[i].include) != extension_of(path)) continue;
    sources.push_back({.root = &root,
                       .path = path,
                       .relative = std::string(base_name(path)),
                       .pattern = i,
                       .info = {}});
  }
  return sources;
}

}  // namespace

int64_t Session::newest_mtime_ns() const {
  int64_t newest = 0;
  for (const auto& source : sources) {
    newest = std::max(newest, source.file.info.mtime_ns);
  }
  return newest;
}

Session arrange(SessionRef ref, std::vector<SessionSource> sources) {
  Session session{.ref = std::move(ref), .sources = {}, .set_aside = {}};
  std::vector<SessionSource> continuations;
  std::ranges::sort(sources, ranks_better);
  for (auto& source : sources) {
    if (source.identity.relation == SourceRelation::kContinuation) {
      continuations.push_back(std::move(source));
    } else if (session.sources.empty()) {
      session.sources.push_back(std::move(source));
    } else {
      session.set_aside.push_back(std::move(source));
    }
  }
  std::ranges::sort(continuations, begins_earlier);
  std::ranges::move(continuations, std::back_inserter(session.sources));
  return session;
}

Catalog make_catalog(FileSystem& files, const std::vector<Root>& roots) {
  Catalog catalog;
  SourcesBySession sources;
  for (const auto& root : roots) {
    auto found = discover(files, root.path, root.rules);
    for (auto& problem : found.problems) {
      catalog.problems.push_back({std::move(problem.path), std::move(problem.error)});
    }
    for (auto& source : found.sources) {
      add_source(files,
                 {.root = &root,
                  .path = join_path(root.path, source.path),
                  .relative = source.path,
                  .pattern = source.rule,
                  .info = source.info},
                 sources, catalog);
    }
  }
  for (auto& [session_id, of_session] : sources) {
    const auto& first = of_session.front();
    auto ref = ref_of(*first.file.root->provider, first.identity);
    catalog.sessions.push_back(arrange(std::move(ref), std::move(of_session)));
  }
  std::ranges::sort(catalog.sessions, std::greater{}, [](const Session& session) {
    return std::tuple(session.newest_mtime_ns(), std::string_view(session.ref.session_id));
  });
  return catalog;
}

Result<Session> session_of_file(FileSystem& files, const std::string& path,
                                const std::vector<Root>& roots) {
  const auto info = files.info(path);
  if (!info) return forward(info);
  std::vector<SourceFile> candidates;
  for (const auto& root : roots) {
    if (auto source = as_source_of(root, path)) candidates.push_back(std::move(*source));
  }
  for (const auto& root : roots) {
    std::ranges::move(guesses(root, path), std::back_inserter(candidates));
  }
  for (auto& candidate : candidates) {
    candidate.info = *info;
    auto found = identify(files, candidate);
    if (!found) return forward(found);
    if (!found->identity) continue;
    auto ref = ref_of(*candidate.root->provider, *found->identity);
    std::vector<SessionSource> sources;
    sources.push_back(
        {std::move(candidate), std::move(*found->identity), std::move(found->companions)});
    return arrange(std::move(ref), std::move(sources));
  }
  return fail(ErrorCode::kNotFound,
              "{}: no provider knows this file as a session; see which ones there are with: kato "
              "plugins",
              path);
}

}  // namespace kato
