#include "host/daemon/source_table.h"

#include <algorithm>
#include <tuple>

#include "host/io/files.h"

namespace kato {
namespace {

bool differs(const FileInfo& one, const FileInfo& other) {
  return one.id != other.id || one.size_bytes != other.size_bytes || one.mtime_ns != other.mtime_ns;
}

}  // namespace

SourceTable::SourceTable(FileSystem& files, const Clock& clock, const std::vector<Root>& roots,
                         std::unique_ptr<FolderEvents> events)
    : files_(files), clock_(clock), roots_(roots), watcher_(files, clock, std::move(events)) {
  for (const auto& root : roots_)
    watcher_.add_root(root.path, root.rules);
}

void SourceTable::restore(const IndexedSource& source, const std::string& session_id) {
  KnownSource& known = sources_[source.path];
  known.info.id = source.id;
  known.info.size_bytes = source.size_bytes;
  known.info.mtime_ns = source.mtime_ns;
  known.session_id = session_id;
}

SourceNews SourceTable::look() {
  SourceNews news;
  if (!scanned_) {
    scan_all(news);
    scanned_ = true;
  } else {
    auto report = watcher_.collect();
    for (auto& problem : report.problems) {
      news.problems.push_back({std::move(problem.path), std::move(problem.error)});
    }
    for (const auto& path : report.files)
      take_path(path, news);
    if (report.rescan) scan_all(news);
  }
  std::ranges::sort(news.changed, std::greater{}, [](const SourceFile& source) {
    return std::tuple(source.info.mtime_ns, std::string_view(source.path));
  });
  return news;
}

void SourceTable::scan_all(SourceNews& news) {
  for (size_t i = 0; i < roots_.size(); ++i) {
    auto found = watcher_.scan(i);
    for (auto& problem : found.problems) {
      news.problems.push_back({std::move(problem.path), std::move(problem.error)});
    }
    for (const auto& source : found.sources) {
      take(roots_[i], source.path, source.rule, source.info, news);
    }
  }
}

void SourceTable::take_path(const std::string& path, SourceNews& news) {
  for (const auto& root : roots_) {
    const std::string inside = root.path + "/";
    if (!path.starts_with(inside)) continue;
    const auto relative = path.substr(inside.size());
    const auto pattern = root.rules.rule_of(relative);
    if (!pattern) continue;
    const auto info = files_.info(path);
    // A source that vanished keeps its state.
    if (info && info->type == FileType::kRegular) take(root, relative, *pattern, *info, news);
  }
}

void SourceTable::take(const Root& root, const std::string& relative, size_t pattern,
                       const FileInfo& info, SourceNews& news) {
  auto path = join_path(root.path, relative);
  const auto [entry, is_new] = sources_.try_emplace(path);
  KnownSource& known = entry->second;
  if (!scanned_) {
    // What comes behind this offset later came while somebody watched.
    known.live_from_bytes = info.size_bytes;
  } else if (is_new) {
    known.live_from_bytes = 0;
    known.seen = clock_.now();
  }
  if (!is_new && !differs(known.info, info)) return;
  known.info = info;
  news.changed.push_back({.root = &root,
                          .path = std::move(path),
                          .relative = relative,
                          .pattern = pattern,
                          .info = info});
}

}  // namespace kato
