#include <CLI/CLI.hpp>
#include <memory>

#include <nlohmann/json.hpp>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/daemon/session_lookup.h"
#include "host/ingest/inspection.h"

namespace kato {
namespace {

nlohmann::ordered_json to_json(const std::string& file, const Session& session,
                               const Inspection& inspection) {
  nlohmann::ordered_json json;
  json["file"] = file;
  json["provider"] = session.ref.provider;
  json["providerSessionId"] = session.ref.provider_session_id;
  json["clientVersions"] = inspection.summary.client_versions;
  json["bytes"] = {{"total", inspection.total_bytes}, {"accounted", inspection.accounted_bytes}};
  json["repairedCharacters"] = inspection.repaired_characters;
  json["records"] = nlohmann::ordered_json::array();
  for (const auto& records : inspection.records) {
    nlohmann::ordered_json entry;
    entry["type"] = records.type;
    entry["outcome"] = records.outcome;
    if (!records.reason.empty()) entry["reason"] = records.reason;
    entry["count"] = records.count;
    entry["bytes"] = records.bytes;
    json["records"].push_back(std::move(entry));
  }
  json["events"] = nlohmann::ordered_json::object();
  for (const auto kind : kAllEventKinds) {
    const auto count = inspection.summary.counts[static_cast<size_t>(kind)];
    if (count > 0) json["events"][std::string(kind_name(kind))] = count;
  }
  json["problems"] = nlohmann::ordered_json::array();
  for (const auto& problem : inspection.problems) {
    json["problems"].push_back(
        {{"line", problem.line}, {"offset", problem.offset_bytes}, {"what", problem.what}});
  }
  return json;
}

void print_inspection(const std::string& file, const Session& session, const Inspection& inspection,
                      const Output& output) {
  output.print_line(file);
  output.print_line(fmt::format("{} {}, {} of {} bytes accounted for", session.ref.provider,
                                session.ref.provider_session_id, inspection.accounted_bytes,
                                inspection.total_bytes));
  for (const auto& version : inspection.summary.client_versions) {
    output.print_line("client " + version);
  }
  output.print_line("\nrecords");
  for (const auto& records : inspection.records) {
    output.print_line(fmt::format("{:>8} {:>12} B  {:<10} {}{}{}", records.count, records.bytes,
                                  records.outcome, records.type,
                                  records.reason.empty() ? "" : "  because: ", records.reason));
  }
  output.print_line("\nevents");
  for (const auto kind : kAllEventKinds) {
    const auto count = inspection.summary.counts[static_cast<size_t>(kind)];
    if (count > 0) output.print_line(fmt::format("{:>8}  {}", count, kind_name(kind)));
  }
  if (inspection.problems.empty()) return;
  output.print_line("\nproblems");
  for (const auto& problem : inspection.problems) {
    output.print_line(
        fmt::format("  line {}, offset {}: {}", problem.line, problem.offset_bytes, problem.what));
  }
  if (inspection.problem_count > inspection.problems.size()) {
    output.print_line(
        fmt::format("  and {} more", inspection.problem_count - inspection.problems.size()));
  }
}

ExitCode run_inspect(const std::string& text, bool json, const CliContext& context) {
  auto assembly = assemble(context);
  if (!assembly) return context.output.error(assembly.error());
  const auto session = find_session(context.files, **assembly, text, working_folder());
  if (!session) return context.output.error(session.error());
  const auto inspection = inspect(context.files, *session);
  if (!inspection) return context.output.error(inspection.error());
  const auto& file = session->sources.front().file.path;
  if (json) {
    context.output.print_line(to_json(file, *session, *inspection).dump());
  } else {
    print_inspection(file, *session, *inspection, context.output);
  }
  return ExitCode::kOk;
}

}  // namespace

CommandWork declare_inspect(CLI::App& app, const CliContext& context) {
  struct Arguments {
    std::string log;
    bool json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  app.add_option("LOGFILE", arguments->log, "Path of a log, or a session")->required();
  app.add_flag("--json", arguments->json, "Print JSON");
  app.footer("Example: kato inspect ~/logs/4f2a.jsonl");
  return [arguments, &context] { return run_inspect(arguments->log, arguments->json, context); };
}

}  // namespace kato
