// The socket on which a daemon is asked things.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <vector>

#include "host/base/error.h"
#include "host/base/unique_fd.h"
#include "host/control/protocol.h"
#include "host/io/file_system.h"

namespace kato {

// [one thread at a time] Nothing here ever waits: who is slow, or says nothing, is only remembered.
// Only processes of the same user are heard.
class ControlServer {
 public:
  // What one connection may leave unread of its answers.
  static constexpr size_t kMaxUnreadBytes = size_t{64} << 20;
  static constexpr size_t kMaxConnections = 16;

  // Takes the place of a socket that a killed daemon left: the caller owns the state. The socket is
  // made with mode 0600, and removed in the end.
  [[nodiscard]] static Result<std::unique_ptr<ControlServer>> open(std::string path);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  ControlServer(ControlServer&&) = delete;
  ControlServer& operator=(ControlServer&&) = delete;

  // Listens anew if the socket that lies at the path is not this one's: somebody removed it. The
  // caller owns the state still.
  [[nodiscard]] Status renew();
  // Listens no more, and removes the socket if it is this one's: the state may belong to another
  // process from now on. Connections stay until this is destroyed.
  void stop_listening();

  // What poll() is to wait for.
  void add_waited(std::vector<pollfd>& waited) const;
  // Takes what came, answers it, and sends what can be sent.
  void serve(ControlHandler& handler);

  [[nodiscard]] size_t connection_count() const noexcept { return connections_.size(); }

 private:
  struct Connection {
    UniqueFd fd;
    std::string in;
    std::string out;
    bool closing = false;  // after what is in `out` was sent
  };

  ControlServer(UniqueFd fd, std::string path);
  void accept_all();
  UniqueFd accept_one();
  // False: the connection is over.
  static bool serve_one(Connection& connection, ControlHandler& handler);
  static bool receive(Connection& connection);
  static void answer(Connection& connection, ControlHandler& handler);
  static bool send_out(Connection& connection);

  UniqueFd fd_;
  UniqueFd spare_;              // given up for a connection when there are no handles left
  bool lacks_handles_ = false;  // somebody waits who could not be let in
  std::string path_;
  std::optional<FileId> id_;                            // of the socket at the path
  std::list<std::unique_ptr<Connection>> connections_;  // the oldest first
};

}  // namespace kato
