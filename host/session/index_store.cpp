#include "host/session/index_store.h"

#include <algorithm>
#include <utility>

#include "host/event/event_id.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr uint64_t kMaxIndexBytes = uint64_t{1} << 30;
constexpr size_t kMinNewer = 128;

// Whether a session may have work left, as far as its meta alone can tell: for when the marks that
// would say so are not to be believed. What a document's cursor counts is not its bytes.
bool may_owe(const SessionMeta& meta) {
  const bool unread = std::ranges::any_of(meta.sources, [](const SourceMeta& source) {
    return source.standing == SourceStanding::kActive &&
           (source.cursor.kind != CursorKind::kByteOffset ||
            source.cursor.value < source.size_bytes);
  });
  const bool unserved = std::ranges::any_of(meta.recordings, [&](const RecordingMeta& recording) {
    const bool is_to_begin = !recording.state && !recording.periods.empty();
    return is_to_begin || lag_of(recording, meta) > 0 || recording.intent.has_value();
  });
  // Events that were not interpreted.
  const uint64_t obeyed = meta.command_cursor ? meta.command_cursor->seq : uint64_t{0};
  const bool unobeyed = obeyed + 1 < meta.next_seq || meta.unfinished_message.has_value();
  // It became private, and the commit that drops its copy did not come.
  const bool is_kept = meta.is_private && (meta.twin.exists || !meta.identity.title.empty());
  return unread || unserved || unobeyed || is_kept || !meta.pending_exports.empty();
}

// One that cannot be looked at may be.
bool may_be_longer(FileSystem& files, const std::string& path, uint64_t known_bytes) {
  const auto info = files.info(path);
  if (!info) return is_passing(info.error());
  return info->type == FileType::kRegular && info->size_bytes > known_bytes;
}

// Its disk may be mounted later.
bool may_be_longer(FileSystem& files, const RecordingMeta& recording) {
  const auto& after = recording.after;
  const auto info = files.info(recording.destination);
  if (!info) return after.exists || info.error().code() != ErrorCode::kNotFound;
  return info->type == FileType::kRegular && info->size_bytes > after.size_bytes;
}

}  // namespace

Result<IndexStore> IndexStore::open(FileSystem& files, const StateFolder& folder, MetaStore& metas,
                                    Trust trust) {
  auto marks = OwingMarks::open(files, folder.owing_marks());
  if (!marks) return forward(marks);
  IndexStore store(files, folder, std::move(*marks));
  for (const auto& path : {store.path_, folder.owing_marks()}) {
    if (auto removed = remove_half_written(files, path); !removed) return forward(removed);
  }
  if (auto loaded = store.load(metas, trust); !loaded) return forward(loaded);
  return store;
}

Status IndexStore::load(MetaStore& metas, Trust trust) {
  auto text = read_whole(*files_, path_, kMaxIndexBytes);
  if (trust == Trust::kMarks && !text) find_lost();
  if (!text && text.error().code() == ErrorCode::kNotFound) return rebuild(metas, "there was none");
  if (!text) return forward(text);
  auto index = SessionIndex::from_json(std::move(*text));
  if (!index && index.error().code() == ErrorCode::kUnsupported) return forward(index, path_);
  if (!index) {
    if (trust == Trust::kMarks) find_lost();
    const auto damaged = read_whole(*files_, path_, kMaxIndexBytes);
    if (!damaged) return forward(damaged);
    const auto salvaged = SessionIndex::salvaged_from(*damaged);
    return rebuild(metas, index.error().message(), &salvaged);
  }
  if (trust == Trust::kMetas) return rebuild(metas, "the power was lost", &*index);
  if (!marks_.believable()) {
    return rebuild(metas, "the marks beside it are missing or damaged", &*index);
  }
  index_ = std::move(*index);
  for (const auto& key : marks_.newer()) {
    take_meta(metas, key);
  }
  return {};
}

// The destinations of a session whose meta is not understood stay its own.
Status IndexStore::rebuild(MetaStore& metas, std::string because, const SessionIndex* known) {
  rebuilt_because_ = std::move(because);
  const auto keys = metas.keys();
  if (!keys) return forward(keys);
  for (const auto& key : *keys) {
    const auto meta = take_meta(metas, key);
    if (!meta || !(may_owe(*meta) || may_hold_uncommitted(*meta))) continue;
    if (auto owed = marks_.owe(key); !owed) return owed;
  }
  for (const auto& problem : problems_) {
    auto session = known != nullptr ? known->find(session_id_of_key(problem.key)) : std::nullopt;
    if (session) index_.put_unread(std::move(*session));
  }
  return save();
}

// A commit that was lost spoke of more: of events in the copy, or of what a destination got.
bool IndexStore::may_hold_uncommitted(const SessionMeta& meta) const {
  const auto twin = folder_.twin(session_key(meta));
  const auto beside = StateFolder::beside(twin, meta.twin.generation);
  const bool has_events =
      meta.twin.exists && (may_be_longer(*files_, twin, meta.twin.size_bytes) ||
                           may_be_longer(*files_, beside, meta.twin.size_bytes));
  return has_events || std::ranges::any_of(meta.recordings, [&](const RecordingMeta& recording) {
           return may_be_longer(*files_, recording);
         });
}

std::optional<SessionMeta> IndexStore::take_meta(MetaStore& metas, const std::string& key) {
  auto meta = metas.load(key);
  if (!meta) {
    problems_.push_back({key, meta.error()});
    return std::nullopt;
  }
  if (*meta) {
    index_.put(**meta);
  } else if (is_lost(key)) {
    marks_.keep_lost(key);
  } else {
    index_.remove(session_id_of_key(key));
  }
  return std::move(*meta);
}

// Without an index the marks alone tell.
void IndexStore::find_lost() {
  for (const auto& key : marks_.newer()) {
    const auto meta = files_->info(folder_.meta(key));
    const bool is_gone = !meta && meta.error().code() == ErrorCode::kNotFound;
    if (is_gone && is_lost(key)) marks_.keep_lost(key);
  }
}

// A session is marked before its first commit: that alone does not say that it had a meta.
bool IndexStore::is_lost(const std::string& key) const {
  if (marks_.was_removed(key)) return false;
  return marks_.was_committed(key) || index_.find(session_id_of_key(key));
}

bool IndexStore::has_unread() const {
  return std::ranges::any_of(problems_, is_passing, &MetaProblem::error);
}

// The index on the disk does not know it: the marks must say so.
Status IndexStore::mark_read(const std::string& key, const SessionMeta& meta) {
  const bool owed_before = marks_.owing().contains(key);
  if (auto owed = marks_.owe(key); !owed) return owed;
  const bool owes = owed_before || may_owe(meta) || may_hold_uncommitted(meta);
  return owes ? Status{} : marks_.settle(key);
}

std::vector<SessionMeta> IndexStore::read_again(MetaStore& metas) {
  std::vector<SessionMeta> found;
  for (auto& problem : std::exchange(problems_, {})) {
    if (!is_passing(problem.error)) {
      problems_.push_back(std::move(problem));
      continue;
    }
    auto meta = take_meta(metas, problem.key);
    if (!meta) continue;
    if (auto marked = mark_read(problem.key, *meta); !marked) {
      problems_.push_back({problem.key, marked.error()});
    } else {
      found.push_back(std::move(*meta));
    }
  }
  return found;
}

Status IndexStore::committed(const SessionMeta& meta, bool still_owes) {
  index_.put(meta);
  const auto key = session_key(meta);
  if (still_owes) return marks_.committed(key);
  if (auto owed = marks_.owe(key); !owed) return owed;
  return marks_.settle(key);
}

void IndexStore::learn_owing(MetaStore& metas) {
  for (const auto& key : marks_.owing()) {
    if (!index_.find(session_id_of_key(key))) take_meta(metas, key);
  }
}

Status IndexStore::removed(const std::string& key, std::string_view session_id) {
  index_.remove(session_id);
  if (!lost().contains(key)) return marks_.remove(key);
  if (auto owed = marks_.owe(key); !owed) return owed;
  return marks_.settle(key);  // it still counts as lost
}

// It owes: a kill may come before its meta is gone.
Status IndexStore::removing(const std::string& key) {
  if (auto removed = marks_.remove(key); !removed) return removed;
  return marks_.owe(key);
}

bool IndexStore::is_save_due() const {
  return marks_.newer().size() >= std::max(kMinNewer, index_.size() / 2);
}

Status IndexStore::save() {
  if (auto replaced = replace_whole(*files_, path_, index_.to_json(), Durability::kSynced);
      !replaced) {
    return replaced;
  }
  return marks_.index_is_written();
}

}  // namespace kato
