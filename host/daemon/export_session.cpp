#include "host/daemon/export_session.h"

#include "host/io/files.h"
#include "host/recording/export_writer.h"

namespace kato {
namespace {

constexpr std::string_view kSpoolSuffix = ".kato-body";
constexpr std::string_view kNewSuffix = ".kato-new";

class EventsIntoExport final : public EventListener {
 public:
  explicit EventsIntoExport(ExportWriter& writer) : writer_(writer) {}
  void on_event(const Event& event, CommandRight) override {
    if (status_) status_ = writer_.take(event);
  }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  ExportWriter& writer_;
  Status status_;
};

// Removes a temporary file unless it was put to use.
class TemporaryFile {
 public:
  TemporaryFile(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {
    static_cast<void>(files_.remove(path_));  // left over from an interrupted run
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  TemporaryFile(TemporaryFile&&) = delete;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() { static_cast<void>(files_.remove(path_)); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  FileSystem& files_;
  std::string path_;
};

Result<bool> same_content(FileSystem& files, const std::string& one, const std::string& other) {
  constexpr size_t kPieceBytes = size_t{256} << 10;
  auto first = files.open(one, OpenMode::kRead);
  auto second = files.open(other, OpenMode::kRead);
  if (!first) return forward(first);
  if (!second) return forward(second);
  std::string a(kPieceBytes, '\0');
  std::string b(kPieceBytes, '\0');
  for (uint64_t at = 0;; at += kPieceBytes) {
    const auto got_a = (*first)->read_at(at, a);
    const auto got_b = (*second)->read_at(at, b);
    if (!got_a) return forward(got_a);
    if (!got_b) return forward(got_b);
    if (*got_a != *got_b || a.compare(0, *got_a, b, 0, *got_b) != 0) return false;
    if (*got_a < kPieceBytes) return true;
  }
}

Status as_status(const std::string& path, const Decision& place) {
  if (place.allowed()) return {};
  if (place.fault) return std::unexpected(*place.fault);
  return fail(ErrorCode::kRefused, "{} may not be written: {}; name another place with -o", path,
              place.reason);
}

// The name itself is replaced, and where a link stands there, what it leads to is not written; but
// neither may be one of those that nobody writes. A link that leads nowhere only stands somewhere.
Status check_export_path(FileSystem& files, const PathPolicy& policy, const std::string& path) {
  const auto beside = policy.check_explicit(path + std::string(kNewSuffix));
  if (auto allowed = as_status(path, beside); !allowed) return allowed;
  const auto found = files.info(path);
  if (!found || found->type == FileType::kDirectory) return {};
  return as_status(path, policy.check_explicit(path));
}

}  // namespace

Status check_export_folder(const PathPolicy& policy, const std::string& folder) {
  return as_status(folder, policy.check_explicit(join_path(folder, kNewSuffix)));
}

RecordingContext context_of(const SessionRef& session, const SessionSummary& summary) {
  RecordingContext context;
  context.session = session;
  context.title = summary.first_message.empty() ? summary.logged_title : summary.first_message;
  context.project_directory = summary.project_directory;
  context.models = summary.models;
  context.event_kinds = summary.kinds();
  return context;
}

Result<SessionSummary> export_session(const ExportInput& input, const std::string& spool_path,
                                      const std::function<Status(std::string_view)>& out) {
  auto writer = ExportWriter::begin(input.files, {.sink = input.sink.sink,
                                                  .options_json = input.sink.options_json,
                                                  .session = input.session.ref,
                                                  .zone = input.sink.zone,
                                                  .spool_path = spool_path});
  if (!writer) return forward(writer);
  SessionSummary summary;
  EventsIntoExport events(**writer);
  auto how = input.reading;
  how.keep_going = [&] { return events.status().has_value() && input.reading.keep_going(); };
  const auto read =
      read_session(input.files, input.state_directory, input.session, summary, events, how);
  if (!events.status()) return forward(events.status());
  if (!read) return forward(read);
  if (auto done = (*writer)->finish(context_of(input.session.ref, summary), out); !done) {
    return forward(done);
  }
  return summary;
}

Result<ExportResult> export_to_file(const ExportInput& input, const PathPolicy& policy,
                                    const std::string& path, Overwrite overwrite) {
  auto& files = input.files;
  if (auto allowed = check_export_path(files, policy, path); !allowed) return forward(allowed);
  const auto found = files.info(path);
  if (found && found->type != FileType::kRegular) {
    return fail(ErrorCode::kInvalid, "{} is not a file: name a file to write to", path);
  }
  if (!found && files.link_info(path) && overwrite == Overwrite::kNever) {
    return fail(ErrorCode::kExists,
                "{} is a link that leads nowhere; name another file with -o, or replace the link "
                "with --force",
                path);
  }
  const TemporaryFile spool(files, path + std::string(kSpoolSuffix));
  const TemporaryFile fresh(files, path + std::string(kNewSuffix));
  auto file = files.open(fresh.path(), OpenMode::kCreateNew);
  if (!file && file.error().code() == ErrorCode::kNotFound) {
    return fail(ErrorCode::kNotFound, "{}: its folder is not there; make it first: mkdir -p '{}'",
                path, parent_folder(path));
  }
  if (!file) return forward(file);
  const auto append = [&file](std::string_view bytes) { return (*file)->append(bytes); };
  const auto summary = export_session(input, spool.path(), append);
  if (!summary) return forward(summary);
  const auto exists = files.info(path);
  if (exists) {
    const auto same = same_content(files, path, fresh.path());
    if (!same) return forward(same);
    if (*same) return ExportResult::kUnchanged;
    if (overwrite == Overwrite::kNever) {
      return fail(ErrorCode::kExists,
                  "{} exists and holds something else; name another file with -o, or replace it "
                  "with --force",
                  path);
    }
    if (auto set = (*file)->set_mode(exists->mode); !set) return forward(set);
  }
  if (auto synced = (*file)->sync(); !synced) return forward(synced);
  if (auto moved = files.rename(fresh.path(), path); !moved) return forward(moved);
  if (auto synced = files.sync_folder(parent_folder(path)); !synced) return forward(synced);
  return ExportResult::kWritten;
}

}  // namespace kato
