#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <climits>
#include <memory>
#include <poll.h>
#include <unistd.h>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/cli/control_access.h"
#include "host/cli/interruption.h"
#include "host/cli/process_facts.h"
#include "host/control/server.h"
#include "host/daemon/daemon.h"
#include "host/io/counting_file_system.h"
#include "host/io/terminal.h"

namespace kato {
namespace {

// How long a request may wait while there is much to do.
constexpr std::chrono::milliseconds kControlInterval{20};

// The daemon, and all that it waits for.
class DaemonLoop {
 public:
  DaemonLoop(Daemon& daemon, ControlServer& server, const Clock& clock)
      : daemon_(daemon), server_(server), clock_(clock) {}

  // An error: the state is not the daemon's any more.
  Status run() {
    while (!ends()) {
      daemon_.work([this] { return serve_now_and_then(); });
      if (ends()) break;
      const bool is_asked = wait();
      if (auto owned = daemon_.check_ownership(); !owned) return owned;
      static_cast<void>(server_.renew());  // tried again at the next wake-up
      if (is_asked) server_.serve(daemon_);
      // What is wrong with the new config is in the log.
      if (take_reload_request()) static_cast<void>(daemon_.reload());
    }
    return daemon_.check_ownership();
  }

 private:
  [[nodiscard]] bool ends() const { return was_interrupted() || daemon_.is_asked_to_stop(); }

  // Between two steps.
  bool serve_now_and_then() {
    if (const auto now = clock_.steady(); now >= next_serving_) {
      server_.serve(daemon_);
      next_serving_ = now + kControlInterval;
    }
    return ends();
  }

  // Until a source changes, something is due, somebody asks, or a signal comes. True: the server
  // has something to do.
  bool wait() {
    using std::chrono::milliseconds;
    int timeout_ms = -1;
    if (const auto due = daemon_.due()) {
      const auto left = std::chrono::ceil<milliseconds>(*due - clock_.steady());
      timeout_ms = static_cast<int>(std::clamp<int64_t>(left.count(), 0, INT_MAX));
    }
    waited_.clear();
    waited_.push_back({.fd = interruption_fd(), .events = POLLIN, .revents = 0});
    waited_.push_back({.fd = daemon_.wait_fd(), .events = POLLIN, .revents = 0});
    const auto of_server = static_cast<ptrdiff_t>(waited_.size());
    server_.add_waited(waited_);
    static_cast<void>(::poll(waited_.data(), waited_.size(), timeout_ms));
    next_serving_ = clock_.steady() + kControlInterval;
    return std::any_of(waited_.begin() + of_server, waited_.end(),
                       [](const pollfd& one) { return one.revents != 0; });
  }

  Daemon& daemon_;
  ControlServer& server_;
  const Clock& clock_;
  std::vector<pollfd> waited_;
  std::chrono::steady_clock::time_point next_serving_;
};

void say_what_is_watched(const Assembly& assembly, const Output& output) {
  if (assembly.config_from_defaults()) {
    output.note("no config file: the defaults hold (kato init writes one)");
  }
  for (const auto& root : assembly.roots()) {
    output.note(fmt::format("watching {} ({})", root.path, root.provider->about().display_name));
  }
}

DaemonInput input_of(const CliContext& context, CountingFileSystem& files,
                     std::unique_ptr<Assembly> assembly, std::unique_ptr<FileLock> lock,
                     bool detached) {
  return {.files = files,
          .clock = context.clock,
          .environment = context.environment,
          .assembly = std::move(assembly),
          .lock = std::move(lock),
          .make_folder_events = make_folder_events,
          .reassemble = [&context] { return Assembly::make(assembly_input(context)); },
          .resident_bytes = [&context] { return resident_bytes(context.files); },
          .give_back_memory = [] { give_back_memory(); },
          .io_counters = [&files] { return named(files.counters()); },
          .process_id = ::getpid(),
          .user_id = ::geteuid(),
          .version = program_version(),
          .purpose = DaemonPurpose::kWatch,
          .most_handles = allow_most_handles(),
          .mirror_log = !detached};
}

ExitCode run_daemon(const CliContext& context, bool detached) {
  // Before the config in it, which is then nothing to complain about.
  const auto state = state_folder(context);
  if (!state) return context.output.error(state.error());
  auto assembly = assemble(context);
  if (!assembly) return context.output.error(assembly.error());
  auto lock = take_turn(context);
  if (!lock) return context.output.error(lock.error());
  say_what_is_watched(**assembly, context.output);
  CountingFileSystem files(context.files);
  auto daemon =
      Daemon::make(input_of(context, files, std::move(*assembly), std::move(*lock), detached));
  if (!daemon) return context.output.error(daemon.error());
  auto server = ControlServer::open(state->socket());
  if (!server) return context.output.error(server.error());
  const bool on_terminal = !detached && ::isatty(STDIN_FILENO) == 1;
  const InterruptionGuard guard(on_terminal ? Hangup::kEnds : Hangup::kReloads);
  (*daemon)->look_for_changes();
  context.output.note(detached ? "ready" : "ready; stop with Ctrl-C");
  if (detached) leave_terminal();  // who started it has heard enough
  const auto owned = DaemonLoop(**daemon, **server, context.clock).run();
  if (!owned) return context.output.error(owned.error());
  const auto finished = (*daemon)->finish();
  (*server)->stop_listening();
  daemon->reset();  // gives the state back, before those who wait for the end are told
  if (!finished) return context.output.error(finished.error());
  context.output.note("stopped");
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_run(CLI::App& app, const CliContext& context) {
  auto detached = std::make_shared<bool>(false);
  app.add_flag("--detached", *detached, "As started by: kato start")->group("");
  app.footer("Example: kato run");
  return [detached, &context] { return run_daemon(context, *detached); };
}

}  // namespace kato
