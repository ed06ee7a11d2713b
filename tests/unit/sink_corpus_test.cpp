// The sinks on events of real conversations: cut anywhere, saved and opened again, the same bytes.
#include <algorithm>
#include <filesystem>
#include <random>

#include "host/daemon/assembly.h"
#include "host/daemon/export_session.h"
#include "host/event/event_line.h"
#include "host/ingest/decode_session.h"
#include "host/recording/render_stage.h"

#include "tests/support/catch.h"
#include "tests/support/places.h"
#include "tests/support/temporary_folder.h"

using namespace kato;

namespace {

constexpr size_t kMostLogBytes = 1'500'000;
constexpr size_t kEveryCutUpTo = 150;  // events; longer ones are cut at random

// The events of a session as lines, which own their texts.
struct EventLines final : public EventListener {
  explicit EventLines(const SessionRef& of) : ref(of) {}
  void on_event(const Event& event, CommandRight) override {
    append_event_line(lines.emplace_back(), ref, event);
  }
  const SessionRef& ref;
  std::vector<std::string> lines;
};

class Rendering {
 public:
  Rendering(const Sink& sink, const Session& session, std::string options)
      : sink_(sink), session_(session), options_(std::move(options)) {}

  // Saves and opens again behind each event that `cut` chooses.
  template <class Cut>
  std::string render(const std::vector<std::string>& lines, Cut&& cut) {
    RecordingContext context;
    context.session = session_.ref;
    context.title = "a title";
    auto renderer = open(context, nullptr);
    std::string out;
    REQUIRE(renderer->begin(out));
    for (size_t i = 0; i < lines.size(); ++i) {
      const auto event = reader_.read(lines[i]);
      REQUIRE(event);
      RenderStage stage(*renderer, sink_.wants_json(), session_.ref, TimeZone::utc());
      REQUIRE(stage.render(*event, out));
      if (!cut(i)) continue;
      const auto state = renderer->save();
      REQUIRE(state);
      renderer = open(context, &*state);
    }
    return out;
  }

 private:
  std::unique_ptr<Renderer> open(const RecordingContext& context, const StateBlob* state) {
    auto opened = sink_.open({.context = context, .options_json = options_, .state = state});
    REQUIRE(opened);
    return std::move(*opened);
  }

  const Sink& sink_;
  const Session& session_;
  std::string options_;
  EventLineReader reader_;
};

std::vector<std::string> logs_in(const std::string& corpus) {
  std::vector<std::string> logs;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus)) {
    const auto extension = entry.path().extension();
    if (!entry.is_regular_file() || (extension != ".jsonl" && extension != ".json")) continue;
    if (entry.file_size() <= kMostLogBytes) logs.push_back(entry.path().string());
  }
  std::ranges::sort(logs);
  return logs;
}

void check_log(FileSystem& files, Assembly& assembly, const std::string& log, size_t& sessions) {
  const auto session = session_of_file(files, log, assembly.rootless());
  if (!session) return;
  ++sessions;
  EventLines events(session->ref);
  FreshEventMemory memory(restates(*session));
  SessionSummary summary;
  EventPipeline pipeline(session->ref, memory, 1, summary, events, nullptr);
  REQUIRE(decode_session(files, *session, pipeline));
  std::mt19937 random(events.lines.size());  // NOLINT(cert-msc51-cpp): the same run each time
  const bool every = events.lines.size() <= kEveryCutUpTo;
  for (const auto& id : assembly.plugins().sink_ids()) {
    const auto sink = assembly.plugins().sink(id);
    REQUIRE(sink);
    const std::string everything =
        (*sink)->file_extension() == "md"
            ? R"({"includeThinking":true,"includeToolCalls":true,"includeSystemEvents":true})"
            : "{}";
    for (const auto& options : {std::string("{}"), everything}) {
      Rendering rendering(**sink, *session, options);
      const auto whole = rendering.render(events.lines, [](size_t) { return false; });
      const auto cut =
          rendering.render(events.lines, [&](size_t) { return every || random() % 16 == 0; });
      INFO(log << " by " << id);
      CHECK(whole == cut);
    }
  }
}

}  // namespace

TEST_CASE("P2: a rendering cut anywhere is the rendering at once, on real conversations",
          "[sinks][P2]") {
  const auto corpus = kato::test::corpus_folder();
  if (!corpus) {
    WARN("skipped: no corpus beside the source tree");
    return;
  }
  const kato::test::TemporaryFolder home;
  const auto files = make_posix_file_system();
  const FixedEnvironment environment({{"HOME", home.path()}});
  const auto assembly = Assembly::make({.files = *files,
                                        .environment = environment,
                                        .program_path = kato::test::binary_dir() + "/bin/kato",
                                        .state_dir = {},
                                        .config_path = {}});
  REQUIRE(assembly);
  size_t sessions = 0;
  for (const auto& log : logs_in(*corpus)) {
    check_log(*files, **assembly, log, sessions);
  }
  CHECK(sessions > 100);
}
