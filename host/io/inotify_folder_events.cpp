#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>

#include "host/base/unique_fd.h"
#include "host/io/folder_events.h"

namespace kato {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;
constexpr size_t kLongestEventBytes = sizeof(inotify_event) + NAME_MAX + 1;
// One call takes no more than this many buffers, so that a storm of events cannot hold it up.
constexpr int kMaxBuffers = 16;

uint32_t mask_of(WatchScope scope) {
  constexpr uint32_t kSelf = IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR | IN_MASK_ADD;
  switch (scope) {
    case WatchScope::kContents:
      return kSelf | IN_CREATE | IN_MODIFY | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE;
    case WatchScope::kArrivals:
      return kSelf | IN_CREATE | IN_MOVED_TO;
    case WatchScope::kItself:
      return kSelf;
  }
  return kSelf;
}

FolderEventKind kind_of(uint32_t mask) {
  if ((mask & IN_Q_OVERFLOW) != 0) return FolderEventKind::kOverflow;
  if ((mask & IN_IGNORED) != 0) return FolderEventKind::kEnded;
  if ((mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_UNMOUNT)) != 0) return FolderEventKind::kSelfWent;
  if ((mask & IN_ISDIR) == 0) return FolderEventKind::kFile;
  const bool went = (mask & (IN_MOVED_FROM | IN_DELETE)) != 0;
  return went ? FolderEventKind::kFolderWent : FolderEventKind::kFolderCame;
}

class InotifyFolderEvents final : public FolderEvents {
 public:
  explicit InotifyFolderEvents(UniqueFd fd) : fd_(std::move(fd)), buffer_(kBufferBytes) {}

  Result<WatchId> watch(const std::string& folder, WatchScope scope) override {
    const int watch = ::inotify_add_watch(fd_.get(), folder.c_str(), mask_of(scope));
    if (watch < 0) return fail_errno(errno, "watch folder " + folder);
    return WatchId{watch};
  }

  void unwatch(WatchId watch) override {
    // It fails only if the watch has ended by itself.
    static_cast<void>(::inotify_rm_watch(fd_.get(), watch));
  }

  [[nodiscard]] int wait_fd() const override { return fd_.get(); }

  Status take(std::vector<FolderEvent>& events) override {
    for (int taken = 0; taken < kMaxBuffers;) {
      const auto got = ::read(fd_.get(), buffer_.data(), buffer_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return {};
      if (got < 0) return fail_errno(errno, "read what happened in watched folders");
      add_events(static_cast<size_t>(got), events);
      // The next one would have found room.
      if (static_cast<size_t>(got) + kLongestEventBytes <= buffer_.size()) return {};
      ++taken;
    }
    return {};
  }

 private:
  void add_events(size_t size, std::vector<FolderEvent>& events) {
    for (size_t at = 0; at + sizeof(inotify_event) <= size;) {
      inotify_event event{};
      std::memcpy(&event, buffer_.data() + at, sizeof(event));
      const char* const name = buffer_.data() + at + sizeof(event);
      events.push_back(
          {kind_of(event.mask), event.wd, std::string(name, ::strnlen(name, event.len))});
      at += sizeof(event) + event.len;
    }
  }

  UniqueFd fd_;
  std::vector<char> buffer_;
};

}  // namespace

size_t max_folder_watches(FileSystem& files) {
  auto file = files.open("/proc/sys/fs/inotify/max_user_watches", OpenMode::kRead);
  if (!file) return SIZE_MAX;
  char text[32] = {};
  const auto got = (*file)->read_at(0, text);
  size_t limit = 0;
  if (!got || std::from_chars(text, text + *got, limit).ec != std::errc()) return SIZE_MAX;
  return limit / 2;
}

Result<std::unique_ptr<FolderEvents>> make_folder_events() {
  UniqueFd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd) return fail_errno(errno, "begin to watch folders");
  return std::make_unique<InotifyFolderEvents>(std::move(fd));
}

}  // namespace kato
