#include "host/io/terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include "host/base/unique_fd.h"

namespace kato {

void leave_terminal() {
  const UniqueFd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nowhere) return;
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    static_cast<void>(::dup2(nowhere.get(), fd));
  }
}

}  // namespace kato
