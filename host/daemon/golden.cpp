#include "host/daemon/golden.h"

#include <algorithm>
#include <map>
#include <memory>

#include "host/base/line_diff.h"
#include "host/daemon/export_session.h"
#include "host/event/event_line.h"
#include "host/ingest/decode_session.h"
#include "host/io/files.h"
#include "host/recording/export_writer.h"

namespace kato {
namespace {

constexpr uint64_t kMaxExpectedBytes = uint64_t{64} << 20;
constexpr std::string_view kFirstStep = "root";

bool is_folder(FileSystem& files, const std::string& path) {
  const auto info = files.info(path);
  return info && info->type == FileType::kDirectory;
}

bool is_case(FileSystem& files, const std::string& folder) {
  return is_folder(files, join_path(folder, kFirstStep));
}

std::vector<std::string> steps_of(FileSystem& files, const std::string& folder) {
  std::vector<std::string> steps = {join_path(folder, kFirstStep)};
  for (size_t step = 2;; ++step) {
    auto path = join_path(folder, "step-" + std::to_string(step));
    if (!is_folder(files, path)) return steps;
    steps.push_back(std::move(path));
  }
}

// What a session came to, over all steps.
struct GoldenSession final : public EventListener {
  explicit GoldenSession(SessionRef of) : ref(std::move(of)), known(true) {}
  void on_event(const Event& event, CommandRight) override {
    append_event_line(lines, ref, event);
    lines.push_back('\n');
    next_seq = event.seq + 1;
  }
  SessionRef ref;
  FreshEventMemory known;
  uint64_t next_seq = 1;
  SessionSummary summary;
  std::string lines;
};

using GoldenSessions = std::map<std::string, std::unique_ptr<GoldenSession>>;

Status decode_step(FileSystem& files, const Root& root, GoldenSessions& sessions) {
  const std::vector<Root> roots{root};  // the sessions point to it
  const auto catalog = make_catalog(files, roots);
  for (const auto& session : catalog.sessions) {
    auto& golden = sessions[session.ref.provider_session_id];
    if (!golden) golden = std::make_unique<GoldenSession>(session.ref);
    golden->summary.add_facts(session.identity().project_directory,
                              session.identity().client_version);
    EventPipeline pipeline(golden->ref, golden->known, golden->next_seq, golden->summary, *golden,
                           nullptr);
    if (auto done = decode_session(files, session, pipeline); !done) return done;
  }
  if (catalog.problems.empty()) return {};
  return std::unexpected(catalog.problems.front().error);
}

Result<GoldenSessions> decode_case(FileSystem& files, Assembly& assembly,
                                   const std::string& folder) {
  for (const auto& candidate : assembly.rootless()) {
    GoldenSessions sessions;
    for (const auto& step : steps_of(files, folder)) {
      auto root = make_root(*candidate.provider, step, candidate.options_json, candidate.policy);
      if (!root) return forward(root);
      if (auto done = decode_step(files, *root, sessions); !done) return forward(done);
    }
    if (!sessions.empty()) return sessions;
  }
  return fail(ErrorCode::kNotFound, "{}: no provider finds a session in it", folder);
}

Result<std::string> render_lines(FileSystem& files, const GoldenSession& session,
                                 const ConfiguredSink& sink) {
  auto writer = ExportWriter::begin(files, {.sink = sink.sink,
                                            .options_json = sink.options_json,
                                            .session = session.ref,
                                            .zone = TimeZone::utc(),
                                            .spool_path = {}});
  if (!writer) return forward(writer);
  EventLineReader reader;
  for (std::string_view rest = session.lines; !rest.empty();) {
    const auto end = rest.find('\n');
    const auto event = reader.read(rest.substr(0, end));
    if (!event) return forward(event);
    if (auto taken = (*writer)->take(*event); !taken) return forward(taken);
    rest.remove_prefix(end + 1);
  }
  std::string rendered;
  const auto append = [&rendered](std::string_view bytes) {
    rendered.append(bytes);
    return Status{};
  };
  auto done = (*writer)->finish(context_of(session.ref, session.summary), append);
  if (!done) return forward(done);
  return rendered;
}

class CaseCheck {
 public:
  CaseCheck(FileSystem& files, std::string folder, GoldenMode mode, GoldenCase& result)
      : files_(files), folder_(std::move(folder)), mode_(mode), result_(result) {}

  Status compare(const std::string& name, std::string_view actual) {
    const auto path = join_path(folder_, name);
    auto expected = read_whole(files_, path, kMaxExpectedBytes);
    if (!expected && expected.error().code() != ErrorCode::kNotFound) return forward(expected);
    if (expected && *expected == actual) return {};
    if (mode_ == GoldenMode::kUpdate) {
      result_.updated.push_back(name);
      if (auto made = files_.make_folders(folder_, 0755); !made) return made;
      return replace_whole(files_, path, actual, Durability::kOrdered);
    }
    result_.failures.push_back(expected ? name + " differs:\n" + line_diff(*expected, actual)
                                        : name + " is missing; write it with --update");
    return {};
  }

 private:
  FileSystem& files_;
  std::string folder_;
  GoldenMode mode_;
  GoldenCase& result_;
};

// A provider's id of a session may have slashes.
std::string file_stem(std::string provider_session_id) {
  std::ranges::replace(provider_session_id, '/', '+');
  return provider_session_id;
}

std::vector<std::string> expected_files(FileSystem& files, const std::string& folder) {
  std::vector<std::string> names;
  if (const auto entries = files.list(folder)) {
    for (const auto& entry : *entries) {
      names.push_back(entry.name);
    }
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

Result<std::vector<std::string>> find_golden_cases(FileSystem& files, const std::string& folder) {
  if (is_case(files, folder)) return std::vector{folder};
  const auto fixtures = join_path(folder, "fixtures");
  const auto& cases_in = is_folder(files, fixtures) ? fixtures : folder;
  const auto entries = files.list(cases_in);
  if (!entries) return forward(entries);
  std::vector<std::string> cases;
  for (const auto& entry : *entries) {
    auto path = join_path(cases_in, entry.name);
    if (is_case(files, path)) cases.push_back(std::move(path));
  }
  std::ranges::sort(cases);
  if (!cases.empty()) return cases;
  return fail(ErrorCode::kNotFound, "{}: no case in it; a case is a folder with a folder '{}'",
              folder, kFirstStep);
}

Result<GoldenCase> run_golden_case(FileSystem& files, Assembly& assembly, const std::string& folder,
                                   GoldenMode mode) {
  GoldenCase result{.name = std::string(base_name(folder)), .failures = {}, .updated = {}};
  auto sessions = decode_case(files, assembly, folder);
  if (!sessions) return forward(sessions);
  const auto expected_folder = join_path(folder, "expected");
  CaseCheck check(files, expected_folder, mode, result);
  for (const auto& [id, session] : *sessions) {
    if (auto done = check.compare(file_stem(id) + ".jsonl", session->lines); !done) {
      return forward(done);
    }
  }
  for (const auto& name : expected_files(files, expected_folder)) {
    const auto dot = name.find_last_of('.');
    if (dot == std::string::npos) continue;
    const auto session = std::ranges::find_if(*sessions, [&name, dot](const auto& entry) {
      return file_stem(entry.first) == std::string_view(name).substr(0, dot);
    });
    if (session == sessions->end()) {
      result.failures.push_back(name + ": the case has no such session any more; remove the file");
      continue;
    }
    if (name.ends_with(".jsonl")) continue;
    const auto sink = assembly.sink_for(name, {});
    if (!sink) return forward(sink);
    const auto rendered = render_lines(files, *session->second, **sink);
    if (!rendered) return forward(rendered, name);
    if (auto done = check.compare(name, *rendered); !done) return forward(done);
  }
  return result;
}

}  // namespace kato
