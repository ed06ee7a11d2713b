#include "host/recording/file_exchange.h"

#include "host/base/utf8.h"
#include "host/io/files.h"
#include "host/recording/destination_file.h"

namespace kato {
namespace {

constexpr size_t kMaxNameBytes = 255;
constexpr size_t kShortIdLength = 8;

Status remove_if_there(FileSystem& files, const std::string& path) {
  auto removed = files.remove(path);
  if (!removed && removed.error().code() == ErrorCode::kNotFound) return {};
  return removed;
}

bool is_file(FileSystem& files, const std::string& path, const FileId& id) {
  const auto info = files.link_info(path);
  return info && info->id == id;
}

Result<bool> has_content(FileSystem& files, const std::string& path,
                         const GrowingHash::Value& wanted) {
  auto file = files.open(path, OpenMode::kRead);
  if (!file) return forward(file);
  const auto info = (*file)->info();
  if (!info) return forward(info);
  if (info->size_bytes != wanted.size_bytes) return false;
  const auto hash = hash_of(**file);
  if (!hash) return forward(hash);
  return *hash == wanted;
}

// The new file is in the place, the displaced one beside it.
Result<ExchangeEnd> judge_displaced(FileSystem& files, const std::string& path,
                                    const ReplacementIntent& intent) {
  const auto unchanged = has_content(files, intent.new_path, intent.before_hash);
  if (!unchanged) return forward(unchanged);
  if (*unchanged) {
    if (auto removed = remove_if_there(files, intent.new_path); !removed) return forward(removed);
    return ExchangeEnd::kInPlace;
  }
  const auto ours = has_content(files, path, intent.new_hash);
  if (!ours) return forward(ours);
  if (!*ours) {
    return fail(ErrorCode::kExists,
                "{} was changed while it was replaced; what it was before is kept as {}", path,
                intent.new_path);
  }
  if (auto back = files.exchange(intent.new_path, path); !back) return forward(back);
  if (auto removed = remove_if_there(files, intent.new_path); !removed) return forward(removed);
  return ExchangeEnd::kNotInPlace;
}

Result<ExchangeEnd> exchange(FileSystem& files, const std::string& path,
                             ReplacementIntent& intent) {
  const auto there = files.link_info(path);
  const bool as_before =
      there && there->id == intent.before.id && there->size_bytes == intent.before.size_bytes;
  if (!as_before) {
    if (auto removed = remove_if_there(files, intent.new_path); !removed) return forward(removed);
    return ExchangeEnd::kNotInPlace;
  }
  if (auto exchanged = files.exchange(intent.new_path, path); !exchanged) {
    if (remove_if_there(files, intent.new_path)) intent.new_id = {};
    return forward(exchanged);  // that is what is reported
  }
  return judge_displaced(files, path, intent);
}

Result<ExchangeEnd> recover(FileSystem& files, const std::string& path,
                            const ReplacementIntent& intent) {
  const bool made = intent.new_id != FileId{};
  const bool in_place = made && is_file(files, path, intent.new_id);
  if (in_place) {
    if (!files.link_info(intent.new_path)) return ExchangeEnd::kInPlace;
    return judge_displaced(files, path, intent);
  }
  // Without an id it was never finished; with another one it is not Kato's.
  if (!made || is_file(files, intent.new_path, intent.new_id)) {
    if (auto removed = remove_if_there(files, intent.new_path); !removed) return forward(removed);
  }
  return ExchangeEnd::kNotInPlace;
}

// The next commit no longer speaks of the file beside.
Result<ExchangeEnd> on_the_disk(FileSystem& files, const std::string& path,
                                const Result<ExchangeEnd>& end) {
  if (!end) return end;
  if (auto synced = files.sync_folder(parent_folder(path)); !synced) return forward(synced);
  return end;
}

}  // namespace

Decision place_beside(const Decision& place, const RecordingMeta& recording) {
  const auto suffix = ".kato-new-" + recording.recording_id.substr(0, kShortIdLength);
  const auto name = base_name(place.path);
  const auto kept = utf8_prefix(name, kMaxNameBytes - suffix.size());
  const size_t cut_bytes = name.size() - kept.size();
  Decision beside = place;
  for (auto* const path : {&beside.path, &beside.relative}) {
    path->resize(path->size() - cut_bytes);
    *path += suffix;
  }
  return beside;
}

Result<std::unique_ptr<File>> make_beside(FileSystem& files, const Decision& beside) {
  if (auto removed = remove_if_there(files, beside.path); !removed) return forward(removed);
  return files.open_beneath(beside.root, beside.relative, OpenMode::kCreateNew);
}

Status finish_beside(File& fresh, const FileInfo& destination, ReplacementIntent& intent) {
  const auto info = fresh.info();
  if (!info) return forward(info);
  const bool same_owner =
      info->owner_uid == destination.owner_uid && info->owner_gid == destination.owner_gid;
  if (!same_owner) {
    const auto given = fresh.set_owner(destination.owner_uid, destination.owner_gid);
    if (!given) return given;
  }
  if (auto set = fresh.set_mode(destination.mode); !set) return set;
  intent.new_id = info->id;
  return fresh.sync();
}

Result<ExchangeEnd> exchange_in(FileSystem& files, const std::string& path,
                                ReplacementIntent& intent) {
  return on_the_disk(files, path, exchange(files, path, intent));
}

Result<ExchangeEnd> recover_exchange(FileSystem& files, const std::string& path,
                                     const ReplacementIntent& intent) {
  return on_the_disk(files, path, recover(files, path, intent));
}

}  // namespace kato
