// The part of the world in which the person works on the files that Kato writes to.
#include <algorithm>

#include <fmt/format.h>

#include "tests/simulation/tokens.h"
#include "tests/simulation/world.h"

namespace kato::simulation {
namespace {

constexpr uint32_t kDestinations = 5;

bool ends_line(const std::string& content) {
  return content.empty() || content.ends_with('\n');
}

std::vector<size_t> line_starts(const std::string& content, size_t from, size_t to) {
  std::vector<size_t> starts;
  for (size_t at = from; at < std::min(to, content.size()); ++at) {
    if (at == 0 || content[at - 1] == '\n') starts.push_back(at);
  }
  return starts;
}

}  // namespace

bool World::user_step(const Step& step) {
  if (step.kind < StepKind::kUserAppends || step.kind > StepKind::kUserFile) return false;
  if (step.kind == StepKind::kUserFile) {
    const auto session = step.who % static_cast<uint32_t>(conversations_.size());
    const auto path = destination(session, step.what % kDestinations);
    if (disk_.content(path) || user_files_[path].is_missing) return true;
    auto& file = user_files_[path];
    const bool has_head = path.ends_with(".md") && step.what % 3 == 0;
    disk_.put(path,
              (has_head ? "---\nid: mine\ntitle: 'My page'\n---\n\n" : "") + new_user_line(file));
    return true;
  }
  const auto path = pick_destination(step.who);
  if (!path) return true;
  const auto content = *disk_.content(*path);
  if (!ends_line(content)) return true;  // nobody writes behind half a line
  auto& file = user_files_[*path];
  switch (step.kind) {
    case StepKind::kUserAppends:
      disk_.put_more(*path, new_user_line(file));
      break;
    case StepKind::kUserInserts:
      user_inserts(*path, step.what);
      break;
    case StepKind::kUserRemoves:
      user_removes(*path, step.what);
      break;
    case StepKind::kUserReplaces:
      disk_.put_by_rename(*path, content);
      break;
    case StepKind::kUserDeletes:
      user_deletes(*path);
      break;
    default:
      break;
  }
  return true;
}

std::string World::new_user_line(UserFile& file) {
  file.is_touched = true;
  auto token = fmt::format("u{}e", ++next_user_token_);
  auto line = token + " is a note of mine.\n";
  file.user_tokens.push_back(std::move(token));
  return line;
}

std::optional<std::string> World::pick_destination(uint32_t who) const {
  std::vector<std::string> paths;
  const auto add = [&](const std::string& folder) {
    for (auto& path : disk_.files_below(folder)) {
      if (path.ends_with(".md") || path.ends_with(".jsonl")) paths.push_back(std::move(path));
    }
  };
  add(project(0) + "/notes");
  add(project(1) + "/notes");
  add(state() + "/recordings");
  if (paths.empty()) return std::nullopt;
  return paths[who % paths.size()];
}

// At the beginning of a line that stood there when the daemon was last done.
void World::user_inserts(const std::string& path, uint32_t what) {
  auto content = *disk_.content(path);
  auto& file = user_files_[path];
  const auto places = line_starts(content, front_matter_size(content), file.settled_size);
  if (places.empty()) return;
  const auto line = new_user_line(file);
  content.insert(places[what % places.size()], line);
  file.settled_size += line.size();
  disk_.put_by_rename(path, content);
}

void World::user_removes(const std::string& path, uint32_t what) {
  auto content = *disk_.content(path);
  auto& file = user_files_[path];
  std::vector<FoundToken> found = find_tokens(content);
  std::erase_if(found, [&](const FoundToken& one) {
    return is_users(one.token) || !file.settled.contains(one.token);
  });
  if (found.empty()) return;
  const auto& chosen = found[what % found.size()];
  const size_t before = content.rfind('\n', chosen.offset);
  const size_t begin = before == std::string::npos ? 0 : before + 1;
  const size_t end = std::min(content.find('\n', chosen.offset), content.size() - 1) + 1;
  file.is_touched = true;
  file.removed.insert(chosen.token);
  file.settled_size -= std::min(file.settled_size, end - begin);
  content.erase(begin, end - begin);
  if (what % 2 == 0) {
    disk_.put_by_rename(path, content);
  } else {
    disk_.put(path, content);
  }
}

void World::user_deletes(const std::string& path) {
  auto& file = user_files_[path];
  for (const auto& found : find_tokens(*disk_.content(path))) {
    if (is_users(found.token)) continue;
    (file.settled.contains(found.token) ? file.removed : file.perhaps).insert(found.token);
  }
  file.user_tokens.clear();
  file.settled.clear();
  file.settled_size = 0;
  file.is_touched = true;
  file.is_missing = true;
  file.was_deleted = true;
  disk_.drop(path);
}

}  // namespace kato::simulation
