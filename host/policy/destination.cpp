#include "host/policy/destination.h"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/path_template.h"
#include "host/base/utf8.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr size_t kMaxTitleBytes = 100;
constexpr size_t kMaxSlugBytes = 60;
constexpr size_t kMaxIdBytes = 80;
constexpr size_t kMaxNameBytes = 255;
constexpr std::string_view kUndated = "undated";

std::string dated(const SessionNames& session, std::string_view token) {
  if (!session.first_time) return std::string(kUndated);
  const auto& time = *session.first_time;
  if (token == "date") return fmt::format("{:04}-{:02}-{:02}", time.year, time.month, time.day);
  if (token == "time") {
    return fmt::format("{:02}{:02}{:02}", time.hour, time.minute, time.second);
  }
  if (token == "year") return fmt::format("{:04}", time.year);
  if (token == "month") return fmt::format("{:02}", time.month);
  return fmt::format("{:02}", time.day);
}

// At the beginning of a template the folder, elsewhere its name.
std::optional<std::string> project(const SessionNames& session, size_t offset) {
  auto folder = normal_path(session.project_directory);
  if (offset > 0) return safe_name(base_name(folder), kMaxTitleBytes, "no-project");
  if (!folder.starts_with('/')) return std::nullopt;
  return folder;
}

std::optional<std::string> value_of(std::string_view token, size_t offset,
                                    const DestinationRules& rules, const SessionNames& session) {
  if (token == "state") {
    return offset == 0 ? std::optional<std::string>(rules.state_directory) : std::nullopt;
  }
  if (token == "project") return project(session, offset);
  if (token == "provider") return safe_name(session.provider, kMaxIdBytes, "unknown");
  if (token == "shortId") return safe_name(session.short_id, kMaxIdBytes, "unknown");
  if (token == "sessionId") return safe_name(session.session_id, kMaxIdBytes, "unknown");
  const auto known = destination_tokens();
  if (std::ranges::find(known, token) == known.end()) return std::nullopt;
  return dated(session, token);
}

std::string_view without_extension(std::string_view path) {
  const auto extension = extension_of(path);
  if (extension.empty()) return path;
  return path.substr(0, path.size() - extension.size() - 1);
}

bool has_known_extension(std::string_view path, const DestinationRules& rules) {
  const auto extension = extension_of(path);
  return !extension.empty() && (extension == rules.default_extension ||
                                std::ranges::find(rules.sinks, extension,
                                                  &SinkExtension::extension) != rules.sinks.end());
}

// Gives the path the extension, and its last component a length that file systems take.
std::string finished(std::string_view path, const DestinationRules& rules, bool built_in) {
  std::string stem(path);
  std::string extension;
  if (built_in && !rules.default_extension.empty()) {
    stem = without_extension(path);
    extension = "." + rules.default_extension;
  } else if (has_known_extension(path, rules)) {
    stem = without_extension(path);
    extension = path.substr(stem.size());
  } else if (!rules.default_extension.empty()) {
    extension = "." + rules.default_extension;
  }
  const auto name = base_name(stem);
  const auto folder = stem.substr(0, stem.size() - name.size());
  return folder + std::string(utf8_prefix(name, kMaxNameBytes - extension.size())) + extension;
}

Result<std::string> based(std::string_view text, const std::string& base_folder,
                          const DestinationRules& rules) {
  if (text.starts_with('/')) return std::string(text);
  if (text.starts_with('~')) {
    if (text.size() > 1 && text[1] != '/') {
      return fail(ErrorCode::kInvalid, "'{}': another person's folder must be written in full",
                  text);
    }
    if (rules.home.empty()) {
      return fail(ErrorCode::kInvalid, "'{}': the home folder is not known", text);
    }
    return rules.home + std::string(text.substr(1));
  }
  if (!base_folder.starts_with('/')) {
    return fail(ErrorCode::kInvalid,
                "'{}' is relative, but the session's project folder is not known; write the full "
                "path",
                text);
  }
  return join_path(base_folder, text);
}

Result<bool> is_folder(FileSystem& files, const std::string& path) {
  if (path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..")) return true;
  const auto info = files.info(path);
  if (!info && is_passing(info.error())) return forward(info);
  return info && info->type == FileType::kDirectory;
}

Status check_lengths(std::string_view path) {
  constexpr size_t kMaxPathBytes = 4095;
  if (path.size() > kMaxPathBytes) return fail(ErrorCode::kInvalid, "the path is too long");
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    if (slash > kMaxNameBytes) {
      return fail(ErrorCode::kInvalid, "a name in the path is longer than {} bytes", kMaxNameBytes);
    }
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return {};
}

// A template that needs a project does not keep a folder from getting a name.
Result<std::string> generated_name(const DestinationRules& rules, const SessionNames& session) {
  const auto generated = default_destination(rules, session);
  if (generated) return std::string(base_name(*generated));
  if (is_passing(generated.error())) return forward(generated);
  const auto fallback = default_destination({.state_directory = rules.state_directory,
                                             .home = {},
                                             .default_path = {},
                                             .default_extension = rules.default_extension,
                                             .sinks = rules.sinks},
                                            session);
  if (!fallback) return forward(fallback);
  return std::string(base_name(*fallback));
}

}  // namespace

Result<std::string> default_destination(const DestinationRules& rules,
                                        const SessionNames& session) {
  const bool built_in = !rules.default_path;
  const std::string text = rules.default_path.value_or(std::string(kBuiltInDestination));
  Result<std::string> title;
  const auto value = [&](std::string_view token, size_t offset) -> std::optional<std::string> {
    if (token != "title" && token != "slug") return value_of(token, offset, rules, session);
    title = session.title();
    if (!title) return std::nullopt;
    return token == "title" ? safe_name(*title, kMaxTitleBytes, "untitled")
                            : slug(*title, kMaxSlugBytes);
  };
  auto path = fill_template(text, value);
  if (!title) return forward(title);
  if (!path) {
    return fail(ErrorCode::kInvalid, "default destination '{}': {} for this session", text,
                path.error().message());
  }
  if (path->ends_with('/')) *path += safe_name(session.short_id, kMaxIdBytes, "unknown");
  return finished(*path, rules, built_in);
}

Result<ResolvedDestination> resolve_destination(FileSystem& files, std::string_view text,
                                                const std::string& base_folder,
                                                const DestinationRules& rules,
                                                const SessionNames& session) {
  if (text.empty()) {
    auto generated = default_destination(rules, session);
    if (!generated) return forward(generated);
    return ResolvedDestination{.path = std::move(*generated), .is_generated = true};
  }
  if (text.contains('\0')) return fail(ErrorCode::kInvalid, "the path contains a NUL byte");
  auto path = based(text, base_folder, rules);
  if (!path) return forward(path);
  const auto in_folder = is_folder(files, *path);
  if (!in_folder) return forward(in_folder);
  if (*in_folder) {
    const auto name = generated_name(rules, session);
    if (!name) return forward(name);
    *path = join_path(*path, *name);
  }
  if (const auto checked = check_lengths(*path); !checked) return forward(checked);
  return ResolvedDestination{.path = std::move(*path), .is_generated = *in_folder};
}

}  // namespace kato
