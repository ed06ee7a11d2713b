#include "host/control/server.h"

#include <cerrno>
#include <sys/socket.h>

#include "host/io/local_socket.h"

namespace kato {
namespace {

constexpr int kMostAccepted = 16;  // at one look

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::open(std::string path) {
  auto fd = listen_at_socket(path);
  if (!fd && fd.error().errno_value() == EISDIR) {
    return fail(ErrorCode::kExists, "control socket: {} is a folder; move it away, and try again",
                path);
  }
  if (!fd) return forward(fd, "control socket");
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(*fd), std::move(path)));
}

ControlServer::ControlServer(UniqueFd fd, std::string path)
    : fd_(std::move(fd)), spare_(spare_handle()), path_(std::move(path)), id_(socket_at(path_)) {}

ControlServer::~ControlServer() {
  stop_listening();
}

Status ControlServer::renew() {
  if (!fd_ || (id_ && socket_at(path_) == id_)) return {};
  auto fd = listen_at_socket(path_);
  if (!fd) return forward(fd, "control socket");
  fd_ = std::move(*fd);
  id_ = socket_at(path_);
  return {};
}

void ControlServer::stop_listening() {
  if (!fd_) return;
  if (id_ && socket_at(path_) == id_) remove_socket(path_);
  fd_ = UniqueFd();
}

void ControlServer::add_waited(std::vector<pollfd>& waited) const {
  // Who cannot be let in before another has gone must not keep the daemon awake.
  const bool may_come = !lacks_handles_ || connections_.empty();
  waited.push_back(
      {.fd = fd_.get(), .events = static_cast<short>(may_come ? POLLIN : 0), .revents = 0});
  for (const auto& connection : connections_) {
    const short events = connection->out.empty() ? POLLIN : POLLOUT;
    waited.push_back({.fd = connection->fd.get(), .events = events, .revents = 0});
  }
}

void ControlServer::serve(ControlHandler& handler) {
  accept_all();
  std::erase_if(connections_,
                [&](const auto& connection) { return !serve_one(*connection, handler); });
  if (!spare_) spare_ = spare_handle();
  lacks_handles_ = lacks_handles_ && !spare_;
}

UniqueFd ControlServer::accept_one() {
  const auto accept = [this] {
    return UniqueFd(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  };
  auto fd = accept();
  const bool is_short = !fd && (errno == EMFILE || errno == ENFILE);
  lacks_handles_ = is_short && !spare_;
  if (!is_short || !spare_) return fd;
  spare_ = UniqueFd();
  return accept();
}

// When there are too many, the oldest makes room: it may be one that only sits there.
void ControlServer::accept_all() {
  for (int taken = 0; taken < kMostAccepted; ++taken) {
    auto fd = accept_one();
    if (!fd) return;
    if (!is_peer_same_user(fd)) continue;
    if (connections_.size() >= kMaxConnections) connections_.pop_front();
    connections_.push_back(std::make_unique<Connection>(
        Connection{.fd = std::move(fd), .in = {}, .out = {}, .closing = false}));
  }
}

bool ControlServer::serve_one(Connection& connection, ControlHandler& handler) {
  if (!send_out(connection)) return false;
  if (!connection.out.empty()) return true;  // first it takes what it asked for
  if (connection.closing || !receive(connection)) return false;
  answer(connection, handler);
  return send_out(connection);
}

bool ControlServer::receive(Connection& connection) {
  std::string piece(kMaxRequestBytes - connection.in.size(), '\0');
  const auto got = ::recv(connection.fd.get(), piece.data(), piece.size(), 0);
  if (got == 0) return false;
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  connection.in.append(piece, 0, static_cast<size_t>(got));
  return true;
}

void ControlServer::answer(Connection& connection, ControlHandler& handler) {
  for (auto end = connection.in.find('\n'); end != std::string::npos;
       end = connection.in.find('\n')) {
    const auto request = request_from_line(std::string_view(connection.in).substr(0, end));
    connection.in.erase(0, end + 1);
    auto reply = request ? handler.handle(*request) : Result<std::string>(forward(request));
    connection.out += reply_to_line(reply);
    connection.closing = connection.closing || connection.out.size() > kMaxUnreadBytes;
    if (connection.closing) return;
  }
  if (connection.in.size() < kMaxRequestBytes) return;
  connection.out +=
      reply_to_line(fail(ErrorCode::kInvalid, "a request of more than {} bytes", kMaxRequestBytes));
  connection.closing = true;
}

bool ControlServer::send_out(Connection& connection) {
  while (!connection.out.empty()) {
    const auto put =
        ::send(connection.fd.get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (put < 0) return errno == EAGAIN || errno == EINTR;
    connection.out.erase(0, static_cast<size_t>(put));
  }
  return true;
}

}  // namespace kato
