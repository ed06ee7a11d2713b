#include <CLI/CLI.hpp>
#include <memory>

#include <nlohmann/json.hpp>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/cli/session_json.h"
#include "host/daemon/session_lookup.h"
#include "host/event/event_id.h"

namespace kato {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string line;
  for (const auto& text : texts) {
    line += (line.empty() ? "" : ", ") + text;
  }
  return line;
}

void print_session(const KeptSession& session, const SessionSummary& summary, const TimeZone& zone,
                   const Output& output) {
  const auto line = [&output](std::string_view name, const std::string& value) {
    if (!value.empty()) output.print_line(fmt::format("{:<12}{}", name, value));
  };
  line("title", summary.title());
  line("session", session.ref.session_id);
  line("provider", session.ref.provider + " " + session.ref.provider_session_id);
  line("client", joined(summary.client_versions));
  line("project", summary.project_directory);
  if (const auto parent = identity_of(session).parent_provider_session_id; !parent.empty()) {
    line("parent", std::string(short_id(make_session_id(session.ref.provider, parent))));
  }
  line("models", joined(summary.models));
  line("first", time_for_people(summary.first_time, zone));
  line("last", time_for_people(summary.last_time, zone));
  for (const auto kind : kAllEventKinds) {
    const auto count = summary.counts[static_cast<size_t>(kind)];
    if (count > 0) line("events", fmt::format("{:>6}  {}", count, kind_name(kind)));
  }
  if (!session.logs) {
    for (const auto& source : session.copy->sources) {
      line("copy of", source.path);
    }
    return;
  }
  for (const auto& source : session.logs->sources) {
    line("source", source.file.path);
  }
  for (const auto& source : session.logs->set_aside) {
    line("duplicate", source.file.path);
  }
}

ExitCode show_session(const std::string& text, bool json, const CliContext& context) {
  auto assembly = assemble(context);
  if (!assembly) return context.output.error(assembly.error());
  const auto warn = [&](const std::string& warning) { context.output.note("warning: " + warning); };
  const auto session = find_kept_session(context.files, **assembly, text, working_folder(), warn);
  if (!session) return context.output.error(session.error());
  const auto summary = survey(context.files, **assembly, *session, warn);
  if (!summary) return context.output.error(summary.error());
  if (json) {
    const auto meta = known_meta(context, **assembly, session->ref);
    context.output.print_line(session_json(*session, *summary, meta ? &*meta : nullptr).dump());
  } else {
    const auto zone = TimeZone::local(context.environment.variable("TZ").value_or(""));
    print_session(*session, *summary, zone, context.output);
  }
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_show(CLI::App& app, const CliContext& context) {
  struct Arguments {
    std::string session;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  app.add_option("SESSION", arguments->session, "Id prefix, title, or path of a log")->required();
  app.add_flag("--json", arguments->json, "Print JSON");
  app.footer("Example: kato show 4f2a");
  return
      [arguments, &context] { return show_session(arguments->session, arguments->json, context); };
}

}  // namespace kato
