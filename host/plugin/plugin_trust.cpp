#include "host/plugin/plugin_trust.h"

#include <algorithm>
#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <string_view>
#include <vector>

namespace kato::plugin {
namespace {

constexpr uint32_t kGroupWrite = 0020;
constexpr uint32_t kOthersWrite = 0002;
constexpr size_t kMaxDatabaseEntryBytes = 1U << 20U;

// Calls a `get..._r` function with a buffer that is large enough. True if there is an entry.
template <class Entry, class Lookup>
bool look_up(Entry& entry, std::vector<char>& buffer, const Lookup& lookup) {
  for (buffer.resize(4096); buffer.size() <= kMaxDatabaseEntryBytes;
       buffer.resize(buffer.size() * 4)) {
    Entry* found = nullptr;
    const int error = lookup(&entry, buffer.data(), buffer.size(), &found);
    if (error != ERANGE) return error == 0 && found != nullptr;
  }
  return false;
}

}  // namespace

bool is_own_group(uint32_t uid, uint32_t gid) {
  passwd user{};
  std::vector<char> user_buffer;
  const bool user_known =
      look_up(user, user_buffer, [uid](auto... rest) { return ::getpwuid_r(uid, rest...); });
  if (!user_known || user.pw_gid != gid) return false;
  group own{};
  std::vector<char> group_buffer;
  const bool group_known =
      look_up(own, group_buffer, [gid](auto... rest) { return ::getgrgid_r(gid, rest...); });
  const std::string_view name(user.pw_name);
  if (!group_known || name != own.gr_name) return false;
  for (char** member = own.gr_mem; *member != nullptr; ++member) {
    if (name != *member) return false;
  }
  return true;
}

Status check_only_owner_writes(const std::string& path, const FileInfo& info,
                               const IsOwnGroup& own_group) {
  if ((info.mode & kOthersWrite) != 0) {
    return fail(ErrorCode::kRefused, "{} is writable by everyone: chmod o-w it", path);
  }
  if ((info.mode & kGroupWrite) != 0 && !own_group(info.owner_uid, info.owner_gid)) {
    return fail(ErrorCode::kRefused,
                "{} is writable by a group that is not its owner's own: chmod g-w it", path);
  }
  return {};
}

}  // namespace kato::plugin
