#include "host/session/state_folder.h"

#include "host/session/run_mark.h"

namespace kato {
namespace {

constexpr uint32_t kWritableByOthers = 0022;
constexpr uint32_t kOpenToOthers = 0077;

Status check_mode(FileSystem& files, const std::string& folder, uint32_t forbidden) {
  const auto info = files.info(folder);
  if (!info) return forward(info, "state folder");
  if ((info->mode & forbidden) == 0) return {};
  return fail(ErrorCode::kRefused,
              "state folder {}: its mode is {:04o}, so that others may {} it; make it private: "
              "chmod go-rwx {}",
              folder, info->mode, forbidden == kWritableByOthers ? "write to" : "look into",
              folder);
}

// Somebody made it by hand, with the mode that folders mostly have.
Status close_to_others(FileSystem& files, const std::string& folder) {
  const auto info = files.info(folder);
  if (!info) return forward(info, "state folder");
  if ((info->mode & kOpenToOthers) == 0) return {};
  const auto closed = files.set_folder_mode(folder, kStateFolderMode);
  if (closed || closed.error().code() == ErrorCode::kUnsupported) return {};
  return forward(closed, "make the state folder private");
}

// What stands in the place of a file of Kato's own and is none would be met later, without a
// remedy.
Status check_is_file(FileSystem& files, const std::string& path) {
  const auto info = files.info(path);
  if (!info || info->type == FileType::kRegular) return {};
  return fail(ErrorCode::kInvalid,
              "{} is {}, where Kato keeps a file of its own; move it away, and try again: the file "
              "is made anew",
              path, info->type == FileType::kDirectory ? "a folder" : "no ordinary file");
}

Status make_folder(FileSystem& files, const std::string& folder) {
  const auto made = files.make_folders(folder, kStateFolderMode);
  if (made) return {};
  if (made.error().code() != ErrorCode::kExists) return forward(made, "prepare the state folder");
  return fail(ErrorCode::kExists,
              "prepare the state folder: {} is no folder, or a link that leads to none; move it "
              "away, and try again: the folder is made anew",
              folder);
}

}  // namespace

std::string StateFolder::of(std::string_view key, std::string_view suffix) const {
  std::string path = path_ + "/sessions/";
  path.append(key).append(suffix);
  return path;
}

// Root could use it all the same, and its owner could not any more. Who asks is told by the owner
// of its entry in /proc; where there is none, nobody is refused.
Status StateFolder::check_owner(FileSystem& files) const {
  const auto self = files.info("/proc/self");
  const auto info = files.info(path_);
  if (!self || !info || info->owner_uid == self->owner_uid) return {};
  return fail(
      ErrorCode::kRefused,
      "state folder {}: its owner is user {}, not user {} who started kato; run kato as its "
      "owner, or name another folder: --state-dir",
      path_, info->owner_uid, self->owner_uid);
}

Status StateFolder::prepare(FileSystem& files) const {
  if (auto owned = check_owner(files); !owned) return owned;
  for (const auto& folder : {path_, sessions(), recordings(), runtime(), logs()}) {
    if (auto made = make_folder(files, folder); !made) return made;
  }
  if (auto checked = check_mode(files, path_, kWritableByOthers); !checked) return checked;
  if (auto closed = close_to_others(files, path_); !closed) return closed;
  for (const auto& folder : {sessions(), runtime(), logs()}) {
    if (auto checked = check_mode(files, folder, kOpenToOthers); !checked) return checked;
  }
  for (const auto& file :
       {lock_file(), run_mark(), owing_marks(), index(), operational_log(), audit_log()}) {
    if (auto checked = check_is_file(files, file); !checked) return checked;
  }
  return {};
}

Result<std::unique_ptr<FileLock>> StateFolder::lock(FileSystem& files) const {
  auto held = files.lock(lock_file());
  if (held || held.error().code() != ErrorCode::kRefused || held.error().errno_value() != 0) {
    return held;
  }
  return fail(ErrorCode::kRefused,
              "the state in {} is in use by another process; stop it first: kato stop, or try "
              "again if one is just starting or stopping",
              path_);
}

// The mark may be that of a run that was killed, and its number another process's by now: it counts
// if that process has the lock file open.
std::optional<int64_t> StateFolder::owner(FileSystem& files) const {
  const auto run = load_run_mark(files, run_mark());
  if (!run || !*run || (*run)->ended) return std::nullopt;
  const auto locked = files.info(lock_file());
  const auto open_files = fmt::format("/proc/{}/fd", (*run)->process_id);
  const auto entries = files.list(open_files);
  if (!locked || !entries) return std::nullopt;
  for (const auto& entry : *entries) {
    const auto info = files.info(open_files + "/" + entry.name);
    if (info && info->id == locked->id) return (*run)->process_id;
  }
  return std::nullopt;
}

}  // namespace kato
