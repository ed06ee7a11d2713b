#include "host/cli/control_access.h"

#include <poll.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "host/cli/process_facts.h"
#include "host/daemon/session_lookup.h"
#include "host/io/files.h"

namespace kato {
namespace {

// Reading and writing may take its time: a long conversation is decoded first.
constexpr std::chrono::seconds kPatience{120};
// What only looks needs none, but what the daemon does just now may.
constexpr std::chrono::seconds kPatienceToLook{10};
constexpr std::chrono::seconds kLongestTurn{10};
// A daemon that begins listens soon.
constexpr std::chrono::milliseconds kLongestSilence{2000};
constexpr int kTurnCheckMillis = 10;

std::chrono::seconds patience_for(ControlVerb verb) {
  const bool looks = verb == ControlVerb::kStatus || verb == ControlVerb::kSnapshotList;
  return looks ? kPatienceToLook : kPatience;
}

bool is_taken(const Result<std::unique_ptr<FileLock>>& lock) {
  return !lock && lock.error().code() == ErrorCode::kRefused && lock.error().errno_value() == 0;
}

}  // namespace

Result<StateFolder> state_folder(const CliContext& context) {
  auto paths = find_state_paths(assembly_input(context));
  if (!paths) return forward(paths);
  StateFolder state(std::move(paths->state_dir));
  if (auto owned = state.check_owner(context.files); !owned) return forward(owned);
  return state;
}

Result<ControlClient> running_daemon(const CliContext& context) {
  const auto state = state_folder(context);
  if (!state) return forward(state);
  return ControlClient::connect(state->socket());
}

std::optional<Error> unreachable_daemon(const CliContext& context) {
  const auto state = state_folder(context);
  if (!state || ControlClient::connect(state->socket())) return std::nullopt;
  const auto pid = state->owner(context.files);
  if (!pid) return std::nullopt;
  return Error(
      ErrorCode::kRefused,
      fmt::format(
          "a daemon (pid {}) has the state in {}, but nobody listens at its socket: it is just "
          "starting or stopping, so try again; or the socket was removed, then it makes it again "
          "when something happens in a log. If trying again does not help, end it with: kill {}, "
          "and begin anew: kato start",
          *pid, state->path(), *pid));
}

Result<ControlClient> reach_daemon(const CliContext& context) {
  const auto begun = context.clock.steady();
  while (true) {
    auto daemon = running_daemon(context);
    if (daemon || daemon.error().code() != ErrorCode::kNotFound) return daemon;
    auto unreachable = unreachable_daemon(context);
    const bool waited = context.clock.steady() - begun >= kLongestSilence;
    if (unreachable && waited) return std::unexpected(std::move(*unreachable));
    if (!unreachable) return running_daemon(context);  // it began to listen, or there is none
    static_cast<void>(::poll(nullptr, 0, kTurnCheckMillis));
  }
}

Result<std::unique_ptr<FileLock>> take_turn(const CliContext& context) {
  const auto state = state_folder(context);
  if (!state) return forward(state);
  if (auto prepared = state->prepare(context.files); !prepared) return forward(prepared);
  // Another command's turn is waited for; a daemon that nobody can ask is none.
  const auto begun = context.clock.steady();
  while (true) {
    auto lock = state->lock(context.files);
    if (!is_taken(lock) || ControlClient::connect(state->socket())) return lock;
    const auto waited = context.clock.steady() - begun;
    const auto unreachable = waited >= kLongestSilence ? unreachable_daemon(context) : std::nullopt;
    if (unreachable) return std::unexpected(*unreachable);
    if (waited >= kLongestTurn) return lock;
    static_cast<void>(::poll(nullptr, 0, kTurnCheckMillis));
  }
}

Result<std::unique_ptr<Daemon>> own_state(const CliContext& context, ConfigUse use) {
  auto assembly = assemble(context, use);
  if (!assembly) return forward(assembly);
  auto lock = take_turn(context);
  if (!lock) return forward(lock);
  return Daemon::make({.files = context.files,
                       .clock = context.clock,
                       .environment = context.environment,
                       .assembly = std::move(*assembly),
                       .lock = std::move(*lock),
                       .make_folder_events = {},
                       .io_counters = [] { return named({}); },  // they are a daemon's
                       .user_id = ::geteuid(),
                       .version = program_version(),
                       .purpose = DaemonPurpose::kOneRequest,
                       .mirror_log = false});
}

Result<std::string> request(const CliContext& context, const ControlRequest& request,
                            ConfigUse use) {
  auto daemon = running_daemon(context);
  if (daemon) return daemon->ask(request, patience_for(request.verb));
  if (daemon.error().code() != ErrorCode::kNotFound) return forward(daemon);
  auto state = own_state(context, use);
  if (!state) {
    auto began = running_daemon(context);  // meanwhile
    return began ? began->ask(request, patience_for(request.verb)) : forward(state);
  }
  auto answer = (*state)->handle(request);
  if (auto finished = (*state)->finish(); !finished && answer) return forward(finished);
  return answer;
}

Result<std::string> request_of_session(const CliContext& context, const std::string& text,
                                       ControlRequest request) {
  const auto path = normal_path(text.starts_with('/') ? text : join_path(working_folder(), text));
  const auto info = context.files.info(path);
  if (info && info->type == FileType::kRegular) {
    request.source = path;
    return kato::request(context, request);
  }
  request.session = text;
  auto answer = kato::request(context, request);
  if (answer || answer.error().code() != ErrorCode::kNotFound) return answer;
  // The state does not know it yet, or it is meant by its title.
  auto assembly = Assembly::make(assembly_input(context));
  if (!assembly) return forward(assembly);
  const auto found = find_session(context.files, **assembly, text, working_folder());
  if (!found) return forward(found);
  request.session.clear();
  request.source = found->sources.front().file.path;
  return kato::request(context, request);
}

void tell_warning(const CliContext& context, const std::string& answer) {
  const auto result = nlohmann::json::parse(answer, nullptr, false);
  if (!result.is_object()) return;
  const auto warning = result.value("warning", "");
  if (!warning.empty()) context.output.note("warning: " + warning);
}

std::string destination_from_here(const std::string& text) {
  if (text.empty() || text.starts_with('/') || text.starts_with('~') || text.starts_with('{')) {
    return text;
  }
  auto path = normal_path(join_path(working_folder(), text));
  if (text.ends_with('/')) path.push_back('/');
  return path;
}

}  // namespace kato
