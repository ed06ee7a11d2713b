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
  // Asks it to stop, and waits until it has closed its end, whoever else asked that of it.
  // kCancelled: it has not, in that time.
  [[nodiscard]] Status stop(std::chrono::seconds patience);

 private:
  ControlClient(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Status send(const ControlRequest& request);
  // 0: the end. kCancelled: nothing came in time.
  Result<size_t> receive(std::chrono::seconds patience);

  UniqueFd fd_;
  std::string path_;
  std::string in_;
};

}  // namespace kato
