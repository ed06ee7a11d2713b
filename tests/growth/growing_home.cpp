#include "tests/growth/growing_home.h"

#include <filesystem>
#include <fstream>

#include "host/event/event_id.h"
#include "host/event/event_line.h"
#include "host/ingest/decode_session.h"
#include "host/session/state_folder.h"

#include "tests/growth/twin_comparison.h"
#include "tests/support/catch.h"
#include "tests/support/places.h"

namespace kato::test {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kRestartOneIn = 25;
constexpr auto kLongEnoughToCommit = std::chrono::milliseconds(1100);

void write_file(const std::string& path, std::string_view bytes, std::ios::openmode mode) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream out(path, std::ios::binary | mode);
  out << bytes;
  REQUIRE(out.flush());
}

std::unique_ptr<FolderEvents> folder_events() {
  auto events = make_folder_events();
  REQUIRE(events);
  return std::move(*events);
}

// What a session comes to when it is decoded at once.
class Lines final : public EventListener {
 public:
  explicit Lines(const SessionRef& ref) : ref_(ref) {}
  void on_event(const Event& event, CommandRight /*right*/) override {
    append_event_line(text, ref_, event);
    text += '\n';
  }
  std::string text;

 private:
  const SessionRef& ref_;
};

std::string decode_at_once(FileSystem& files, const Session& session) {
  FreshEventMemory known(restates(session));
  SessionSummary summary;
  Lines lines(session.ref);
  EventPipeline pipeline(session.ref, known, 1, summary, lines, nullptr);
  const auto done = decode_session(files, session, pipeline);
  INFO(session.sources.front().file.path);
  REQUIRE(done);
  return std::move(lines.text);
}

}  // namespace

GrowingHome::GrowingHome(const GrowthInput& input)
    : input_(input),
      random_(input.seed),
      environment_({{"HOME", home_.path()}, {"TZ", "UTC"}}),
      files_(make_posix_file_system()) {
  home_.write(".kato/kato.yaml",
              "schemaVersion: 1\nglobalAutoGenerateSnapshots: true\nproviders:\n"
              "  - plugin: " +
                  input.plugin + "\n    roots:\n      - path: " + home_ / "root" + "\n");
  fs::permissions(home_ / ".kato", fs::perms::owner_all);
  fs::create_directories(home_ / "root");
}

std::string GrowingHome::source_path(const testkit::SourceFile& source) const {
  return home_ / "root/" + source.content.path;
}

std::unique_ptr<Assembly> GrowingHome::assemble() const {
  auto assembly = Assembly::make({.files = *files_,
                                  .environment = environment_,
                                  .program_path = binary_dir() + "/bin/kato",
                                  .state_dir = {},
                                  .config_path = {}});
  if (!assembly) FAIL(assembly.error().message());
  return std::move(*assembly);
}

void GrowingHome::start() {
  auto daemon = Daemon::make({.files = *files_,
                              .clock = clock_,
                              .environment = environment_,
                              .assembly = assemble(),
                              .make_folder_events = folder_events});
  if (!daemon) FAIL(daemon.error().message());
  daemon_ = std::move(*daemon);
  daemon_->work([] { return false; });
}

void GrowingHome::restart() {
  REQUIRE(daemon_->finish());
  daemon_.reset();
  start();
}

// Until nothing is due any more.
void GrowingHome::settle() {
  for (int i = 0; i < 100; ++i) {
    daemon_->work([] { return false; });
    const auto due = daemon_->due();
    if (!due) return;
    const auto left = *due - clock_.steady();
    clock_.advance(std::chrono::ceil<std::chrono::milliseconds>(left));
  }
  FAIL("the daemon does not come to rest");
}

// Finds out from the finished logs which of them make one session, and takes them away again.
std::vector<GrowingHome::Line> GrowingHome::plan() {
  for (const auto& source : input_.sources) {
    write_file(source_path(source), source.content.bytes, std::ios::trunc);
    for (const auto& companion : source.content.companions) {
      if (companion.content) {
        write_file(home_ / "root/" + companion.path, *companion.content, std::ios::trunc);
      }
    }
  }
  const auto assembly = assemble();
  const auto catalog = make_catalog(*files_, assembly->roots());
  std::vector<Line> lines;
  for (const auto& session : catalog.sessions) {
    auto& line = lines.emplace_back();
    for (const auto& source : session.sources) {
      line.push_back({source.file.path, {}});
    }
    for (const auto& source : session.set_aside) {
      line.push_back({source.file.path, {}});
    }
  }
  for (auto& line : lines) {
    for (auto& growing : line) {
      for (size_t i = 0; i < input_.sources.size(); ++i) {
        if (source_path(input_.sources[i]) != growing.path) continue;
        growing.moments = moments_of(input_.sources[i].content.bytes, input_.growths[i],
                                     input_.most_moments, random_);
        moments_ += growing.moments.size();
      }
      fs::remove(growing.path);
    }
  }
  return lines;
}

std::string GrowingHome::compare() {
  const auto assembly = assemble();
  const auto catalog = make_catalog(*files_, assembly->roots());
  const StateFolder state(assembly->paths().state_dir);
  for (const auto& session : catalog.sessions) {
    const auto at_once = decode_at_once(*files_, session);
    const auto key = make_session_key(session.ref.provider, session.ref.session_id);
    std::ostringstream grown;
    grown << std::ifstream(state.twin(key), std::ios::binary).rdbuf();
    const bool is_document = session.sources.front().file.rule().growth == Growth::kDocument;
    const auto difference = difference_of_twins(std::move(grown).str(), at_once, is_document);
    if (!difference.empty()) return session.sources.front().file.path + ": " + difference;
    ++sessions_;
  }
  return {};
}

std::string GrowingHome::run() {
  auto lines = plan();
  start();
  while (!lines.empty()) {
    auto& line = lines[random_.below(lines.size())];
    // A document that is half written when a daemon starts is known only as something that was
    // there before; it has no twin until it is written again.
    const bool is_half = line.front().moments.front().is_half;
    strike(line.front().path, line.front().moments.front());
    line.front().moments.pop_front();
    if (line.front().moments.empty()) line.pop_front();
    std::erase_if(lines, [](const Line& one) { return one.empty(); });
    if (random_.one_in(4)) continue;  // several writes before the daemon comes to look
    daemon_->work([] { return false; });
    if (random_.one_in(8)) clock_.advance(kLongEnoughToCommit);
    if (!is_half && random_.one_in(kRestartOneIn)) restart();
  }
  settle();
  REQUIRE(daemon_->finish());
  daemon_.reset();
  return compare();
}

}  // namespace kato::test
