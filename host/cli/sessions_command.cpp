#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <sys/ioctl.h>
#include <tuple>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "host/base/time_text.h"
#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/cli/session_json.h"
#include "host/cli/table.h"
#include "host/cli/time_argument.h"
#include "host/daemon/session_lookup.h"
#include "host/event/event_id.h"
#include "host/io/files.h"

namespace kato {
namespace {

struct SessionsArguments {
  std::string provider;
  std::string since;
  bool all = false;
  bool json = false;
};

struct ListedSession {
  KeptSession session;
  SessionIdentity identity;
  SessionSummary summary;
};

bool is_folded(const SessionIdentity& identity) {
  return identity.parentage == SessionParentage::kSpawned ||
         identity.driver == SessionDriver::kProgram;
}

UnixMillis last_time(const ListedSession& listed) {
  constexpr int64_t kNanosPerMilli = 1'000'000;
  return listed.summary.last_time.value_or(
      UnixMillis{newest_mtime_ns(listed.session) / kNanosPerMilli});
}

struct Screen {
  size_t columns = 100;
  size_t rows = SIZE_MAX;  // not a terminal: everything
};

Screen screen_of(int fd) {
  struct winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {.columns = size.ws_col, .rows = size.ws_row};
}

std::string cut(std::string_view text, size_t columns) {
  auto line = one_line(text, SIZE_MAX);
  size_t characters = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xC0U) == 0x80U) continue;
    if (++characters <= columns) continue;
    line.resize(i);
    return line;
  }
  return line + std::string(columns - characters, ' ');
}

// The title; of a sub-agent's session also whose sub-agent it is.
std::string title_text(const ListedSession& listed) {
  auto title = (listed.session.logs ? "" : "(copy only) ") + listed.summary.title();
  if (listed.identity.parentage != SessionParentage::kSpawned) return title;
  const auto parent =
      make_session_id(listed.session.ref.provider, listed.identity.parent_provider_session_id);
  return fmt::format("\u21b3 {} {}", short_id(parent), title);
}

void print_table(const std::vector<ListedSession>& sessions, size_t folded,
                 const CliContext& context) {
  constexpr size_t kAgeColumns = 7;
  constexpr size_t kProviderColumns = 8;
  constexpr size_t kProjectColumns = 22;
  constexpr size_t kFixedColumns =
      kShortIdLength + kAgeColumns + kProviderColumns + kProjectColumns + 8;
  constexpr size_t kOtherRows = 4;
  const auto screen = screen_of(STDOUT_FILENO);
  const size_t title_columns =
      std::max<size_t>(20, screen.columns - std::min(screen.columns, kFixedColumns));
  const size_t room =
      screen.rows == SIZE_MAX ? SIZE_MAX : std::max<size_t>(5, screen.rows - kOtherRows);
  const size_t shown = std::min(sessions.size(), room);
  for (size_t i = 0; i < shown; ++i) {
    const auto& listed = sessions[i];
    auto line = fmt::format("{}  {}  {}  {}  {}", short_id(listed.session.ref.session_id),
                            cut(age_text(last_time(listed), context.clock.now()), kAgeColumns),
                            cut(listed.session.ref.provider, kProviderColumns),
                            cut(base_name(listed.summary.project_directory), kProjectColumns),
                            cut(title_text(listed), title_columns));
    line.resize(line.find_last_not_of(' ') + 1);
    context.output.print_line(line);
  }
  if (shown < sessions.size()) {
    context.output.note(
        fmt::format("{} older ones: kato sessions | less", sessions.size() - shown));
  }
  if (folded > 0) {
    context.output.note(fmt::format(
        "{} sub-agents and program-driven sessions are folded away: kato sessions --all", folded));
  }
  if (sessions.empty() && folded == 0) {
    context.output.note("no sessions were found; see where is looked with: kato config show");
  }
}

ExitCode list_sessions(const SessionsArguments& arguments, const CliContext& context) {
  std::optional<UnixMillis> since;
  if (!arguments.since.empty()) {
    since = parse_time_argument(arguments.since, context.clock.now());
    if (!since) {
      return context.output.usage_error(
          "--since: give a date (2026-02-25), a time (2026-02-25T16:00:00Z) or an age (12h, 7d)");
    }
  }
  auto assembly = assemble(context);
  if (!assembly) return context.output.error(assembly.error());
  const auto warn = [&](const std::string& text) { context.output.note("warning: " + text); };
  auto sessions = all_kept_sessions(context.files, **assembly, WantedCopies::kWithoutLogs, warn);
  std::vector<ListedSession> listed;
  size_t folded = 0;
  for (auto& session : sessions) {
    if (!arguments.provider.empty() && session.ref.provider != arguments.provider) continue;
    auto identity = identity_of(session);
    if (!arguments.all && !arguments.json && is_folded(identity)) {
      ++folded;
      continue;
    }
    auto summary = session.logs ? survey(context.files, *session.logs)
                                : survey(context.files, **assembly, session, warn);
    if (!summary) {
      warn(summary.error().message());
      continue;
    }
    ListedSession one{.session = std::move(session),
                      .identity = std::move(identity),
                      .summary = std::move(*summary)};
    if (!since || last_time(one) >= *since) listed.push_back(std::move(one));
  }
  std::ranges::sort(listed, std::greater{}, [](const ListedSession& one) {
    return std::tuple(last_time(one), std::string_view(one.session.ref.session_id));
  });
  if (!arguments.json) {
    print_table(listed, folded, context);
    return ExitCode::kOk;
  }
  auto json = nlohmann::ordered_json::array();
  for (const auto& one : listed) {
    const auto meta = known_meta(context, **assembly, one.session.ref);
    json.push_back(session_json(one.session, one.summary, meta ? &*meta : nullptr));
  }
  context.output.print_line(json.dump());
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_sessions(CLI::App& app, const CliContext& context) {
  auto arguments = std::make_shared<SessionsArguments>();
  app.add_option("--provider", arguments->provider, "Only those of this provider");
  app.add_option("--since", arguments->since, "Only those that changed since a date, time or age");
  app.add_flag("--all", arguments->all, "Sub-agents and program-driven sessions too");
  app.add_flag("--json", arguments->json, "Print JSON: everything");
  app.footer("Example: kato sessions --since 7d");
  return [arguments, &context] { return list_sessions(*arguments, context); };
}

}  // namespace kato
