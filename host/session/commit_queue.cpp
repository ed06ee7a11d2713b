#include "host/session/commit_queue.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "host/base/lack_of_handles.h"
#include "host/io/files.h"
#include "host/session/export_history.h"
#include "host/session/json_fields.h"
#include "host/session/meta_store.h"
#include "host/session/session_meta_json.h"
#include "host/session/unsynced_destinations.h"

namespace kato {
namespace {

// From this many files on, one sync of the whole disk costs less than one for each.
constexpr size_t kManyFiles = 24;
constexpr size_t kMaxWaitingBytes = size_t{4} << 20;
constexpr std::string_view kNewSuffix = ".kato-new";
constexpr std::chrono::milliseconds kLongestPause{32'000};

Status gone_is_fine(Status status) {
  if (!status && status.error().code() == ErrorCode::kNotFound) return {};
  return status;
}

}  // namespace

CommitQueue::CommitQueue(FileSystem& files, StateFolder folder, const Clock& clock, CommitMode mode)
    : files_(files), folder_(std::move(folder)), clock_(clock), mode_(mode) {}

void CommitQueue::needs_file(const std::string& key, std::string path) {
  waiting_[key].files.insert(std::move(path));
}

void CommitQueue::needs_file_again(const std::string& key, std::string path) {
  failed_.insert(path);
  needs_file(key, std::move(path));
}

void CommitQueue::needs_folder(const std::string& key, std::string folder) {
  waiting_[key].folders.insert(std::move(folder));
}

void CommitQueue::needs_no_more(const std::string& key, const std::string& path) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return;
  found->second.files.erase(path);
  found->second.folders.erase(path);
}

CommitQueue::Waiting& CommitQueue::take_place(const std::string& key) {
  auto& waiting = waiting_[key];
  if (const auto again = again_.find(key); again != again_.end()) {
    waiting.files.merge(again->second.files);
    waiting.folders.merge(again->second.folders);
    again_.erase(again);
  }
  if (waiting_metas_ == 0) {
    due_ = clock_.steady();
    if (mode_ != CommitMode::kEachStep) due_ += kCommitInterval;
  }
  if (!waiting.has_meta()) ++waiting_metas_;
  waiting_bytes_ -= waiting.json.size();
  waiting.json.clear();
  waiting.make_json = nullptr;
  waiting.in_place = false;
  return waiting;
}

void CommitQueue::put(const std::string& key, std::string json) {
  auto& waiting = take_place(key);
  waiting_bytes_ += json.size();
  waiting.json = std::move(json);
  if (waiting_bytes_ > kMaxWaitingBytes) due_ = clock_.steady();
}

void CommitQueue::put_late(const std::string& key, MakeText make) {
  if (!late_allowed_) return put(key, make());
  take_place(key).make_json = std::move(make);
}

void CommitQueue::make_text(Waiting& waiting) {
  if (!waiting.make_json) return;
  waiting.json = std::exchange(waiting.make_json, nullptr)();
  waiting_bytes_ += waiting.json.size();
}

void CommitQueue::make_text(const std::string& key) {
  const auto found = waiting_.find(key);
  if (found != waiting_.end()) make_text(found->second);
}

void CommitQueue::make_texts() {
  for (auto& [key, waiting] : waiting_) {
    make_text(waiting);
  }
}

std::optional<std::chrono::steady_clock::time_point> CommitQueue::due() const {
  if (waiting_metas_ == 0 && again_.empty()) return std::nullopt;
  if (waiting_metas_ == 0) return again_due_;
  return again_.empty() ? due_ : std::min(due_, again_due_);
}

void CommitQueue::forget(const std::string& key) {
  again_.erase(key);
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return;
  if (found->second.has_meta()) --waiting_metas_;
  waiting_bytes_ -= found->second.json.size();
  waiting_.erase(found);
}

bool CommitQueue::has_meta(const std::string& key) const {
  const auto found = waiting_.find(key);
  return found != waiting_.end() && found->second.has_meta();
}

bool CommitQueue::is_in_place(const std::string& key) const {
  const auto found = waiting_.find(key);
  return found == waiting_.end() || !found->second.has_meta() || found->second.in_place;
}

bool CommitQueue::is_destination(std::string_view path) const {
  return !in_state(path) || path.starts_with(folder_.recordings());
}

bool CommitQueue::in_state(std::string_view path) const {
  return path.starts_with(folder_.path()) && path.substr(folder_.path().size()).starts_with('/');
}

Status CommitQueue::sync_file(const std::string& path) {
  const bool again = failed_.contains(path);
  auto file = files_.open(path, again ? OpenMode::kAppend : OpenMode::kRead);
  Status synced;
  if (!file) {
    synced = gone_is_fine(forward(file));
  } else {
    synced = again ? (*file)->sync_again() : (*file)->sync();
  }
  if (synced) {
    failed_.erase(path);
  } else {
    failed_.insert(path);
  }
  return synced;
}

// Which of the files it was that failed nobody says.
Status CommitQueue::doubt_all(const Group& group, Status synced) {
  if (synced) return synced;
  for (const auto& entry : group.entries) {
    for (const auto& path : entry->second.files) {
      if (in_state(path)) failed_.insert(path);
    }
  }
  return synced;
}

// Destinations may lie on another disk than the state. What the disk has given up once is not left
// to it again, whatever the mode.
Status CommitQueue::sync_needs(const std::string& key, Waiting& waiting, Group& group) {
  waiting.unsynced.clear();
  const auto judge = [&](const std::string& path, const Status& synced) -> Status {
    if (synced || !is_destination(path) || is_lack_of_handles(synced.error())) return synced;
    waiting.unsynced.insert(path);
    group.report.unsynced.push_back({key, synced.error()});
    return {};
  };
  for (const auto& path : waiting.files) {
    const bool is_spared = !synced() || (group.as_a_whole && in_state(path));
    if (is_spared && !failed_.contains(path)) continue;
    const auto done = sync_file(path);
    if (!synced()) continue;  // nobody asked for more than an attempt
    if (auto judged = judge(path, done); !judged) return judged;
  }
  for (const auto& folder : waiting.folders) {
    if (!synced() || (group.as_a_whole && in_state(folder))) continue;
    const auto synced = is_destination(folder) ? sync_way(files_, folder, group.synced)
                                               : files_.sync_folder(folder);
    if (auto judged = judge(folder, gone_is_fine(synced)); !judged) return judged;
  }
  return {};
}

// What the meta may say.
Result<std::string> CommitQueue::honest_text(const std::string& key, const Waiting& waiting) {
  if (waiting.unsynced.empty()) return waiting.json;
  const auto before = MetaStore(files_, folder_).load(key);
  if (!before) return forward(before);
  if (!*before) return waiting.json;
  const auto json = parse_state_json(waiting.json);
  if (!json) return forward(json);
  auto meta = meta_from_json(*json);
  if (!meta) return forward(meta);
  const auto was_written = [this](const std::string& export_id) {
    const auto found = find_export(files_, folder_.exports(), export_id);
    return !found || *found;
  };
  if (take_back_unsynced(waiting.unsynced, **before, *meta, was_written)) {
    return meta_to_json(*meta);
  }
  return fail(ErrorCode::kIo, "{} cannot be synced", *waiting.unsynced.begin());
}

Status CommitQueue::write_beside(const std::string& key, const Waiting& waiting, bool as_a_whole) {
  const auto text = honest_text(key, waiting);
  if (!text) return forward(text);
  const auto path = folder_.meta(key) + std::string(kNewSuffix);
  auto file = files_.open(path, OpenMode::kCreateNew);
  if (!file && file.error().errno_value() == EEXIST) {  // left behind by a process that was killed
    if (auto removed = files_.remove(path); !removed) return removed;
    file = files_.open(path, OpenMode::kCreateNew);
  }
  if (!file) return forward(file);
  auto written = (*file)->append(*text);
  if (written && synced() && !as_a_whole) written = (*file)->sync();
  if (!written) static_cast<void>(files_.remove(path));  // the first failure is the one to report
  return written;
}

// Those for which the step fails are out of the running.
template <class Step>
void CommitQueue::for_all(Group& group, Step&& step) {
  std::erase_if(group.entries, [&](const Entry& entry) {
    auto done = step(entry->first, entry->second);
    if (done) return false;
    group.report.failures.push_back({entry->first, done.error().with_context("commit")});
    return true;
  });
}

CommitReport CommitQueue::commit(std::vector<Entry> entries) {
  Group group;
  size_t count = entries.size();
  for (const auto& entry : entries) {
    make_text(entry->second);
    count += entry->second.files.size();
  }
  group.as_a_whole = synced() && count >= kManyFiles;
  group.entries = std::move(entries);

  for_all(group, [&](const std::string& key, Waiting& waiting) {
    return sync_needs(key, waiting, group);
  });
  for_all(group, [&](const std::string& key, Waiting& waiting) {
    return write_beside(key, waiting, group.as_a_whole);
  });
  const auto whole =
      group.as_a_whole ? doubt_all(group, files_.sync_disk(folder_.path())) : Status{};
  for_all(group, [&](const std::string& key, Waiting& waiting) {
    if (!whole) return whole;
    const auto path = folder_.meta(key);
    auto renamed = files_.rename(path + std::string(kNewSuffix), path);
    waiting.in_place = renamed.has_value();
    return renamed;
  });
  if (synced() && !group.entries.empty()) {
    const auto renamed = files_.sync_folder(folder_.sessions());
    for_all(group, [&](const std::string&, Waiting&) { return renamed; });
  }
  for (const auto& entry : group.entries) {
    const std::string key = entry->first;
    group.report.committed.push_back(key);
    auto unsynced = entry->second.unsynced.empty() ? Waiting{} : entry->second;
    forget(key);
    keep_unsynced(key, std::move(unsynced));
  }
  return std::move(group.report);
}

void CommitQueue::keep_unsynced(const std::string& key, Waiting waiting) {
  if (waiting.unsynced.empty()) {
    if (again_.empty()) again_after_ = kCommitInterval;
    return;
  }
  std::erase_if(waiting.files, [this](const std::string& path) { return !failed_.contains(path); });
  std::erase_if(waiting.folders,
                [&](const std::string& folder) { return !waiting.unsynced.contains(folder); });
  again_[key] = std::move(waiting);
  again_due_ = clock_.steady() + again_after_;
  again_after_ = std::min(again_after_ * 2, kLongestPause);
}

// Between steps: none has gone on since these were put.
void CommitQueue::take_up_unsynced() {
  for (auto& [key, waiting] : std::exchange(again_, {})) {
    auto json = std::move(waiting.json);
    for (const auto& path : waiting.files) {
      needs_file(key, path);
    }
    for (const auto& folder : waiting.folders) {
      needs_folder(key, folder);
    }
    put(key, std::move(json));
  }
}

Status CommitQueue::commit_now(const std::string& key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end() || !found->second.has_meta()) return {};
  const auto report = commit({found});
  if (report.failures.empty()) return {};
  return std::unexpected(report.failures.front().error);
}

CommitReport CommitQueue::flush() {
  take_up_unsynced();
  std::vector<Entry> entries;
  for (auto entry = waiting_.begin(); entry != waiting_.end(); ++entry) {
    if (entry->second.has_meta()) entries.push_back(entry);
  }
  auto report = commit(std::move(entries));
  due_ = clock_.steady() + kCommitInterval;
  return report;
}

}  // namespace kato
