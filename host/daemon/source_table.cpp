#include "host/daemon/source_table.h"

#include <algorithm>

#include "host/io/files.h"
#include "host/source/discovery.h"

namespace kato {
namespace {

bool differs(const FileInfo& one, const FileInfo& other) {
  return one.id != other.id || one.size_bytes != other.size_bytes || one.mtime_ns != other.mtime_ns;
}

}  // namespace

void SourceTable::restore(const SourceMeta& source, const std::string& session_id) {
  KnownSource& known = sources_[source.path];
  known.info.id = source.id;
  known.info.size_bytes = source.size_bytes;
  known.info.mtime_ns = source.mtime_ns;
  known.session_id = session_id;
}

std::vector<ChangedSource> SourceTable::scan(UnixMillis now, std::vector<SourceProblem>& problems) {
  std::vector<ChangedSource> changed;
  for (const auto& root : roots_) {
    auto found = discover(files_, root.path, root.rules);
    for (auto& problem : found.problems) {
      problems.push_back({std::move(problem.path), std::move(problem.error)});
    }
    for (const auto& source : found.sources) {
      auto path = join_path(root.path, source.path);
      const auto [entry, is_new] = sources_.try_emplace(path);
      KnownSource& known = entry->second;
      if (!scanned_) {
        // What is behind this offset later came while somebody watched.
        known.live_from_bytes = source.info.size_bytes;
      } else if (is_new) {
        known.live_from_bytes = 0;
        known.seen = now;
      }
      if (!is_new && !differs(known.info, source.info)) continue;
      known.info = source.info;
      changed.push_back({.file = {.root = &root,
                                  .path = std::move(path),
                                  .relative = source.path,
                                  .pattern = source.rule,
                                  .info = source.info},
                         .was_known = !known.session_id.empty(),
                         .session_id = known.session_id});
    }
  }
  scanned_ = true;
  std::ranges::stable_sort(changed, std::greater{},
                           [](const ChangedSource& source) { return source.file.info.mtime_ns; });
  return changed;
}

}  // namespace kato
