#include "host/io/files.h"

#include <algorithm>
#include <array>

#include "host/base/hash.h"

namespace kato {
namespace {

constexpr std::string_view kTemporarySuffix = ".kato-new";

std::string temporary_path(const std::string& path) {
  return path + std::string(kTemporarySuffix);
}

Status write_new(FileSystem& files, const std::string& path, std::string_view content,
                 Durability durability, uint32_t mode) {
  auto file = files.open(path, OpenMode::kCreateNew);
  if (!file) return forward(file);
  if (auto set = (*file)->set_mode(mode); !set) return set;
  if (auto written = (*file)->append(content); !written) return written;
  return durability == Durability::kSynced ? (*file)->sync() : Status{};
}

}  // namespace

Result<std::string> read_whole(FileSystem& files, const std::string& path, uint64_t max_bytes) {
  auto file = files.open(path, OpenMode::kRead);
  if (!file) return forward(file);
  const auto info = (*file)->info();
  if (!info) return forward(info);
  if (info->size_bytes > max_bytes) {
    return fail(ErrorCode::kInvalid, "read {}: {} bytes, more than the {} that are allowed", path,
                info->size_bytes, max_bytes);
  }
  std::string content;
  Result<size_t> read = 0;
  content.resize_and_overwrite(info->size_bytes, [&](char* to, size_t size) {
    read = (*file)->read_at(0, {to, size});
    return read.value_or(0);
  });
  if (!read) return forward(read);
  return content;
}

Status remove_half_written(FileSystem& files, const std::string& path) {
  auto removed = files.remove(temporary_path(path));
  if (!removed && removed.error().code() == ErrorCode::kNotFound) return {};
  return removed;
}

Status replace_whole(FileSystem& files, const std::string& path, std::string_view content,
                     Durability durability) {
  const auto temporary = temporary_path(path);
  if (auto removed = remove_half_written(files, path); !removed) return removed;
  const auto old = files.info(path);
  const uint32_t mode = old ? old->mode : 0600U;
  auto done = write_new(files, temporary, content, durability, mode);
  if (done) done = files.rename(temporary, path);
  if (!done) {
    static_cast<void>(files.remove(temporary));  // the first failure is the one to report
    return forward(done, "replace " + path);
  }
  return durability == Durability::kSynced ? files.sync_folder(parent_folder(path)) : Status{};
}

Status sync_way(FileSystem& files, const std::string& folder, std::set<std::string>& done) {
  const auto info = files.info(folder);
  if (!info) return forward(info);
  for (auto at = folder; done.insert(at).second; at = parent_folder(at)) {
    auto synced = files.sync_folder(at);
    if (!synced && (at == folder || synced.error().code() != ErrorCode::kRefused)) return synced;
    const auto above = files.info(parent_folder(at));
    if (!synced || !above || above->id.device != info->id.device) return {};
  }
  return {};
}

uint64_t stamp_of(const FileId& id, uint64_t size_bytes, int64_t mtime_ns) noexcept {
  const std::array<uint64_t, 4> facts{id.device, id.inode, size_bytes,
                                      static_cast<uint64_t>(mtime_ns)};
  return hash64({reinterpret_cast<const char*>(facts.data()), sizeof(facts)}) | 1U;
}

uint64_t stamp_of(const FileInfo& info) noexcept {
  return stamp_of(info.id, info.size_bytes, info.mtime_ns);
}

std::string parent_folder(std::string_view path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string join_path(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') path.push_back('/');
  path.append(name);
  return path;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
}

bool is_at_or_below(std::string_view path, std::string_view folder) {
  return path == folder || is_below(path, folder);
}

std::string normal_path(std::string_view path) {
  if (path.empty()) return {};
  const bool is_absolute = path.front() == '/';
  std::string normal(is_absolute ? 1 : 0, '/');
  normal.reserve(path.size());
  const size_t root = normal.size();
  size_t above = root;  // where what ".." cannot undo ends
  for (size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto name = path.substr(begin, end - begin);
    begin = end + 1;
    if (name.empty() || name == ".") continue;
    if (name == ".." && normal.size() > above) {
      const auto slash = normal.rfind('/');
      normal.resize(slash == std::string::npos ? 0 : std::max(root, slash));
      continue;
    }
    if (name == ".." && is_absolute) continue;
    if (normal.size() > root) normal.push_back('/');
    normal.append(name);
    if (name == "..") above = normal.size();
  }
  return normal.empty() ? "." : normal;
}

}  // namespace kato
