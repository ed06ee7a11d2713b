#include "project.h"

#include <algorithm>
#include <array>

#include "sha256.h"

namespace kato::gemini {
namespace {

constexpr size_t kMaxPathBytes = 4096;
constexpr size_t kMaxCandidates = 64;
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_absolute(std::string_view path) {
  if (path.empty() || path.size() > kMaxPathBytes) return false;
  const bool drive = path.size() > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
  return path[0] == '/' || drive || path.starts_with("\\\\");
}

std::string_view content_of(const Companions& companions, std::string_view name) {
  for (size_t i = 0; i < companions.size(); ++i) {
    const auto companion = companions[i];
    if (sdk::view(companion.name) == name) return sdk::view(companion.bytes);
  }
  return {};
}

// What is looked for.
struct Wanted {
  std::string_view folder;
  std::string_view project_hash;

  [[nodiscard]] bool hashes_to(std::string_view path) const {
    const bool possible = is_hash(folder) || is_hash(project_hash);
    if (!possible || !is_absolute(path)) return false;
    const std::string hash = sha256_hex(path);
    return hash == folder || hash == project_hash;
  }
};

// projects.json: {"projects":{PATH:SLUG}}.
std::string search_registry(jsonlog::Value registry, const Wanted& wanted) {
  std::string by_hash;
  size_t candidates = 0;
  for (const auto& [key, slug] : registry["projects"].members()) {
    const std::string path(registry.unescape_key(key));
    if (!wanted.folder.empty() && slug.text() == wanted.folder && is_absolute(path)) return path;
    if (by_hash.empty() && ++candidates <= kMaxCandidates * 16 && wanted.hashes_to(path)) {
      by_hash = path;
    }
  }
  return by_hash;
}

// trustedFolders.json: {PATH:"TRUST_FOLDER"}.
std::string search_trusted(jsonlog::Value folders, const Wanted& wanted) {
  size_t candidates = 0;
  for (const auto& member : folders.members()) {
    const std::string path(folders.unescape_key(member.key));
    if (++candidates > kMaxCandidates * 16) break;
    if (wanted.hashes_to(path)) return path;
  }
  return {};
}

std::string search_list(jsonlog::Value list, const Wanted& wanted) {
  size_t candidates = 0;
  for (const auto item : list.items()) {
    if (++candidates > kMaxCandidates) break;
    const std::string path(item.text());
    if (wanted.hashes_to(path)) return path;
  }
  return {};
}

}  // namespace

LogPath read_log_path(std::string_view path) {
  LogPath found;
  const size_t slash = path.rfind('/');
  found.name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const size_t chats = path.find("/chats/");
  if (chats == std::string_view::npos) return found;
  const size_t before = path.rfind('/', chats - 1);
  const size_t folder = chats == 0 || before == std::string_view::npos ? 0 : before + 1;
  found.folder = path.substr(folder, chats - folder);
  const size_t inside = chats + std::string_view("/chats/").size();
  if (slash >= inside) found.parent = path.substr(inside, slash - inside);
  return found;
}

bool is_hash(std::string_view folder) {
  return folder.size() == 64 &&
         folder.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string find_project_directory(const LogPath& path, std::string_view project_hash,
                                   std::string_view directories, const Companions& companions,
                                   jsonlog::Json& json) {
  const auto marker = trim(content_of(companions, kProjectRootFile));
  if (is_absolute(marker) && marker.find('\n') == std::string_view::npos) {
    return std::string(marker);
  }
  const Wanted wanted{path.folder, project_hash};
  using Search = std::string (*)(jsonlog::Value, const Wanted&);
  const std::array<std::pair<std::string_view, Search>, 3> places = {{
      {content_of(companions, kProjectRegistry), &search_registry},
      {content_of(companions, kTrustedFolders), &search_trusted},
      {directories, &search_list},
  }};
  for (const auto& [text, search] : places) {
    if (text.empty() || json.parse(text) != jsonlog::JsonError::kNone) continue;
    if (auto found = search(json.root(), wanted); !found.empty()) return found;
  }
  return {};
}

std::string_view find_directory_in_text(std::string_view text, std::string_view project_hash) {
  if (!is_hash(project_hash)) return {};
  size_t candidates = 0;
  while (!text.empty() && candidates < kMaxCandidates) {
    const size_t end = text.find('\n');
    auto line = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (const size_t label = line.find(": "); label != std::string_view::npos) {
      line = trim(line.substr(label + 2));
    }
    if (line.starts_with("- ")) line = trim(line.substr(2));
    if (!is_absolute(line)) continue;
    ++candidates;
    if (sha256_hex(line) == project_hash) return line;
  }
  return {};
}

}  // namespace kato::gemini
