#include <cerrno>

#include "host/event/event_id.h"
#include "host/event/event_line.h"
#include "host/recording/command_interpreter.h"
#include "host/recording/destination_file.h"
#include "host/recording/export_writer.h"
#include "host/recording/recorder.h"

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::FaultyFileSystem;
using kato::test::FileOperation;
using kato::test::TemporaryFolder;

namespace {

// A sink in host types: a head, then each text on a line with a running number.
class NumberingRenderer final : public Renderer {
 public:
  NumberingRenderer(std::string title, uint64_t number)
      : title_(std::move(title)), number_(number) {}
  Status begin(std::string& out) override {
    out += "# " + title_ + "\n";
    return {};
  }
  Status append(std::span<const RenderEvent> events, std::string& out) override {
    for (const auto& event : events) {
      out += std::to_string(++number_) + " " + std::string(event.event->body.payload.text) + "\n";
    }
    return {};
  }
  Result<HeadChange> refresh_head(std::string_view) override { return HeadChange{}; }
  Result<StateBlob> save() override {
    return StateBlob{.version = 1, .blob = std::to_string(number_)};
  }

 private:
  std::string title_;
  uint64_t number_;
};

class NumberingSink final : public Sink {
 public:
  NumberingSink() {
    identity_.id = "numbering";
    identity_.version = "1.0.0";
  }
  [[nodiscard]] const PluginIdentity& identity() const override { return identity_; }
  [[nodiscard]] const PluginAbout& about() const override { return about_; }
  [[nodiscard]] bool wants_json() const override { return false; }
  [[nodiscard]] std::string_view file_extension() const override { return "txt"; }
  [[nodiscard]] std::string_view media_type() const override { return "text/plain"; }
  [[nodiscard]] Result<std::unique_ptr<Renderer>> open(
      const OpenRendererRequest& request) const override {
    const uint64_t number = request.state == nullptr ? 0 : std::stoull(request.state->blob);
    return std::make_unique<NumberingRenderer>(request.context.title, number);
  }

 private:
  PluginIdentity identity_;
  PluginAbout about_;
};

const SessionRef kSession{"line", "one", make_session_id("line", "one")};

// A session with a twin of the texts "text 1", "text 2", ... and one recording.
struct Desk {
  TemporaryFolder folder;
  FaultyFileSystem files;
  NumberingSink sink;
  SessionMeta meta;
  TwinSource twin;
  RecordingMeta recording;
  PathPolicy policy{files,
                    {.state_directory = folder / "state",
                     .allowed_write_roots = {folder / "notes"},
                     .provider_roots = {},
                     .allow_hard_links = false}};

  Desk() {
    folder.write("notes/.keep", "");
    meta.identity.provider = kSession.provider;
    meta.identity.provider_session_id = kSession.provider_session_id;
    meta.identity.session_id = kSession.session_id;
    twin.path = folder / "twin";
    twin.generation = 1;
    recording.destination = folder / "notes/a.txt";
    recording.sink_plugin = "numbering";
    recording.time_zone = "UTC";
    say(3);
  }

  void say(int count) {
    std::string lines = folder.read("twin");
    for (int i = 0; i < count; ++i) {
      const auto text = "text " + std::to_string(++said);
      Event event;
      event.body.kind = EventKind::kUserMessage;
      event.body.payload.text = text;
      event.id = make_event_id(kSession.session_id, text, "text/0", "");
      event.seq = static_cast<uint64_t>(said);
      append_event_line(lines, kSession, event);
      lines.push_back('\n');
    }
    folder.write("twin", lines);
    twin.size_bytes = lines.size();
  }

  void period(uint64_t from, std::optional<uint64_t> to = std::nullopt) {
    RecordingPeriod made{.start = {.seq = from, .event_id = {}, .time = {}}, .stop = {}};
    if (to) made.stop = PeriodMark{.seq = *to, .event_id = {}, .time = {}};
    recording.periods.push_back(made);
  }

  Status serve() {
    const RecorderInput input{.files = files,
                              .session = meta,
                              .twin = twin,
                              .sink = sink,
                              .policy = policy,
                              .allow_hard_links = false,
                              .explicit_destination = false,
                              .context = []() -> Result<RecordingContext> {
                                RecordingContext context;
                                context.session = kSession;
                                context.title = "title";
                                return context;
                              }};
    return bring_up_to_date(input, recording);
  }

  [[nodiscard]] std::string written() const { return folder.read("notes/a.txt"); }
  int said = 0;
};

CommandedMessage message(std::string_view text, uint64_t seq) {
  return {.found = parse_commands(text),
          .message = {.seq = seq, .event_id = make_event_id("s", std::to_string(seq), "", "")},
          .time = UnixMillis{1'772'000'000'000}};
}

Interpretation obey(Desk& desk, std::string_view text, uint64_t seq, bool taken = false) {
  DestinationRules rules;
  rules.state_directory = desk.folder / "state";
  const std::vector<SinkExtension> sinks = {{"numbering", "txt"}};
  rules.sinks = sinks;
  rules.default_extension = "txt";
  rules.default_path = desk.folder / "notes/{shortId}.txt";
  desk.meta.identity.project_directory = desk.folder / "notes";
  const SessionNames names{.provider = "line",
                           .session_id = kSession.session_id,
                           .short_id = "12345678",
                           .title = "",
                           .project_directory = desk.folder / "notes",
                           .first_time = std::nullopt};
  const InterpreterInput input{.files = desk.files,
                               .policy = desk.policy,
                               .rules = rules,
                               .names = names,
                               .sink_for = [](const std::string&) -> Result<PinnedSink> {
                                 return PinnedSink{"numbering", "numbering", "1.0.0", "{}", "UTC"};
                               },
                               .fed_by_other = [taken](const std::string&) { return taken; }};
  return interpret(message(text, seq), input, desk.meta);
}

}  // namespace

TEST_CASE("a recording gets the events of its periods, in pieces or at once", "[recording][P2]") {
  Desk at_once;
  at_once.say(3);
  at_once.period(2, 4);
  at_once.period(6);
  REQUIRE(at_once.serve());
  CHECK(at_once.written() == "# title\n1 text 2\n2 text 3\n3 text 4\n4 text 6\n");

  Desk in_pieces;
  in_pieces.period(2);
  REQUIRE(in_pieces.serve());
  in_pieces.recording.periods.back().stop = PeriodMark{.seq = 4, .event_id = {}, .time = {}};
  in_pieces.say(1);
  REQUIRE(in_pieces.serve());
  in_pieces.period(6);
  in_pieces.say(2);
  REQUIRE(in_pieces.serve());
  CHECK(in_pieces.written() == at_once.written());
}

TEST_CASE("P1: serving again without anything new writes nothing", "[recording][P1]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  const auto before = desk.written();
  CHECK_FALSE(is_behind(desk.recording, desk.twin));
  REQUIRE(desk.serve());
  CHECK(desk.written() == before);
}

TEST_CASE("P5: a file with content is gone on with, behind a newline", "[recording][P5]") {
  Desk desk;
  desk.folder.write("notes/a.txt", "my own words");
  desk.period(0);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "my own words\n1 text 1\n2 text 2\n3 text 3\n");
}

TEST_CASE("P5: what the user adds and removes between two writes stands", "[recording][P5]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  desk.folder.write("notes/a.txt", "rewritten by hand\n");
  desk.say(1);
  REQUIRE(desk.serve());
  CHECK(desk.written() == "rewritten by hand\n4 text 4\n");
}

TEST_CASE("P5: a destination that vanished is not made again by itself", "[recording][P5]") {
  Desk desk;
  desk.period(0);
  REQUIRE(desk.serve());
  REQUIRE(desk.files.remove(desk.folder / "notes/a.txt"));
  desk.say(1);
  CHECK(desk.serve().error().code() == ErrorCode::kNotFound);
  CHECK_FALSE(desk.files.info(desk.folder / "notes/a.txt"));
}

TEST_CASE("P5: a destination outside of the allowed folders is refused", "[recording][P5]") {
  Desk desk;
  desk.recording.destination = desk.folder / "elsewhere.txt";
  desk.period(0);
  CHECK(desk.serve().error().code() == ErrorCode::kRefused);
  CHECK_FALSE(desk.files.info(desk.folder / "elsewhere.txt"));
}

TEST_CASE("a failure leaves the cursor where it was", "[recording][P2]") {
  Desk desk;
  desk.period(0);
  desk.files.fault = [](FileOperation operation, const std::string& path) {
    return operation == FileOperation::kOpen && path.ends_with("a.txt") ? ENOSPC : 0;
  };
  CHECK_FALSE(desk.serve());
  CHECK_FALSE(desk.recording.cursor.written);
  desk.files.fault = {};
  REQUIRE(desk.serve());
  CHECK(desk.written() == "# title\n1 text 1\n2 text 2\n3 text 3\n");
}

TEST_CASE("the body of an export follows a head that knows all of it", "[recording]") {
  Desk desk;
  auto writer = ExportWriter::begin(desk.files, {.sink = &desk.sink,
                                                 .options_json = {},
                                                 .session = kSession,
                                                 .zone = TimeZone::utc(),
                                                 .spool_path = desk.folder / "spool"});
  REQUIRE(writer);
  const std::string long_text(300'000, 'x');
  Event event;
  event.body.payload.text = long_text;
  for (int i = 0; i < 10; ++i)
    REQUIRE((*writer)->take(event));
  CHECK(desk.files.info(desk.folder / "spool"));
  RecordingContext context;
  context.title = "known at the end";
  std::string out;
  const auto take = [&out](std::string_view bytes) {
    out += bytes;
    return Status{};
  };
  REQUIRE((*writer)->finish(context, take));
  writer->reset();
  CHECK(out.starts_with("# known at the end\n1 xxx"));
  CHECK(out.size() > 10 * long_text.size());
  CHECK_FALSE(desk.files.info(desk.folder / "spool"));
}

TEST_CASE("::start makes a recording, a second one to the same file none", "[recording]") {
  Desk desk;
  CHECK(obey(desk, "::start b.txt", 5).needs_twin);
  REQUIRE(desk.meta.recordings.size() == 1);
  CHECK(desk.meta.recordings[0].destination == desk.folder / "notes/b.txt");
  CHECK(desk.meta.recordings[0].periods[0].start.seq == 5);
  CHECK_FALSE(obey(desk, "::start b.txt", 6).changed);
}

TEST_CASE("::stop and ::start again are one recording with two periods", "[recording]") {
  Desk desk;
  obey(desk, "::start b.txt", 5);
  const auto id = desk.meta.recordings[0].recording_id;
  obey(desk, "::stop id:" + id.substr(0, 6), 7);
  CHECK(desk.meta.recordings[0].desired == DesiredState::kOff);
  CHECK(desk.meta.recordings[0].periods[0].stop->seq == 7);
  obey(desk, "::start b.txt", 9);
  REQUIRE(desk.meta.recordings.size() == 1);
  CHECK(desk.meta.recordings[0].recording_id == id);
  CHECK(desk.meta.recordings[0].periods.size() == 2);
}

TEST_CASE("::stop dest: stops the one with that destination", "[recording]") {
  Desk desk;
  obey(desk, "::start b.txt\n::start c.txt", 5);
  obey(desk, "::stop dest:c.txt", 6);
  CHECK(desk.meta.recordings[0].desired == DesiredState::kOn);
  CHECK(desk.meta.recordings[1].desired == DesiredState::kOff);
}

TEST_CASE("::capture begins at the beginning, in a file of its own if it is taken", "[recording]") {
  Desk desk;
  obey(desk, "::start b.txt", 5);
  obey(desk, "::capture b.txt", 6);
  REQUIRE(desk.meta.recordings.size() == 2);
  CHECK(desk.meta.recordings[1].destination == desk.folder / "notes/b-2.txt");
  CHECK(desk.meta.recordings[1].periods[0].start.seq == 0);
}

TEST_CASE("::export waits to be written once, and makes no recording", "[recording]") {
  Desk desk;
  const auto done = obey(desk, "::export b.txt", 5);
  CHECK(done.changed);
  CHECK_FALSE(done.needs_twin);
  REQUIRE(desk.meta.pending_exports.size() == 1);
  CHECK(desk.meta.pending_exports[0].through.seq == 5);
}

TEST_CASE("::private ends all recordings, and only ::start lifts it", "[recording][P6]") {
  Desk desk;
  obey(desk, "::start b.txt", 5);
  CHECK(obey(desk, "::private", 6).made_private);
  CHECK(desk.meta.is_private);
  CHECK(desk.meta.recordings[0].desired == DesiredState::kOff);
  obey(desk, "::stop", 7);
  CHECK(desk.meta.is_private);
  obey(desk, "::start b.txt", 8);
  CHECK_FALSE(desk.meta.is_private);
}

TEST_CASE("one line that is not valid keeps the whole message from running", "[recording]") {
  Desk desk;
  const auto done = obey(desk, "::start b.txt\n::export", 5);
  CHECK_FALSE(done.changed);
  CHECK(desk.meta.recordings.empty());
  REQUIRE(done.audit.size() == 1);
  CHECK(done.audit[0].reason.find("line 2") != std::string::npos);
}

TEST_CASE("P5: forbidden and taken destinations are audited and nothing else", "[recording][P5]") {
  Desk desk;
  const auto outside = obey(desk, "::start /etc/kato.txt", 5);
  CHECK(desk.meta.recordings.empty());
  REQUIRE(outside.audit.size() == 1);
  CHECK_FALSE(outside.audit[0].allowed);
  CHECK_FALSE(obey(desk, "::start b.txt", 6, true).changed);
  CHECK(desk.meta.recordings.empty());
}
