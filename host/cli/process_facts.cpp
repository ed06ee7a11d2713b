#include "host/cli/process_facts.h"

#include <charconv>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace kato {
namespace {

constexpr uint64_t kUsualHandles = 1024;

}  // namespace

// The second number of statm counts pages.
uint64_t resident_bytes(FileSystem& files) {
  auto file = files.open("/proc/self/statm", OpenMode::kRead);
  if (!file) return 0;
  char text[128] = {};
  const auto got = (*file)->read_at(0, text);
  if (!got) return 0;
  std::string_view numbers(text, *got);
  numbers.remove_prefix(std::min(numbers.find(' ') + 1, numbers.size()));
  uint64_t pages = 0;
  std::from_chars(numbers.data(), numbers.data() + numbers.size(), pages);
  return pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

uint64_t allow_most_handles() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kUsualHandles;
  rlimit raised = limit;
  raised.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

void give_back_memory() {
#ifdef __GLIBC__
  static_cast<void>(::malloc_trim(0));
#endif
}

std::string program_version() {
  return KATO_VERSION;
}

std::vector<std::pair<std::string, uint64_t>> named(const IoCounters& counters) {
  return {{"bytesRead", counters.bytes_read},
          {"bytesWritten", counters.bytes_written},
          {"opens", counters.opens},
          {"syncs", counters.syncs}};
}

}  // namespace kato
