#include "host/control/client.h"

#include <cerrno>
#include <sys/socket.h>
#include <sys/time.h>

#include "host/io/files.h"
#include "host/io/local_socket.h"

namespace kato {

Result<ControlClient> ControlClient::connect(const std::string& socket_path) {
  auto fd = connect_to_socket(socket_path);
  if (!fd && fd.error().code() == ErrorCode::kNotFound) {
    return fail(ErrorCode::kNotFound, "no daemon is running; start it: kato start");
  }
  if (!fd && fd.error().errno_value() == ENOTDIR) {
    return fail(ErrorCode::kExists, "{} is no folder; move it away, and try again",
                parent_folder(socket_path));
  }
  if (!fd) return forward(fd);
  return ControlClient(std::move(*fd), socket_path);
}

Result<size_t> ControlClient::receive(std::chrono::seconds patience) {
  const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
  static_cast<void>(::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
  char piece[1 << 16];
  while (true) {
    const auto got = ::recv(fd_.get(), piece, sizeof(piece), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      return fail(
          ErrorCode::kCancelled,
          "the daemon has not answered within {} s: it is busy with a long conversation, or "
          "stopped; try again, or look whether its process goes on",
          patience.count());
    }
    if (got < 0 && errno != ECONNRESET) return fail_errno(errno, "hear from the daemon");
    if (got <= 0) return 0;
    in_.append(piece, static_cast<size_t>(got));
    return static_cast<size_t>(got);
  }
}

Status ControlClient::send(const ControlRequest& request) {
  const auto line = to_line(request);
  for (std::string_view left = line; !left.empty();) {
    const auto put = ::send(fd_.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail_errno(errno, "ask the daemon");
    left.remove_prefix(static_cast<size_t>(put));
  }
  return {};
}

Result<std::string> ControlClient::ask(const ControlRequest& request,
                                       std::chrono::seconds patience) {
  if (auto sent = send(request); !sent) return forward(sent);
  for (size_t searched = 0; true;) {
    if (const auto end = in_.find('\n', searched); end != std::string::npos) {
      auto reply = reply_from_line(std::string_view(in_).substr(0, end));
      in_.erase(0, end + 1);
      return reply;
    }
    searched = in_.size();
    const auto got = receive(patience);
    if (!got) return forward(got);
    if (*got == 0) return fail(ErrorCode::kIo, "the daemon ended before it answered");
  }
}

Status ControlClient::stop(std::chrono::seconds patience) {
  const auto sent = send({.verb = ControlVerb::kStop});
  if (!sent && sent.error().errno_value() != EPIPE) return sent;
  while (true) {
    const auto got = receive(patience);
    if (!got) return forward(got);
    if (*got == 0) break;
  }
  if (const auto end = in_.find('\n'); end != std::string::npos) {
    const auto reply = reply_from_line(std::string_view(in_).substr(0, end));
    return reply ? Status{} : forward(reply);
  }
  // Without an answer: it was ending already, or it does not listen to this one.
  const auto still_there = connect(path_);
  if (!still_there && still_there.error().code() == ErrorCode::kNotFound) return {};
  return fail(ErrorCode::kRefused,
              "the daemon at {} ends the connection without an answer: it may be that of another "
              "user",
              path_);
}

}  // namespace kato
