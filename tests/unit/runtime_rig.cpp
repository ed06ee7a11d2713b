#include "tests/unit/runtime_rig.h"

#include <algorithm>
#include <filesystem>

#include "host/event/event_id.h"
#include "host/session/twin_reader.h"

#include "tests/support/catch.h"

namespace kato::test {

RuntimeRig::RuntimeRig(LineProviderTraits traits)
    : state_folder_(state_files_.path()), metas_(files, state_folder_) {
  REQUIRE(state_folder_.prepare(files));
  set_provider(std::move(traits));
}

void RuntimeRig::set_provider(LineProviderTraits traits) {
  runtime_.reset();
  if (provider_) former_.push_back(std::move(provider_));
  provider_ = make_line_provider(std::move(traits));
  roots_.clear();
  roots_.push_back(line_root(*provider_, logs.path()));
}

void RuntimeRig::set_most_record_bytes(uint64_t bytes) {
  roots_.front().policy.limits.max_record_bytes = bytes;
}

void RuntimeRig::write(const std::string& name, const std::string& text) const {
  logs.write(name, text);
}

void RuntimeRig::append(const std::string& name, const std::string& text) const {
  std::ofstream(logs / name, std::ios::binary | std::ios::app) << text;
}

void RuntimeRig::remove(const std::string& name) const {
  std::filesystem::remove(logs / name);
}

void RuntimeRig::move(const std::string& from, const std::string& to) const {
  std::filesystem::rename(logs / from, logs / to);
}

// As a daemon has it: what lies in the folder, and what the meta knows besides.
Session RuntimeRig::session(const std::string& name) {
  SessionRef ref{"line", name, make_session_id("line", name)};
  std::vector<SessionSource> sources;
  for (auto& one : make_catalog(files, roots_).sessions) {
    if (one.ref.provider_session_id != name) continue;
    std::ranges::move(one.sources, std::back_inserter(sources));
    std::ranges::move(one.set_aside, std::back_inserter(sources));
  }
  const auto meta = metas_.load(make_session_key(ref.provider, ref.session_id));
  REQUIRE(meta);
  for (const auto& source : *meta ? (*meta)->sources : std::vector<SourceMeta>()) {
    if (files.info(source.path)) continue;
    SessionSource gone;
    gone.file.root = roots_.data();
    gone.file.path = source.path;
    gone.identity.provider_session_id = name;
    gone.identity.rank = INT64_MIN;
    sources.push_back(std::move(gone));
  }
  return arrange(std::move(ref), std::move(sources));
}

Result<std::unique_ptr<SessionRuntime>> RuntimeRig::try_open(const std::string& name) {
  runtime_.reset();
  commits_ = std::make_unique<CommitQueue>(files, state_folder_, clock, CommitMode::kUnsynced);
  services_ = std::make_unique<SessionServices>(SessionServices{.files = files,
                                                                .state = state_folder_,
                                                                .metas = metas_,
                                                                .commits = *commits_,
                                                                .buffer = buffer_,
                                                                .origins = origins});
  key_ = make_session_key("line", make_session_id("line", name));
  return SessionRuntime::open(*services_, session(name));
}

SessionRuntime& RuntimeRig::open(const std::string& name) {
  auto opened = try_open(name);
  REQUIRE(opened);
  runtime_ = std::move(*opened);
  return *runtime_;
}

SessionRuntime& RuntimeRig::reopen(const std::string& name) {
  return open(name);
}

void RuntimeRig::begin(const std::string& log, const std::string& name) {
  write(name, log);
  open();
  read();
  REQUIRE(runtime().make_twin({}));
  REQUIRE(runtime().commit_now());
}

void RuntimeRig::look(const std::string& name) {
  runtime_->set_sources(session(name));
}

Brought RuntimeRig::read_uncommitted(uint64_t live_from_bytes) {
  Brought brought;
  const SessionRef ref = runtime_->ref();
  for (size_t i = 0; i < runtime_->sources().size(); ++i) {
    const Arrival arrival{.live_from_bytes = live_from_bytes, .now = clock.now()};
    for (StepEnd end = StepEnd::kMore; end == StepEnd::kMore;) {
      StepEvents events(ref);
      const auto step = runtime_->ingest(i, arrival, events);
      REQUIRE(step);
      end = step->end;
      for (const auto& message : events.messages) {
        auto& into =
            message.right == CommandRight::kMayCommand ? brought.commands : brought.silenced;
        for (const auto& command : message.commanded.found.commands) {
          into.emplace_back(command_name(command.kind));
        }
      }
      if (events.last) runtime_->meta().command_cursor = events.last;
    }
  }
  return brought;
}

Brought RuntimeRig::read(uint64_t live_from_bytes) {
  auto brought = read_uncommitted(live_from_bytes);
  REQUIRE(runtime_->commit_now());
  return brought;
}

std::vector<std::string> RuntimeRig::said() const {
  const auto twin = runtime_->twin_source();
  auto reader =
      TwinReader::open(const_cast<FaultyFileSystem&>(files), twin.file, 0, twin.size_bytes);
  REQUIRE(reader);
  std::vector<std::string> texts;
  while (true) {
    const auto next = reader->next_event();
    REQUIRE(next);
    if (!*next) return texts;
    const auto& body = (*next)->event.body;
    const bool is_said =
        body.kind == EventKind::kUserMessage || body.kind == EventKind::kAssistantMessage;
    if (is_said) texts.emplace_back(body.payload.text);
  }
}

std::vector<std::string> RuntimeRig::lines_with(const std::string& words) const {
  std::vector<std::string> lines;
  std::istringstream all(twin());
  for (std::string line; std::getline(all, line);) {
    if (line.find(words) != std::string::npos) lines.push_back(line);
  }
  return lines;
}

const LedgerRow* RuntimeRig::ledger_row(LedgerOutcome outcome, const std::string& reason) {
  const auto& rows = runtime_->meta().ledger.rows();
  const auto found = std::ranges::find_if(
      rows, [&](const LedgerRow& row) { return row.outcome == outcome && row.reason == reason; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace kato::test
