#include "host/cli/output.h"

#include <cerrno>
#include <unistd.h>

namespace kato {
namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

}  // namespace

ExitCode exit_code_of(const Error& error) noexcept {
  const bool by_policy = error.code() == ErrorCode::kRefused && error.errno_value() == 0;
  return by_policy ? ExitCode::kRefused : ExitCode::kFailed;
}

void Output::print(std::string_view text) const {
  healthy_ = write_all(out_fd_, text) && healthy_;
}

void Output::print_line(std::string_view text) const {
  print(std::string(text) + "\n");
}

void Output::note(std::string_view text) const {
  static_cast<void>(write_all(error_fd_, "kato: " + std::string(text) + "\n"));
}

ExitCode Output::error(const Error& error) const {
  const std::string_view mark = colours_ ? "\x1b[31merror:\x1b[0m " : "error: ";
  note(std::string(mark) + error.message());
  return exit_code_of(error);
}

ExitCode Output::usage_error(std::string_view text) const {
  note(text);
  return ExitCode::kUsage;
}

}  // namespace kato
