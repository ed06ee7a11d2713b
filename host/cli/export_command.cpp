#include <CLI/CLI.hpp>
#include <memory>
#include <unistd.h>

#include "host/cli/assembled.h"
#include "host/cli/cli_command.h"
#include "host/cli/interruption.h"
#include "host/daemon/export_name.h"
#include "host/daemon/export_session.h"
#include "host/daemon/path_rules.h"
#include "host/daemon/session_lookup.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr std::string_view kStandardOutput = "-";

struct ExportArguments {
  std::vector<std::string> sessions;
  bool all = false;
  std::string destination;
  std::string format;
  bool force = false;
};

// One run of the command.
class ExportRun {
 public:
  ExportRun(const ExportArguments& arguments, const CliContext& context, Assembly& assembly)
      : arguments_(arguments),
        context_(context),
        assembly_(assembly),
        policy_(context.files, path_rules(assembly)) {}

  ExitCode run() {
    const auto sessions = chosen_sessions();
    if (!sessions) return context_.output.error(sessions.error());
    if (const auto usable = check_destination(sessions->size()); !usable) {
      return context_.output.error(usable.error());
    }
    const bool to_terminal = sessions->size() > 1 && ::isatty(STDERR_FILENO) == 1;
    ExitCode worst = ExitCode::kOk;
    for (size_t i = 0; i < sessions->size(); ++i) {
      if (to_terminal) show_progress(i + 1, sessions->size());
      if (auto done = export_one((*sessions)[i]); !done) {
        if (done.error().code() == ErrorCode::kCancelled) {
          return context_.output.error(done.error());
        }
        worst = context_.output.error(done.error());
      }
    }
    if (to_terminal) context_.output.note(fmt::format("{} sessions exported", sessions->size()));
    return worst;
  }

 private:
  Result<std::vector<KeptSession>> chosen_sessions() {
    const auto warn = [this](const std::string& text) { context_.output.note("warning: " + text); };
    if (arguments_.all) {
      return all_kept_sessions(context_.files, assembly_, WantedCopies::kAll, warn);
    }
    std::vector<KeptSession> sessions;
    for (const auto& text : arguments_.sessions) {
      auto found = find_kept_session(context_.files, assembly_, text, working_folder(), warn);
      if (!found) return forward(found);
      sessions.push_back(std::move(*found));
    }
    return sessions;
  }

  // Several sessions go into a folder.
  Status check_destination(size_t count) {
    folder_ = arguments_.destination;
    if (folder_.empty()) folder_ = working_folder();
    if (arguments_.destination == kStandardOutput) {
      if (count <= 1) return {};
      return fail(ErrorCode::kInvalid, "only one session can go to standard output");
    }
    if (!folder_.starts_with('/')) folder_ = join_path(working_folder(), folder_);
    const auto info = context_.files.info(folder_);
    is_folder_ = (info && info->type == FileType::kDirectory) || folder_.ends_with('/');
    if (is_folder_) {
      const auto folder = normal_path(folder_);
      if (auto allowed = check_export_folder(policy_, folder); !allowed) return allowed;
      return context_.files.make_folders(folder, 0700);
    }
    if (count <= 1) return {};
    return fail(ErrorCode::kInvalid, "{} is not a folder: several sessions need one", folder_);
  }

  Result<const ConfiguredSink*> sink_of(const KeptSession& session) const {
    if (!arguments_.format.empty()) return assembly_.sink(arguments_.format);
    const bool named =
        !arguments_.destination.empty() && !is_folder_ && arguments_.destination != kStandardOutput;
    return assembly_.sink_for(named ? arguments_.destination : std::string(kBuiltInDestination),
                              policy_of(session, assembly_));
  }

  Status export_one(const KeptSession& session) {
    const auto sink = sink_of(session);
    if (!sink) return forward(sink);
    const ExportInput input{
        .files = context_.files,
        .session = session,
        .sink = **sink,
        .state_directory = assembly_.paths().state_dir,
        .reading = {
            .keep_going = [] { return !was_interrupted(); },
            .warn = [this](const std::string& text) { context_.output.note("warning: " + text); }}};
    if (arguments_.destination == kStandardOutput) {
      const auto spool = join_path(context_.environment.variable("TMPDIR").value_or("/tmp"),
                                   fmt::format("kato-export-{}", ::getpid()));
      const auto print = [this](std::string_view bytes) -> Status {
        context_.output.print(bytes);
        if (context_.output.healthy()) return {};
        return fail(ErrorCode::kIo, "standard output was closed");
      };
      const auto done = export_session(input, spool, print);
      return done ? Status{} : forward(done);
    }
    const auto path = is_folder_ ? join_path(normal_path(folder_), name_of(session, **sink))
                                 : normal_path(folder_);
    const auto overwrite = arguments_.force ? Overwrite::kAllowed : Overwrite::kNever;
    const auto done = export_to_file(input, policy_, path, overwrite);
    if (!done) return forward(done);
    context_.output.print_line(*done == ExportResult::kUnchanged ? path + " (unchanged)" : path);
    return {};
  }

  std::string name_of(const KeptSession& session, const ConfiguredSink& sink) const {
    return export_name(session.ref, identity_of(session).first_time, sink.sink->file_extension(),
                       sink.zone);
  }

  void show_progress(size_t at, size_t of) const {
    static_cast<void>(::write(STDERR_FILENO, "\r", 1));
    const auto text = fmt::format("\rexporting {}/{}", at, of);
    static_cast<void>(::write(STDERR_FILENO, text.data(), text.size()));
  }

  const ExportArguments& arguments_;
  const CliContext& context_;
  Assembly& assembly_;
  PathPolicy policy_;
  std::string folder_;
  bool is_folder_ = false;
};

ExitCode run_export(const ExportArguments& arguments, const CliContext& context) {
  if (arguments.all == !arguments.sessions.empty()) {
    return context.output.usage_error("name sessions, or give --all; see: kato export --help");
  }
  auto assembly = assemble(context);
  if (!assembly) return context.output.error(assembly.error());
  const InterruptionGuard guard;
  return ExportRun(arguments, context, **assembly).run();
}

}  // namespace

CommandWork declare_export(CLI::App& app, const CliContext& context) {
  auto arguments = std::make_shared<ExportArguments>();
  app.add_option("SESSION", arguments->sessions, "Id prefix, title, or path of a log");
  app.add_flag("--all", arguments->all, "Every session that is found");
  app.add_option("-o,--output", arguments->destination,
                 "File, folder, or - for standard output (default: a name in this folder)");
  app.add_option("-f,--format", arguments->format, "Name of a sink: markdown, jsonl, ...");
  app.add_flag("--force", arguments->force, "Replace files that hold something else");
  app.footer("Example: kato export 4f2a -o notes/talk.md");
  return [arguments, &context] { return run_export(*arguments, context); };
}

}  // namespace kato
