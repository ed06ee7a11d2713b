#include "host/policy/canonical_path.h"

#include <string_view>

#include "host/io/files.h"

namespace kato {
namespace {

constexpr size_t kMaxPathBytes = 4095;

// Takes the next component off the front; empty at the end.
std::string_view next_component(std::string_view& rest) {
  while (rest.starts_with('/')) {
    rest.remove_prefix(1);
  }
  const auto component = rest.substr(0, rest.find('/'));
  rest.remove_prefix(component.size());
  return component;
}

// For a path of which a part is missing: component by component.
class Walk {
 public:
  explicit Walk(FileSystem& files) : files_(files) {}

  Result<CanonicalPath> run(std::string_view path) {
    for (auto name = next_component(path); !name.empty(); name = next_component(path)) {
      if (auto done = step(name); !done) return forward(done);
    }
    return CanonicalPath{.path = reached_, .info = info_};
  }

 private:
  Status step(std::string_view name) {
    if (name == ".") return {};
    if (name == "..") return up();
    const auto candidate = join_path(reached_, name);
    if (missing_) {
      reached_ = candidate;
      return {};
    }
    auto info = files_.link_info(candidate);
    if (!info && info.error().code() == ErrorCode::kNotFound) {
      missing_ = true;
      info_.reset();
      reached_ = candidate;
      return {};
    }
    if (!info) return forward(info);
    return info->type == FileType::kSymlink ? follow(candidate) : enter(candidate, *info);
  }

  Status up() {
    if (missing_) {
      return fail(ErrorCode::kInvalid, "'..' stands behind {}, which does not exist", reached_);
    }
    return enter(parent_folder(reached_), FileInfo{.type = FileType::kDirectory, .id = {}});
  }

  Status follow(const std::string& link) {
    const auto target = files_.canonical(link);
    if (!target) {
      if (target.error().code() != ErrorCode::kNotFound) return forward(target);
      return fail(ErrorCode::kRefused, "{} is a link that leads nowhere", link);
    }
    const auto info = files_.link_info(*target);
    if (!info) return forward(info);
    return enter(*target, *info);
  }

  Status enter(const std::string& path, const FileInfo& info) {
    reached_ = path;
    info_ = info;
    return {};
  }

  FileSystem& files_;
  std::string reached_ = "/";
  std::optional<FileInfo> info_;
  bool missing_ = false;
};

}  // namespace

Result<CanonicalPath> canonical_path(FileSystem& files, const std::string& path) {
  if (!path.starts_with('/')) return fail(ErrorCode::kInvalid, "'{}' is not a full path", path);
  if (path.size() > kMaxPathBytes) return fail(ErrorCode::kInvalid, "the path is too long");
  if (path.contains('\0')) return fail(ErrorCode::kInvalid, "the path contains a NUL byte");
  const auto whole = files.canonical(path);
  if (whole) {
    const auto info = files.link_info(*whole);
    if (!info) return forward(info);
    return CanonicalPath{.path = *whole, .info = *info};
  }
  if (whole.error().code() != ErrorCode::kNotFound) return forward(whole);
  return Walk(files).run(path);
}

}  // namespace kato
