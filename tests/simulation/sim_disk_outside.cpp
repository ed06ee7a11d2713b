// The part of the disk that people, agents and power failures use.
#include <algorithm>

#include "host/io/files.h"

#include "tests/simulation/sim_disk.h"

namespace kato::simulation {
namespace {

constexpr uint32_t kFileMode = 0644;
constexpr uint32_t kFolderMode = 0755;

void collect(const std::string& path, const Inode& folder, std::vector<std::string>& into) {
  for (const auto& [name, node] : folder.entries) {
    const auto below = join_path(path, name);
    if (node->type == FileType::kDirectory) {
      collect(below, *node, into);
    } else {
      into.push_back(below);
    }
  }
}

// The changes that came before `cut`; the one at it is torn by `keep` of its bytes.
void keep_data(Inode& file, size_t whole, size_t torn_bytes) {
  std::string kept = file.durable_data;
  for (size_t i = 0; i < file.unsynced_data.size() && i <= whole; ++i) {
    const auto& change = file.unsynced_data[i];
    if (i == whole && !change.is_given_up) {
      kept += change.bytes.substr(0, torn_bytes);
    } else if (i < whole) {
      SimDisk::apply(change, kept);
    }
  }
  file.data = kept;
}

void keep_entries(Inode& folder, size_t whole) {
  auto kept = folder.durable_entries;
  for (size_t i = 0; i < whole; ++i) {
    for (const auto& [name, node] : folder.unsynced_entries[i].entries) {
      if (node) {
        kept[name] = node;
      } else {
        kept.erase(name);
      }
    }
  }
  folder.entries = std::move(kept);
}

template <class Change>
size_t count_before(const std::vector<Change>& changes, uint64_t order) {
  return static_cast<size_t>(std::ranges::count_if(
      changes, [order](const Change& change) { return change.order < order; }));
}

void count_links(const Inode& folder, std::map<const Inode*, uint32_t>& links) {
  for (const auto& [name, node] : folder.entries) {
    if (++links[node.get()] == 1 && node->type == FileType::kDirectory) count_links(*node, links);
  }
}

}  // namespace

void SimDisk::sync_way_to(const std::string& path) {
  if (keeps_order) return sync_all();
  for (auto at = path;; at = parent_folder(at)) {
    Place place;
    if (find(at, false, place) == 0 && place.node) sync(*place.node);
    if (place.folder) sync(*place.folder);
    if (at == "/" || at == ".") return;
  }
}

void SimDisk::put_folder(const std::string& path) {
  if (path == "/" || path == ".") return;
  put_folder(parent_folder(path));
  static_cast<void>(make_folder(path, kFolderMode));  // it may be there
  sync_way_to(path);
}

void SimDisk::put(const std::string& path, std::string_view bytes) {
  put_folder(parent_folder(path));
  Place place;
  if (find(path, true, place) != 0) return;
  InodePtr file = place.node;
  if (!file) make_file(place, kFileMode, file);
  truncate(file, 0);
  append(file, bytes);
  tell(DiskEventKind::kChanged, place.folder, place.name, false);
  sync_way_to(path);
}

void SimDisk::put_by_rename(const std::string& path, std::string_view bytes) {
  const auto beside = path + "~";
  put(beside, bytes);
  static_cast<void>(rename(beside, path));
  sync_way_to(path);
}

void SimDisk::put_more(const std::string& path, std::string_view bytes) {
  Place place;
  if (find(path, true, place) != 0 || !place.node) return put(path, bytes);
  append(place.node, bytes);
  tell(DiskEventKind::kChanged, place.folder, place.name, false);
  sync_way_to(path);
}

void SimDisk::put_link(const std::string& path, const std::string& target) {
  put_folder(parent_folder(path));
  Place place;
  if (find(path, false, place) != 0 || place.node) return;
  const auto link = make_node(FileType::kSymlink, 0777);
  link->data = target;
  set_entries(place.folder, {{place.name, link}});
  tell(DiskEventKind::kMade, place.folder, place.name, false);
  sync_way_to(path);
}

void SimDisk::drop(const std::string& path) {
  static_cast<void>(remove(path));
  sync_way_to(parent_folder(path));
}

void SimDisk::move(const std::string& from, const std::string& to) {
  put_folder(parent_folder(to));
  static_cast<void>(rename(from, to));
  sync_way_to(to);
  sync_way_to(parent_folder(from));
}

void SimDisk::touch(const std::string& path) {
  Place place;
  if (find(path, true, place) != 0 || !place.node) return;
  place.node->mtime_ns = next_mtime();
  tell(DiskEventKind::kChanged, place.folder, place.name, false);
}

std::optional<std::string> SimDisk::content(const std::string& path) const {
  Place place;
  if (find(path, true, place) != 0 || !place.node) return std::nullopt;
  if (place.node->type != FileType::kRegular) return std::nullopt;
  return place.node->data;
}

std::vector<std::string> SimDisk::files_below(const std::string& folder) const {
  std::vector<std::string> files;
  Place place;
  if (find(folder, true, place) == 0 && place.node) collect(folder, *place.node, files);
  return files;
}

void SimDisk::lose_power(Random& random, PowerLossOrder order) {
  std::vector<InodePtr> nodes;
  uint64_t oldest = order_ + 1;
  for (const auto& [number, weak] : nodes_) {
    auto node = weak.lock();
    if (!node) continue;
    if (!node->unsynced_data.empty()) oldest = std::min(oldest, node->unsynced_data[0].order);
    if (!node->unsynced_entries.empty()) oldest = std::min(oldest, node->unsynced_entries[0].order);
    nodes.push_back(std::move(node));
  }
  const uint64_t cut = random.between(oldest, order_ + 1);
  const bool by_time = order == PowerLossOrder::kByTime;
  for (const auto& node : nodes) {
    auto& data = node->unsynced_data;
    const size_t whole = by_time ? count_before(data, cut) : random.below(data.size() + 1);
    const bool torn = whole < data.size() && (!by_time || data[whole].order == cut);
    keep_data(*node, whole, torn ? random.below(data[whole].bytes.size() + 1) : 0);
    auto& entries = node->unsynced_entries;
    keep_entries(*node, by_time ? count_before(entries, cut) : random.below(entries.size() + 1));
  }
  for (const auto& node : nodes) {
    node->durable_data = node->data;
    node->unsynced_data.clear();
    sync(*node);
  }
  std::map<const Inode*, uint32_t> links;
  count_links(*root_, links);
  for (const auto& node : nodes) {
    node->links = links.contains(node.get()) ? links[node.get()] : 0;
  }
  std::erase_if(nodes_, [](const auto& known) { return known.second.expired(); });
}

}  // namespace kato::simulation
