#include "host/base/environment.h"

#include <pwd.h>
#include <unistd.h>
#include <vector>

namespace kato {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

constexpr size_t kUserEntryBytes = 16384;

std::optional<std::string> find(const Variables& variables, std::string_view name) {
  const auto found = variables.find(name);
  if (found == variables.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> as_folder(std::string path) {
  if (!path.starts_with('/')) return std::nullopt;
  while (path.size() > 1 && path.ends_with('/')) {
    path.pop_back();
  }
  return path;
}

std::optional<std::string> home_in_user_database() {
  std::vector<char> buffer(kUserEntryBytes);
  struct passwd entry{};
  struct passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) != 0) {
    return std::nullopt;
  }
  if (found == nullptr || found->pw_dir == nullptr) return std::nullopt;
  return as_folder(found->pw_dir);
}

}  // namespace

ProcessEnvironment::ProcessEnvironment() {
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables_.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  if (auto home = find(variables_, "HOME")) home_ = as_folder(*std::move(home));
  if (!home_) home_ = home_in_user_database();
}

std::optional<std::string> ProcessEnvironment::variable(std::string_view name) const {
  return find(variables_, name);
}

std::optional<std::string> ProcessEnvironment::home() const {
  return home_;
}

FixedEnvironment::FixedEnvironment(Variables variables) : variables_(std::move(variables)) {}

std::optional<std::string> FixedEnvironment::variable(std::string_view name) const {
  return find(variables_, name);
}

std::optional<std::string> FixedEnvironment::home() const {
  auto home = find(variables_, "HOME");
  if (!home) return std::nullopt;
  return as_folder(*std::move(home));
}

}  // namespace kato
