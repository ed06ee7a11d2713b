// Asks a running daemon.
#pragma once

#include <chrono>
#include <string>

#include "host/base/error.h"
#include "host/base/unique_fd.h"
#include "host/control/protocol.h"

namespace kato {

// [one thread at a time]
class ControlClient {
 public:
  // kNotFound: no daemon listens there.
  [[nodiscard]] static Result<ControlClient> connect(const std::string& socket_path);

  // Waits for the answer, at most so long.
  [[nodiscard]] Result<std::string> ask(const ControlRequest& request,
                                        std::chrono::seconds patience);
  // Waits until the daemon has closed its end: it has stopped. kCancelled: it has not, in that
  // time.
  [[nodiscard]] Status wait_for_end(std::chrono::seconds patience);

 private:
  explicit ControlClient(UniqueFd fd) : fd_(std::move(fd)) {}
  // 0: the end. kCancelled: nothing came in time.
  Result<size_t> receive(std::chrono::seconds patience);

  UniqueFd fd_;
  std::string in_;
};

}  // namespace kato
