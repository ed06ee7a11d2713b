#include "host/daemon/log_age.h"

#include <algorithm>

namespace kato {

LogAge age_of_log(FileSystem& files, const std::string& path, const FileInfo& info) {
  const auto birth_ns = files.birth_ns(path);
  return {.since_ns = std::min(info.mtime_ns, birth_ns.value_or(info.mtime_ns)), .path = path};
}

}  // namespace kato
