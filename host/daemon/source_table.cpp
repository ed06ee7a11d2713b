#include "host/daemon/source_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "host/base/hash.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr std::chrono::seconds kTryAgainAfter{1};
constexpr std::chrono::seconds kOutsideInterval{2};

// It never grows: all of it came unseen, or came to the file that was packed.
bool is_packed(const SourceFile& source) {
  return source.rule().packing != Packing::kNone;
}

}  // namespace

SourceTable::SourceTable(FileSystem& files, const Clock& clock, const std::vector<Root>& roots,
                         SessionIndex& index, Result<std::unique_ptr<FolderEvents>> events,
                         const WatchBegin& begin)
    : files_(files),
      clock_(clock),
      roots_(roots),
      index_(index),
      begin_(begin),
      watcher_(files, clock, std::move(events), max_folder_watches(files)) {
  for (const auto& root : roots_) {
    watcher_.add_root(root.path, root.rules);
  }
}

void SourceTable::take_over(SourceTable&& other) {
  // What was not polled for yet came while somebody watched all the same.
  if (other.scanned_) {
    SourceNews news;
    other.scan_all(news);
    for (const auto& source : news.changed) {
      other.known(source.path).stamp = 0;
    }
  }
  sources_ = std::move(other.sources_);
  missing_ = other.missing_;
  grown_bytes_ = other.grown_bytes_;
  troubled_ = std::move(other.troubled_);
}

SourceNews SourceTable::look() {
  SourceNews news;
  Looked looked;
  take_unclear(looked, news);
  take_outside(looked, news);
  if (!scanned_) {
    since_ = clock_.now();
    scan_all(news);
    scanned_ = true;
    looked.all = true;
  } else {
    auto report = watcher_.collect();
    since_ = report.since;
    for (auto& problem : report.problems) {
      news.problems.push_back({std::move(problem.path), std::move(problem.error)});
    }
    for (const auto& path : report.files) {
      take_path(path, news);
    }
    if (report.rescan) scan_all(news);
    looked.all = report.rescan;
    looked.folders = std::move(report.walked);
    std::ranges::move(report.files, std::back_inserter(looked.paths));
    news.health_changed = report.health_changed;
    news.gone_folders = std::move(report.gone_folders);
    take_gone_folders(news);
  }
  settle_troubles(looked, news);
  std::ranges::sort(news.changed, std::greater{}, [](const SourceFile& source) {
    return std::tuple(source.info.mtime_ns, std::string_view(source.path));
  });
  return news;
}

void SourceTable::scan_all(SourceNews& news) {
  std::vector<std::string> unseen;
  for (size_t i = 0; i < roots_.size(); ++i) {
    auto found = watcher_.scan(i);
    for (auto& problem : found.problems) {
      if (is_passing(problem.error)) unseen.push_back(problem.path);
      news.problems.push_back({std::move(problem.path), std::move(problem.error)});
    }
    for (const auto& source : found.sources) {
      take({.root = &roots_[i],
            .path = join_path(roots_[i].path, source.path),
            .relative = source.path,
            .pattern = source.rule,
            .info = source.info},
           news);
    }
  }
  unseen_ = std::move(unseen);
}

bool SourceTable::was_there_perhaps(const std::string& path) const {
  return !scanned_ || std::ranges::any_of(unseen_, [&path](const std::string& unseen) {
    return is_at_or_below(path, unseen);
  });
}

// The last look that would have seen it.
UnixMillis SourceTable::came_since(const std::string& path) const {
  auto last_look = since_;
  for (const auto& [troubled, since] : troubled_) {
    if (is_at_or_below(path, troubled)) last_look = std::min(last_look, since);
  }
  return last_look;
}

std::optional<std::chrono::steady_clock::time_point> SourceTable::due() const {
  auto due = watcher_.due();
  if (!unclear_.empty()) due = due ? std::min(*due, unclear_due_) : unclear_due_;
  if (!followed_.empty()) due = due ? std::min(*due, outside_due_) : outside_due_;
  return due;
}

// Its session was read before anybody asked to follow it: what comes now comes live.
void SourceTable::follow(const SourceFile& outside) {
  outside_.insert_or_assign(outside.path, outside).first->second.info = {};
  if (!followed_.insert(outside.path).second) return;
  outside_due_ = clock_.steady();
  if (!scanned_) return;
  auto& known = sources_[hash64(outside.path)];
  if (is_packed(outside)) return;
  if (known.live_from_bytes == UINT64_MAX) known.live_from_bytes = outside.info.size_bytes;
}

void SourceTable::rest(const std::string& outside) {
  followed_.erase(outside);
}

void SourceTable::take_outside(Looked& looked, SourceNews& news) {
  if (followed_.empty() || clock_.steady() < outside_due_) return;
  outside_due_ = clock_.steady() + kOutsideInterval;
  for (const auto& path : followed_) {
    take_path(path, news);
    looked.paths.push_back(path);
  }
}

Result<std::optional<SourceFile>> SourceTable::find(const std::string& path) const {
  auto source = source_at(path);
  if (!source) return source;
  const auto info = files_.info(path);
  if (!info && is_passing(info.error())) return forward(info);
  if (info && info->type == FileType::kRegular) source->info = *info;
  return source;
}

std::optional<SourceFile> SourceTable::source_at(const std::string& path) const {
  auto source = source_in_root(path);
  if (source || outside_.empty()) return source;
  const auto outside = outside_.find(path);
  return outside == outside_.end() ? std::nullopt : std::optional(outside->second);
}

std::optional<SourceFile> SourceTable::source_in_root(const std::string& path) const {
  for (const auto& root : roots_) {
    const std::string inside = root.path + "/";
    if (!path.starts_with(inside)) continue;
    auto relative = path.substr(inside.size());
    const auto pattern = root.rules.rule_of(relative);
    if (!pattern) continue;
    return SourceFile{.root = &root,
                      .path = path,
                      .relative = std::move(relative),
                      .pattern = *pattern,
                      .info = {}};
  }
  return std::nullopt;
}

void SourceTable::take_path(const std::string& path, SourceNews& news) {
  auto source = source_at(path);
  if (!source) return;
  const auto info = files_.info(path);
  if (info && info->type == FileType::kRegular) {
    source->info = *info;
    return take(std::move(*source), news);
  }
  if (info || !is_passing(info.error())) return take_loss(path, news);
  if (const auto known = sources_.find(hash64(path)); known != sources_.end()) {
    known->second.stamp = 0;
  }
  unclear_.insert(path);
  unclear_due_ = clock_.steady() + kTryAgainAfter;
  news.problems.push_back({path, info.error()});
}

// A disk that failed for a moment has lost nothing.
void SourceTable::take_unclear(Looked& looked, SourceNews& news) {
  if (unclear_.empty() || clock_.steady() < unclear_due_) return;
  for (const auto& path : std::exchange(unclear_, {})) {
    take_path(path, news);
    looked.paths.push_back(path);
  }
}

// What was wrong and was not found to be so again, where it would have been.
void SourceTable::settle_troubles(const Looked& looked, SourceNews& news) {
  std::set<std::string> wrong_now;
  for (const auto& problem : news.problems) {
    if (!problem.path.empty()) wrong_now.insert(problem.path);
  }
  const auto is_over = [&](const std::string& path) {
    const auto holds = [&path](const std::string& folder) { return is_at_or_below(path, folder); };
    if (wrong_now.contains(path)) return false;
    if (looked.all || std::ranges::any_of(looked.folders, holds)) return true;
    if (std::ranges::any_of(news.gone_folders, holds)) return true;
    if (std::ranges::find(looked.paths, path) == looked.paths.end()) return false;
    const auto info = files_.info(path);
    return info ? info->type == FileType::kRegular : info.error().code() == ErrorCode::kNotFound;
  };
  for (const auto& [path, since] : troubled_) {
    if (is_over(path)) news.recovered.push_back(path);
  }
  for (const auto& path : news.recovered) {
    troubled_.erase(path);
  }
  for (const auto& path : wrong_now) {
    troubled_.try_emplace(path, clock_.now());
  }
}

// Nothing is said of the single files in a folder that is gone.
void SourceTable::take_gone_folders(SourceNews& news) {
  if (news.gone_folders.empty()) return;
  std::vector<std::string> below;
  index_.for_each([&](const IndexedSession& session) {
    for (const auto& source : session.sources) {
      const auto lies_in = [&source](const std::string& folder) {
        return is_below(source.path, folder);
      };
      if (std::ranges::any_of(news.gone_folders, lies_in)) below.push_back(source.path);
    }
  });
  for (const auto& path : below) {
    take_path(path, news);
  }
}

// A source that vanished keeps its state.
void SourceTable::take_loss(const std::string& path, SourceNews& news) {
  const auto known = sources_.find(hash64(path));
  if (known == sources_.end() || known->second.missing) return;
  known->second.missing = true;
  known->second.stamp = 0;
  ++missing_;
  news.vanished.push_back(path);
}

void SourceTable::take(SourceFile source, SourceNews& news) {
  const auto& path = source.path;
  const auto& info = source.info;
  const uint64_t path_hash = hash64(path);
  const auto [entry, is_new] = sources_.try_emplace(path_hash);
  KnownSource& known = entry->second;
  const uint64_t stamp = stamp_of(info);
  if (is_new) {
    // What comes behind this offset later came while somebody watched.
    const bool came_now = !was_there_perhaps(path);
    const bool was_written_now = came_now && !begin_.is_after(info, clock_);
    if (!is_packed(source)) known.live_from_bytes = was_written_now ? 0 : info.size_bytes;
    if (came_now) known.came_since = came_since(path);
  } else if (known.stamp == stamp) {
    return;
  }
  if (std::exchange(known.missing, false)) --missing_;
  if (scanned_ && info.size_bytes > known.size_bytes) {
    grown_bytes_ += info.size_bytes - known.size_bytes;
  }
  known.stamp = stamp;
  known.size_bytes = info.size_bytes;
  if (is_new && !scanned_ && index_.has_untouched(path_hash, stamp)) return;
  news.changed.push_back(std::move(source));
}

KnownSource& SourceTable::known(const std::string& path) {
  return sources_[hash64(path)];
}

const KnownSource* SourceTable::find_known(const std::string& path) const {
  const auto found = sources_.find(hash64(path));
  return found == sources_.end() ? nullptr : &found->second;
}

void SourceTable::moved(const std::string& from, const std::string& to) {
  const auto old = sources_.extract(hash64(from));
  if (old.empty()) return;
  if (old.mapped().missing) --missing_;
  KnownSource& now = known(to);
  now.live_from_bytes = old.mapped().live_from_bytes;
  now.came_since = old.mapped().came_since;
  now.was_read = old.mapped().was_read;
}

}  // namespace kato
