#include <CLI/CLI.hpp>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/unique_fd.h"
#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/cli/control_access.h"
#include "host/cli/stop_command.h"

namespace kato {
namespace {

constexpr std::string_view kReady = "kato: ready\n";

std::vector<std::string> daemon_arguments(const CliContext& context) {
  std::vector<std::string> arguments{context.program_path, "run", "--detached"};
  const auto add = [&arguments](const char* option, const std::string& value) {
    if (!value.empty()) arguments.insert(arguments.end(), {option, value});
  };
  add("--state-dir", context.state_dir);
  add("--config", context.config_path);
  return arguments;
}

// In the child: what it says goes into the pipe until it is ready.
[[noreturn]] void become_daemon(std::vector<std::string> arguments, int say_fd) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (auto& argument : arguments) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  ::setsid();
  const bool ready = ::chdir("/") == 0 && ::dup2(say_fd, STDERR_FILENO) >= 0;
  // What the shell has open is none of the daemon's business.
  static_cast<void>(::close_range(STDERR_FILENO + 1, ~0U, 0));
  if (ready) ::execv(argv.front(), argv.data());
  ::_exit(static_cast<int>(ExitCode::kFailed));
}

std::string read_all(int fd) {
  std::string text;
  char piece[4096];
  while (true) {
    const auto got = ::read(fd, piece, sizeof(piece));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece, static_cast<size_t>(got));
  }
}

ExitCode code_of_child(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  return code == 0 ? ExitCode::kFailed : static_cast<ExitCode>(code);
}

void print_raw(std::string_view text) {
  while (!text.empty()) {
    const auto put = ::write(STDERR_FILENO, text.data(), text.size());
    if (put <= 0) return;
    text.remove_prefix(static_cast<size_t>(put));
  }
}

ExitCode start_daemon(const CliContext& context) {
  if (running_daemon(context)) {
    context.output.note("it is running already");
    return ExitCode::kOk;
  }
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return context.output.error(fail_errno(errno, "make a pipe").error());
  }
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return context.output.error(fail_errno(errno, "start a process").error());
  if (child == 0) become_daemon(daemon_arguments(context), writing.get());
  writing = UniqueFd();
  auto said = read_all(reading.get());
  if (const auto at = said.find(kReady); at != std::string::npos) {
    print_raw(said.erase(at));
    context.output.note(fmt::format("started (pid {})", child));
    return ExitCode::kOk;
  }
  const auto code = code_of_child(child);
  if (running_daemon(context)) {
    context.output.note("it is running already");  // another start was faster
    return ExitCode::kOk;
  }
  print_raw(said);
  return code;
}

// The one that runs is not given up for one that could not begin.
ExitCode restart_daemon(const CliContext& context) {
  if (const auto state = state_folder(context); !state) return context.output.error(state.error());
  if (const auto wrong = config_problem(context)) {
    const auto code = context.output.error(*wrong);
    if (running_daemon(context)) context.output.note("the daemon that runs goes on as it is");
    return code;
  }
  const auto stopped = stop_daemon(context);
  if (stopped != ExitCode::kOk && stopped != ExitCode::kNotRunning) return stopped;
  return start_daemon(context);
}

}  // namespace

CommandWork declare_start(CLI::App& app, const CliContext& context) {
  app.footer("Example: kato start");
  return [&context] { return start_daemon(context); };
}

CommandWork declare_restart(CLI::App& app, const CliContext& context) {
  app.footer("Example: kato restart");
  return [&context] { return restart_daemon(context); };
}

}  // namespace kato
