#include "tests/simulation/sim_disk.h"

#include <algorithm>
#include <cerrno>

#include "host/io/files.h"

namespace kato::simulation {
namespace {

constexpr int kMostLinks = 16;
constexpr uint32_t kOutsideFolderMode = 0755;
constexpr int64_t kNanosPerMilli = 1'000'000;

std::string_view next_name(std::string_view& rest) {
  while (rest.starts_with('/')) {
    rest.remove_prefix(1);
  }
  const auto name = rest.substr(0, rest.find('/'));
  rest.remove_prefix(name.size());
  return name;
}

bool nothing_left(std::string_view rest) {
  return rest.find_first_not_of('/') == std::string_view::npos;
}

// From the root, which has no name.
using Way = std::vector<std::pair<std::string_view, const InodePtr*>>;

std::string in_text(const Way& way) {
  std::string text;
  for (const auto& [name, node] : way) {
    if (!name.empty()) text.append("/").append(name);
  }
  return text;
}

bool is_folder(const InodePtr& node) {
  return node && node->type == FileType::kDirectory;
}

}  // namespace

SimDisk::SimDisk(const Clock& clock) : clock_(clock) {
  root_ = make_node(FileType::kDirectory, kOutsideFolderMode);
}

InodePtr SimDisk::make_node(FileType type, uint32_t mode) {
  auto node = std::make_shared<Inode>();
  node->number = ++next_inode_;
  node->type = type;
  node->mode = mode;
  node->mtime_ns = next_mtime();
  node->birth_ns = node->mtime_ns;
  node->links = 1;
  nodes_[node->number] = node;
  return node;
}

// No two changes have the same time.
int64_t SimDisk::next_mtime() {
  return clock_.now().value * kNanosPerMilli + static_cast<int64_t>(++ticks_ % kNanosPerMilli);
}

void SimDisk::tell(DiskEventKind kind, const InodePtr& folder, const std::string& name,
                   bool of_folder) {
  if (listener) listener({kind, folder->number, name, of_folder});
}

int SimDisk::walk(const std::string& path, bool follow, int depth, Place& place,
                  std::string* canonical) const {
  if (depth > kMostLinks) return ELOOP;
  Way way{{"", &root_}};
  std::string_view rest = path;
  bool is_up = true;  // the way's end is named by no name
  for (auto name = next_name(rest); !name.empty(); name = next_name(rest)) {
    if (name == ".") continue;
    if (name == "..") {
      if (way.size() > 1) way.pop_back();
      is_up = true;
      continue;
    }
    const InodePtr& folder = *way.back().second;
    if (!is_folder(folder)) return ENOTDIR;
    const auto found = folder->entries.find(name);
    const bool last = nothing_left(rest);
    if (found == folder->entries.end()) {
      place = {folder, std::string(name), nullptr};
      return last ? 0 : ENOENT;
    }
    if (found->second->type == FileType::kSymlink && (follow || !last)) {
      const auto& target = found->second->data;
      auto above = target.starts_with('/') ? std::string() : in_text(way) + "/";
      above.append(target).append(rest);
      return walk(above, follow, depth + 1, place, canonical);
    }
    way.emplace_back(name, &found->second);
    is_up = false;
  }
  if (canonical != nullptr) *canonical = way.size() == 1 ? "/" : in_text(way);
  const auto& end = *way.back().second;
  place = is_up ? Place{end, "", end}
                : Place{*way[way.size() - 2].second, std::string(way.back().first), end};
  return 0;
}

int SimDisk::find(const std::string& path, bool follow, Place& place) const {
  return walk(path, follow, 0, place, nullptr);
}

std::optional<std::string> SimDisk::canonical(const std::string& path) const {
  Place place;
  std::string found;
  if (walk(path, true, 0, place, &found) != 0 || !place.node) return std::nullopt;
  return found;
}

void SimDisk::set_entries(const InodePtr& folder,
                          std::vector<std::pair<std::string, InodePtr>> entries) {
  for (const auto& [name, node] : entries) {
    if (node) {
      folder->entries[name] = node;
    } else {
      folder->entries.erase(name);
    }
  }
  folder->mtime_ns = next_mtime();
  folder->unsynced_entries.push_back({++order_, std::move(entries)});
}

int SimDisk::make_file(const Place& place, uint32_t mode, InodePtr& made) {
  if (place.node) return EEXIST;
  made = make_node(FileType::kRegular, mode);
  set_entries(place.folder, {{place.name, made}});
  tell(DiskEventKind::kMade, place.folder, place.name, false);
  return 0;
}

int SimDisk::make_folder(const std::string& path, uint32_t mode) {
  Place place;
  if (const int error = find(path, true, place)) return error;
  if (place.node) return EEXIST;
  const auto made = make_node(FileType::kDirectory, mode);
  set_entries(place.folder, {{place.name, made}});
  tell(DiskEventKind::kMade, place.folder, place.name, true);
  return 0;
}

void SimDisk::append(const InodePtr& file, std::string_view bytes) {
  file->data += bytes;
  file->mtime_ns = next_mtime();
  file->unsynced_data.push_back({.order = ++order_,
                                 .truncated_to = {},
                                 .bytes = std::string(bytes),
                                 .is_given_up = false,
                                 .whole = {}});
}

void SimDisk::truncate(const InodePtr& file, uint64_t size) {
  file->data.resize(size, '\0');
  file->mtime_ns = next_mtime();
  file->unsynced_data.push_back(
      {.order = ++order_, .truncated_to = size, .bytes = {}, .is_given_up = false, .whole = {}});
}

int SimDisk::rename(const std::string& from, const std::string& to) {
  Place source;
  Place target;
  if (const int error = find(from, false, source)) return error;
  if (const int error = find(to, false, target)) return error;
  if (!source.node) return ENOENT;
  const bool folder = is_folder(source.node);
  if (target.node) {
    if (is_folder(target.node) != folder) return folder ? ENOTDIR : EISDIR;
    if (target.node == source.node) return 0;
    if (folder && !target.node->entries.empty()) return ENOTEMPTY;
    --target.node->links;
  }
  if (source.folder == target.folder) {
    set_entries(source.folder, {{source.name, nullptr}, {target.name, source.node}});
  } else {
    set_entries(source.folder, {{source.name, nullptr}});
    set_entries(target.folder, {{target.name, source.node}});
    sync(*source.folder);
    sync(*target.folder);
  }
  tell(DiskEventKind::kMovedAway, source.folder, source.name, folder);
  tell(DiskEventKind::kMovedHere, target.folder, target.name, folder);
  if (folder) tell(DiskEventKind::kSelfWent, source.node, "", true);
  return 0;
}

int SimDisk::exchange(const std::string& one, const std::string& other) {
  Place first;
  Place second;
  if (const int error = find(one, false, first)) return error;
  if (const int error = find(other, false, second)) return error;
  if (!first.node || !second.node) return ENOENT;
  if (first.folder != second.folder) return EXDEV;
  set_entries(first.folder, {{first.name, second.node}, {second.name, first.node}});
  tell(DiskEventKind::kMovedHere, first.folder, first.name, false);
  tell(DiskEventKind::kMovedHere, second.folder, second.name, false);
  return 0;
}

int SimDisk::remove(const std::string& path) {
  Place place;
  if (const int error = find(path, false, place)) return error;
  if (!place.node) return ENOENT;
  const bool folder = is_folder(place.node);
  if (folder && !place.node->entries.empty()) return ENOTEMPTY;
  --place.node->links;
  set_entries(place.folder, {{place.name, nullptr}});
  tell(DiskEventKind::kRemoved, place.folder, place.name, folder);
  if (folder) tell(DiskEventKind::kSelfWent, place.node, "", true);
  return 0;
}

void SimDisk::apply(const DataChange& change, std::string& data) {
  if (change.whole && !change.is_given_up) {
    data = *change.whole;
  } else if (change.truncated_to) {
    data.resize(*change.truncated_to, '\0');
  } else if (change.is_given_up) {
    data.append(change.bytes.size(), '\0');
  } else {
    data += change.bytes;
  }
}

void SimDisk::sync(Inode& node) {
  for (const auto& change : node.unsynced_data) {
    apply(change, node.durable_data);
  }
  node.durable_entries = node.entries;
  node.unsynced_data.clear();
  node.unsynced_entries.clear();
}

void SimDisk::give_up(Inode& node) {
  for (auto& change : node.unsynced_data) {
    change.is_given_up = true;
  }
}

void SimDisk::write_again(Inode& node) {
  node.unsynced_data.push_back({.order = ++order_,
                                .truncated_to = {},
                                .bytes = {},
                                .is_given_up = false,
                                .whole = node.data});
}

void SimDisk::sync_all() {
  for (const auto& [number, node] : nodes_) {
    if (const auto known = node.lock()) sync(*known);
  }
}

}  // namespace kato::simulation
