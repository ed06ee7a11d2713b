// The part of the watcher that looks for itself.
#include <algorithm>

#include "host/io/files.h"
#include "host/source/watcher.h"

namespace kato {
namespace {

constexpr std::chrono::milliseconds kMinPollInterval{1000};
// Looking takes no more than a fiftieth of the time.
constexpr int kPollRest = 50;

}  // namespace

bool SourceWatcher::polls() const {
  const bool unreliable = !events_ || cause_.has_value();
  if (unreliable && std::ranges::any_of(roots_, [](const Root& root) { return !root.exists; })) {
    return true;
  }
  if (std::ranges::any_of(roots_, &Root::hangs)) return true;
  return std::ranges::any_of(folders_,
                             [](const auto& known) { return known.second.watch == kNoWatch; });
}

bool SourceWatcher::is_wanted(const std::string& path) const {
  return std::ranges::any_of(roots_, [&](const Root& root) {
    const auto view = std::string_view(path);
    return view.starts_with(root.path + "/") &&
           root.rules.rule_of(view.substr(root.path.size() + 1)).has_value();
  });
}

Result<SourceWatcher::Stamps> SourceWatcher::look_into(const std::string& folder) {
  const auto entries = files_.list(folder);
  if (!entries) return forward(entries);
  Stamps stamps;
  for (const auto& entry : *entries) {
    const auto path = join_path(folder, entry.name);
    if (entry.type == FileType::kDirectory) {
      stamps.emplace(entry.name, 0);
    } else if (is_wanted(path)) {
      if (const auto info = files_.info(path)) stamps.emplace(entry.name, stamp_of(*info));
    }
  }
  return stamps;
}

void SourceWatcher::poll(Findings& findings) {
  const auto begun = clock_.steady();
  std::vector<std::string> polled;
  for (const auto& [path, folder] : folders_) {
    if (folder.watch == kNoWatch) polled.push_back(path);
  }
  for (const auto& path : polled) {
    poll_folder(path, findings);
  }
  watch_polled();
  look_for_roots(findings);
  const auto ended = clock_.steady();
  poll_interval_ =
      std::max(kMinPollInterval,
               std::chrono::duration_cast<std::chrono::milliseconds>((ended - begun) * kPollRest));
  next_poll_ = ended + poll_interval_;
}

void SourceWatcher::poll_folder(const std::string& path, Findings& findings) {
  auto now = look_into(path);
  if (!now) {
    if (now.error().code() == ErrorCode::kNotFound) return folder_went(path, findings);
    if (const auto known = folders_.find(path); known != folders_.end()) {
      known->second.is_readable = false;
    }
    return;
  }
  const auto found = folders_.find(path);
  if (found == folders_.end()) return;  // it went with the one above it
  if (!std::exchange(found->second.is_readable, true)) return folder_came(path, findings);
  const auto before = std::exchange(found->second.stamps, std::move(*now));
  const auto after = found->second.stamps;
  for (const auto& [name, stamp] : after) {
    const auto known = before.find(name);
    if (known != before.end() && known->second == stamp) continue;
    const auto changed = join_path(path, name);
    if (stamp == 0) {
      folder_came(changed, findings);
    } else {
      findings.files.insert(changed);
      if (!before.empty()) note_activity(path);  // else it is only that nothing was known of it
    }
  }
  for (const auto& [name, stamp] : before) {
    if (after.contains(name)) continue;
    const auto gone = join_path(path, name);
    if (stamp == 0) {
      folder_went(gone, findings);
    } else {
      findings.files.insert(gone);
    }
  }
}

}  // namespace kato
