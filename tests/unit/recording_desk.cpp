#include "tests/unit/recording_desk.h"

#include <cerrno>
#include <set>

#include "host/base/time_text.h"
#include "host/event/event_id.h"
#include "host/event/event_line.h"
#include "host/recording/whole_replacement.h"
#include "host/recording/write_recovery.h"
#include "host/session/twin_reader.h"

namespace kato::test {

const SessionRef kRecordedSession{"line", "one", make_session_id("line", "one")};

namespace {

class NumberingRenderer final : public Renderer {
 public:
  NumberingRenderer(std::string title, uint64_t number, uint32_t state_version, bool numbers)
      : title_(std::move(title)),
        number_(number),
        state_version_(state_version),
        numbers_(numbers) {}
  Status begin(std::string& out) override {
    out += "# " + title_ + "\n";
    return {};
  }
  Status append(std::span<const RenderEvent> events, std::string& out) override {
    for (const auto& event : events) {
      ++number_;
      out += (numbers_ ? std::to_string(number_) + " " : std::string("\n")) +
             std::string(event.event->body.payload.text);
      if (event.event->captured_at) out += " @" + format_rfc3339(*event.event->captured_at);
      out += "\n";
    }
    return {};
  }
  Result<HeadChange> refresh_head(std::string_view existing) override {
    constexpr std::string_view kHead = "---\n";
    if (!existing.starts_with(kHead) || existing.starts_with("---\nrecorded\n")) {
      return HeadChange{};
    }
    return HeadChange{.replaced_bytes = kHead.size(), .head = "---\nrecorded\n"};
  }
  Result<StateBlob> save() override {
    return StateBlob{.version = state_version_, .blob = std::to_string(number_)};
  }

 private:
  std::string title_;
  uint64_t number_;
  uint32_t state_version_;
  bool numbers_;
};

}  // namespace

NumberingSink::NumberingSink() {
  identity_.id = "numbering";
  identity_.version = "1.0.0";
}

Result<std::unique_ptr<Renderer>> NumberingSink::open(const OpenRendererRequest& request) const {
  if (request.state != nullptr && request.state->version != state_version) {
    return fail(ErrorCode::kUnsupported, "a state of another version");
  }
  const uint64_t number = request.state == nullptr ? 0 : std::stoull(request.state->blob);
  return std::make_unique<NumberingRenderer>(request.context.title, number, state_version, numbers);
}

Desk::Desk() : journal_(std::make_unique<WriteJournal>(folder / "writes")) {
  folder.write("notes/.keep", "");
  meta.identity.provider = kRecordedSession.provider;
  meta.identity.provider_session_id = kRecordedSession.provider_session_id;
  meta.identity.session_id = kRecordedSession.session_id;
  twin.file = {.path = folder / "twin", .session_id = kRecordedSession.session_id};
  twin.generation = 1;
  RecordingMeta recording;
  recording.recording_id = "recording";
  recording.destination = folder / "notes/a.txt";
  recording.sink_plugin = "numbering";
  recording.time_zone = "UTC";
  recording.desired = DesiredState::kOn;
  meta.recordings.push_back(recording);
  say(3);
}

void Desk::say(int count, std::optional<UnixMillis> captured) {
  const auto before = lines_.size();
  for (int i = 0; i < count; ++i) {
    const auto text = "text " + std::to_string(++said_);
    Event event;
    event.body.kind = EventKind::kUserMessage;
    event.body.payload.text = text;
    event.id = make_event_id(kRecordedSession.session_id, text, "text/0", "");
    event.seq = static_cast<uint64_t>(said_);
    event.captured_at = captured;
    event.body.provider_timestamp = said_at;
    append_event_line(lines_, kRecordedSession, event);
    lines_.push_back('\n');
  }
  folder.write("twin", lines_);
  twin.size_bytes = lines_.size();
  twin.last_lines = std::string_view(lines_).substr(before);
  meta.next_seq = static_cast<uint64_t>(said_) + 1;
}

void Desk::say_words(const std::string& words) {
  const auto before = lines_.size();
  Event event;
  event.body.kind = EventKind::kUserMessage;
  event.body.payload.text = words;
  event.id = make_event_id(kRecordedSession.session_id, std::to_string(++said_), "text/0", "");
  event.seq = static_cast<uint64_t>(said_);
  append_event_line(lines_, kRecordedSession, event);
  lines_.push_back('\n');
  folder.write("twin", lines_);
  twin.size_bytes = lines_.size();
  twin.last_lines = std::string_view(lines_).substr(before);
  meta.next_seq = static_cast<uint64_t>(said_) + 1;
}

void Desk::forget_capture_times(std::optional<UnixMillis> captured) {
  const auto count = said_;
  lines_.clear();
  said_ = 0;
  say(count, captured);
  ++twin.generation;
}

void Desk::period(uint64_t from, std::optional<uint64_t> to) {
  RecordingPeriod made{.start = {.seq = from, .event_id = {}, .time = {}}, .stop = {}};
  if (to) made.stop = PeriodMark{.seq = *to, .event_id = {}, .time = {}};
  recording().periods.push_back(made);
}

Status Desk::commit() {
  // The meta is replaced in one step: an operation like another.
  if (auto probe = files.make_folders(folder / "state", 0700); !probe) return probe;
  ++meta.commit;
  committed_ = meta;
  journal_->close();
  open_.clear();
  return {};
}

Status Desk::recover() {
  if (recovered_) return {};
  std::set<std::string> changed;
  if (lost_power_) {
    if (auto removed = journal_->remove(files); !removed) return removed;
    changed = suspect_destinations(files, meta);
  } else {
    const auto writes = journal_->load(files, meta.commit);
    if (!writes) return forward(writes);
    changed = take_over(*writes, meta);
  }
  if (!changed.empty()) {
    if (auto done = commit(); !done) return done;
  }
  recovered_ = true;
  return {};
}

Status Desk::serve() {
  if (auto recovered = recover(); !recovered) return recovered;
  const auto place = policy.check(recording().destination, "");
  if (!place.allowed()) return fail(ErrorCode::kRefused, "{}", place.reason);
  const RecorderInput input{
      .files = files,
      .session = meta.identity,
      .twin = twin,
      .sink = sink,
      .place = place,
      .allow_hard_links = false,
      .context = []() -> Result<std::optional<RecordingContext>> {
        RecordingContext context;
        context.session = kRecordedSession;
        context.title = "title";
        return context;
      },
      .announce =
          [this](const JournaledWrite& write) {
            return journal_->add(files, committed_.commit, write);
          },
      .commit = [this] { return commit(); },
      .open = &open_,
      .part_bytes = part_bytes,
  };
  auto served = serve_with(input);
  if (!served && recording().unsure) {
    if (auto done = commit(); !done) return done;
  }
  return served;
}

Status Desk::serve_with(const RecorderInput& input) {
  auto& intent = recording().intent;
  if (intent && intent->periods.empty()) {
    const auto end = recover_exchange(files, recording().destination, *intent);
    if (!end) return forward(end);
    intent.reset();
  }
  if (intent && intent->new_id != FileId{}) {
    const auto end = recover_replacement(files, recording());
    if (!end) return forward(end);
    if (*end == ExchangeEnd::kInPlace) {
      if (auto done = commit(); !done) return done;
    }
  }
  if (intent) {
    const auto end = replace_by_conversation(input, recording());
    if (!end) return forward(end);
    if (*end == ExchangeEnd::kNotInPlace) return fail(ErrorCode::kExists, "a sibling is needed");
    if (auto done = commit(); !done) return done;
  }
  for (auto served = Served::kPart; served == Served::kPart;) {
    const auto done = bring_up_to_date(input, recording());
    if (!done) return forward(done);
    served = *done;
  }
  return {};
}

Status Desk::export_all() {
  if (auto recovered = recover(); !recovered) return recovered;
  if (meta.pending_exports.empty()) return {};
  auto& pending = meta.pending_exports.front();
  const auto place = policy.check(pending.destination, "");
  const ExportPlace to{
      .files = files,
      .place = place,
      .allow_hard_links = false,
      .announce =
          [this](const JournaledWrite& write) {
            return journal_->add(files, committed_.commit, write);
          },
      .commit = [this] { return commit(); },
  };
  auto done = write_export(to, pending, [&] { return take_all(to, pending); });
  if (!done && pending.unsure) {
    if (auto committed = commit(); !committed) return committed;
  }
  if (!done) return done;
  meta.pending_exports.clear();
  return commit();
}

Status Desk::take_all(const ExportPlace& to, PendingExport& pending) {
  auto file = ExportFile::open(to, pending);
  if (!file) return forward(file);
  if (!pending.goes_on) {
    if (auto taken = file->take("# title\n"); !taken) return taken;
  }
  if (auto taken = file->take("1 text 1\n2 text 2\n3 text 3\n"); !taken) return taken;
  return file->finish();
}

void Desk::restart(bool lost_power) {
  files.fault = {};
  killed_ = false;
  const auto next_seq = meta.next_seq;
  meta = committed_;
  meta.next_seq = next_seq;
  journal_ = std::make_unique<WriteJournal>(folder / "writes");
  open_.clear();
  recovered_ = false;
  lost_power_ = lost_power;
}

void Desk::kill_at(uint64_t operation) {
  operations_ = 0;
  files.fault = [this, operation](FileOperation, const std::string&) {
    if (operations_++ < operation) return 0;
    killed_ = true;
    return EIO;
  };
}

Interpretation Desk::obey(std::string_view text, uint64_t seq, bool taken) {
  DestinationRules rules;
  rules.state_directory = folder / "state";
  const std::vector<SinkExtension> sinks = {{"numbering", "txt"}};
  rules.sinks = sinks;
  rules.default_extension = "txt";
  rules.default_path = folder / "notes/{shortId}.txt";
  meta.identity.project_directory = folder / "notes";
  const SessionNames names{.provider = "line",
                           .session_id = kRecordedSession.session_id,
                           .short_id = "12345678",
                           .title = [] { return std::string(); },
                           .project_directory = folder / "notes",
                           .first_time = std::nullopt};
  const InterpreterInput input{.files = files,
                               .policy = policy,
                               .rules = rules,
                               .names = names,
                               .sink_for = [](const std::string&) -> Result<PinnedSink> {
                                 return PinnedSink{"numbering", "numbering", "1.0.0", "{}", "UTC"};
                               },
                               .fed_by_other = [taken](const std::string&) { return taken; }};
  const CommandedMessage message{
      .found = parse_commands(text),
      .message = {.seq = seq, .event_id = make_event_id("s", std::to_string(seq), "", "")},
      .time = UnixMillis{1'772'000'000'000}};
  return interpret(message, input, meta);
}

}  // namespace kato::test
