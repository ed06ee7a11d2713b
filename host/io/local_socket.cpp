#include "host/io/local_socket.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/io/files.h"

namespace kato {
namespace {

constexpr int kBacklog = 16;

// Names of sockets have at most 107 bytes; state directories may lie deeper. A folder's descriptor
// has a short name, whatever its path is.
class Address {
 public:
  static Result<Address> of(const std::string& path) {
    Address made;
    made.address_.sun_family = AF_UNIX;
    std::string name = path;
    if (name.size() >= sizeof(made.address_.sun_path)) {
      const auto folder = parent_folder(path);
      made.folder_ = UniqueFd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
      if (!made.folder_) return fail_errno(errno, "open folder " + folder);
      name = fmt::format("/proc/self/fd/{}/{}", made.folder_.get(), base_name(path));
    }
    if (name.size() >= sizeof(made.address_.sun_path)) {
      return fail(ErrorCode::kInvalid, "{}: the name is too long for a socket", path);
    }
    name.copy(made.address_.sun_path, name.size());
    return made;
  }

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t kLength = sizeof(sockaddr_un);

 private:
  UniqueFd folder_;
  sockaddr_un address_{};
};

}  // namespace

Result<UniqueFd> listen_at_socket(const std::string& path) {
  const auto address = Address::of(path);
  if (!address) return forward(address);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno(errno, "make a socket");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return fail_errno(errno, "remove the old socket " + path);
  }
  if (::bind(fd.get(), address->get(), Address::kLength) != 0 ||
      ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return fail_errno(errno, "listen at the socket " + path);
  }
  return fd;
}

std::optional<FileId> socket_at(const std::string& path) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return std::nullopt;
  return FileId{.device = found.st_dev, .inode = found.st_ino};
}

void remove_socket(const std::string& path) {
  ::unlink(path.c_str());
}

Result<UniqueFd> connect_to_socket(const std::string& path) {
  const auto address = Address::of(path);
  if (!address) return forward(address);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno(errno, "make a socket");
  if (::connect(fd.get(), address->get(), Address::kLength) == 0) return fd;
  if (errno == ECONNREFUSED) return fail(ErrorCode::kNotFound, "nobody listens at {}", path);
  return fail_errno(errno, "connect to " + path);
}

UniqueFd spare_handle() {
  return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

bool is_peer_same_user(const UniqueFd& connection) {
  struct ucred peer{};
  socklen_t length = sizeof(peer);
  return ::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
         peer.uid == ::geteuid();
}

}  // namespace kato
