#include "host/source/discovery.h"

#include <algorithm>
#include <set>

#include "host/io/files.h"

namespace kato {
namespace {

class Walk {
 public:
  Walk(FileSystem& files, const std::string& root, const SourceRules& rules,
       const BeforeListing& before_listing)
      : files_(files), root_(root), rules_(rules), before_listing_(before_listing) {}

  DiscoveryResult run(std::string_view below) {
    result_.folder_exists = true;
    folders_.push_back({std::string(below), rules_.progress_of(below)});
    while (!folders_.empty()) {
      const Folder folder = std::move(folders_.back());
      folders_.pop_back();
      if (rules_.may_hold_sources(folder.progress)) enter(folder, folder.path == below);
    }
    add_links();
    std::ranges::sort(result_.sources, [](const FoundSource& one, const FoundSource& other) {
      if (one.info.mtime_ns != other.info.mtime_ns) return one.info.mtime_ns > other.info.mtime_ns;
      return one.path < other.path;
    });
    return std::move(result_);
  }

 private:
  struct Folder {
    std::string path;  // relative
    SourceRules::Progress progress;
  };

  void report(std::string path, Error error) {
    result_.problems.push_back({std::move(path), std::move(error)});
  }

  void enter(const Folder& folder, bool first) {
    const auto absolute = folder.path.empty() ? root_ : join_path(root_, folder.path);
    if (before_listing_) before_listing_(absolute);
    const auto entries = files_.list(absolute);
    if (!entries) {
      const bool gone = entries.error().code() == ErrorCode::kNotFound;
      if (first && gone) result_.folder_exists = false;
      if (!gone) report(absolute, entries.error());
      return;
    }
    for (const auto& entry : *entries) {
      rules_.step(folder.progress, entry.name, entry_progress_);
      look_at(entry, folder.path.empty() ? entry.name : join_path(folder.path, entry.name));
    }
  }

  void look_at(const DirectoryEntry& entry, std::string path) {
    const auto rule = rules_.rule_at(entry_progress_);
    switch (entry.type) {
      case FileType::kDirectory:
        if (rule && !rules_.rule(*rule).include.ends_with("**")) {
          const auto absolute = join_path(root_, path);
          report(absolute, Error(ErrorCode::kInvalid, absolute + ": a folder, not a log file"));
        }
        if (rules_.may_hold_sources(entry_progress_)) {
          folders_.push_back({std::move(path), entry_progress_});
        }
        return;
      case FileType::kRegular:
        if (rule) add_file(std::move(path), *rule);
        return;
      case FileType::kSymlink:
        if (rule || rules_.may_hold_sources(entry_progress_)) links_.push_back({path, rule});
        return;
      default:
        if (rule) {
          const auto absolute = join_path(root_, path);
          report(absolute, Error(ErrorCode::kInvalid, absolute + ": not a regular file"));
        }
        return;
    }
  }

  void add_file(std::string path, size_t rule) {
    auto info = files_.info(join_path(root_, path));
    if (info && info->type == FileType::kRegular) {
      result_.sources.push_back({std::move(path), rule, *info});
    } else if (!info && info.error().code() != ErrorCode::kNotFound) {
      report(join_path(root_, path), info.error());
    }
  }

  void add_links() {
    if (links_.empty()) return;
    std::set<FileId> known;
    for (const auto& source : result_.sources) {
      known.insert(source.info.id);
    }
    std::ranges::sort(links_, {}, &Link::path);
    for (const auto& link : links_) {
      const auto absolute = join_path(root_, link.path);
      const auto info = files_.info(absolute);
      if (!info) {
        if (link.rule) report(absolute, info.error());
      } else if (info->type == FileType::kDirectory) {
        report(absolute, Error(ErrorCode::kRefused,
                               absolute + ": a link to a folder is not followed; name the folder "
                                          "behind it as a root to have it read"));
      } else if (link.rule && info->type == FileType::kRegular && known.insert(info->id).second) {
        result_.sources.push_back({link.path, *link.rule, *info});
      }
    }
  }

  struct Link {
    std::string path;  // relative
    std::optional<size_t> rule;
  };

  FileSystem& files_;
  const std::string& root_;
  const SourceRules& rules_;
  const BeforeListing& before_listing_;
  DiscoveryResult result_;
  std::vector<Folder> folders_;
  std::vector<Link> links_;
  SourceRules::Progress entry_progress_;
};

}  // namespace

DiscoveryResult discover(FileSystem& files, const std::string& root, const SourceRules& rules,
                         std::string_view below, const BeforeListing& before_listing) {
  return Walk(files, root, rules, before_listing).run(below);
}

}  // namespace kato
