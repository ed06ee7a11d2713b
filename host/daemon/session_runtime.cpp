#include "host/daemon/session_runtime.h"

#include <algorithm>
#include <map>

#include "host/event/event_id.h"
#include "host/event/event_line.h"
#include "host/ingest/decode_session.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

constexpr size_t kTwinWriteBytes = size_t{1} << 20;

// Events of a whole session as lines of a twin, with the capture times that are known.
class TwinLines final : public EventListener {
 public:
  TwinLines(const SessionRef& session, TwinLog& twin,
            const std::vector<std::pair<EventId, UnixMillis>>& captured)
      : session_(session), twin_(twin), captured_(captured.begin(), captured.end()) {}

  void on_event(const Event& event, CommandRight) override {
    if (!status) return;
    Event line = event;
    if (const auto found = captured_.find(event.id); found != captured_.end()) {
      line.captured_at = found->second;
    }
    append_event_line(lines_, session_, line);
    lines_.push_back('\n');
    if (lines_.size() >= kTwinWriteBytes) flush();
  }
  void flush() {
    if (status && !lines_.empty()) status = twin_.append(lines_);
    lines_.clear();
  }
  Status status;

 private:
  const SessionRef& session_;
  TwinLog& twin_;
  std::map<EventId, UnixMillis> captured_;
  std::string lines_;
};

}  // namespace

void StepEvents::on_event(const Event& event, CommandRight right) {
  last = EventPosition{.seq = event.seq, .event_id = event.id};
  if (event.captured_at) captured.emplace_back(event.id, *event.captured_at);
  if (keep_lines) {
    append_event_line(lines, session_, event);
    lines.push_back('\n');
  }
  if (event.body.kind != EventKind::kUserMessage || !event.body.payload.text.contains("::")) return;
  auto found = parse_commands(event.body.payload.text);
  if (found.commands.empty() && found.near_misses.empty()) return;
  messages.push_back(
      {.commanded = {.found = std::move(found), .message = *last, .time = shown_time(event)},
       .has_provider_time = !event.body.provider_timestamp.empty(),
       .is_live = event.captured_at.has_value(),
       .right = right});
}

SessionRuntime::SessionRuntime(const SessionServices& services, const Session& session)
    : services_(services),
      ref_(session.ref),
      key_(make_session_key(session.ref.provider, session.ref.session_id)) {}

Result<std::unique_ptr<SessionRuntime>> SessionRuntime::open(const SessionServices& services,
                                                             const Session& session) {
  std::unique_ptr<SessionRuntime> runtime(new SessionRuntime(services, session));
  auto stored = services.metas.load(runtime->key_);
  if (!stored) return forward(stored);
  runtime->meta_ = *stored ? std::move(**stored) : make_session_meta(session);
  runtime->set_sources(session);
  auto memory = StoredEventMemory::load(services.files, services.state.ids(runtime->key_),
                                        runtime->meta_.known_id_count, restates(session));
  if (!memory) return forward(memory, "ids of session " + runtime->key_);
  runtime->memory_ = std::move(*memory);
  if (auto opened = runtime->open_twin(); !opened) return forward(opened);
  runtime->ingest_ = std::make_unique<SessionIngest>(services.files, runtime->meta_,
                                                     *runtime->memory_, runtime->relay_);
  return runtime;
}

TwinSource SessionRuntime::twin_source() const {
  return {.path = services_.state.twin(key_),
          .size_bytes = meta_.twin.size_bytes,
          .generation = meta_.twin.generation};
}

void SessionRuntime::set_sources(const Session& session) {
  for (const auto& source : session.sources) {
    auto found = std::ranges::find(meta_.sources, source.file.path, &SourceMeta::path);
    if (found == meta_.sources.end()) {
      meta_.sources.push_back(make_source_meta(source));
      found = std::prev(meta_.sources.end());
    }
    const auto index = static_cast<size_t>(found - meta_.sources.begin());
    if (sources_.size() <= index) sources_.resize(index + 1);
    sources_[index] = source;
  }
}

Status SessionRuntime::open_twin() {
  if (!meta_.twin.exists) return {};
  auto twin = TwinLog::open(services_.files, services_.state.twin(key_), meta_.twin.size_bytes);
  if (!twin) return forward(twin);
  twin_.emplace(std::move(*twin));
  if (twin_->finding() == TwinFinding::kAsCommitted) return {};
  // Lines behind the commit, or a twin that was cut: made again from the sources, with the same ids
  // and with the capture times that it had.
  if (auto adopted = adopt_capture_times(); !adopted) return adopted;
  twin_.reset();
  meta_.twin.exists = false;
  return make_twin({adopted_.begin(), adopted_.end()});
}

Status SessionRuntime::adopt_capture_times() {
  auto reader =
      TwinReader::open(services_.files, services_.state.twin(key_), 0, twin_->size_bytes());
  if (!reader) return forward(reader);
  while (true) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) return {};
    const Event& event = (*next)->event;
    if (event.captured_at) adopted_.emplace(event.id, *event.captured_at);
  }
}

void SessionRuntime::Relay::on_event(const Event& event, CommandRight right) {
  const auto adopted = runtime_.adopted_.find(event.id);
  if (adopted == runtime_.adopted_.end()) return runtime_.events_->on_event(event, right);
  Event as_seen = event;
  as_seen.captured_at = adopted->second;
  runtime_.events_->on_event(as_seen, right);
}

Result<IngestStep> SessionRuntime::ingest(size_t source, const Arrival& arrival,
                                          StepEvents& events) {
  events_ = &events;
  events.keep_lines = twin_.has_value();
  const auto step = ingest_->step(source, sources_[source], arrival, services_.buffer);
  events_ = nullptr;
  if (!step) return step;
  read_.insert(source);
  if (twin_) {
    if (auto appended = twin_->append(events.lines); !appended) return forward(appended);
    meta_.twin.size_bytes = twin_->size_bytes();
    services_.commits.needs_file(key_, services_.state.twin(key_));
  }
  if (auto saved = memory_->save(services_.files); !saved) return forward(saved);
  meta_.known_id_count = memory_->saved_count();
  services_.commits.needs_file(key_, services_.state.ids(key_));
  return step;
}

Status SessionRuntime::make_twin(const std::vector<std::pair<EventId, UnixMillis>>& captured) {
  if (meta_.twin.exists) return {};
  const auto path = services_.state.twin(key_);
  const auto generation = meta_.twin.generation + 1;
  const auto beside = StateFolder::beside(path, generation);
  static_cast<void>(services_.files.remove(beside));  // of an attempt that was interrupted
  auto fresh = TwinLog::open(services_.files, beside, 0);
  if (!fresh) return forward(fresh);
  TwinLines lines(ref_, *fresh, captured);
  SessionSummary summary;
  if (auto decoded = decode_into_twin(*fresh, lines, summary); !decoded) return decoded;
  lines.flush();
  if (!lines.status) return lines.status;
  if (auto moved = services_.files.rename(beside, path); !moved) return moved;
  meta_.twin = {.exists = true, .generation = generation, .size_bytes = fresh->size_bytes()};
  meta_.identity.title = summary.title();
  twin_.emplace(std::move(*fresh));
  services_.commits.needs_file(key_, path);
  services_.commits.needs_folder(key_, services_.state.sessions());
  return {};
}

// In the order in which the sources were read, up to where each of them was.
Status SessionRuntime::decode_into_twin(TwinLog&, EventListener& into, SessionSummary& summary) {
  SessionMeta scratch = meta_;
  scratch.next_seq = 1;
  scratch.interleaving.clear();
  for (auto& source : scratch.sources) {
    source.cursor = {};
    source.decoder.reset();
    source.head_length_bytes = 0;
  }
  FreshEventMemory memory(restates({.ref = ref_, .sources = sources_, .set_aside = {}}));
  class Both final : public EventListener {
   public:
    Both(EventListener& to, SessionSummary& sum) : into_(to), summary_(sum) {}
    void on_event(const Event& event, CommandRight right) override {
      summary_.add(event);
      into_.on_event(event, right);
    }

   private:
    EventListener& into_;
    SessionSummary& summary_;
  };
  Both both(into, summary);
  SessionIngest again(services_.files, scratch, memory, both);
  const auto stretches = meta_.interleaving;
  for (const auto& stretch : stretches) {
    const auto& at = scratch.sources[stretch.source].cursor.value;
    while (at < stretch.end) {
      const uint64_t before = at;
      const Arrival backfill{.live_from_bytes = stretch.end, .now = {}};
      const auto step =
          again.step(stretch.source, sources_[stretch.source], backfill, services_.buffer);
      if (!step) return forward(step);
      if (at == before) break;
    }
  }
  return {};
}

Status SessionRuntime::remove_twin() {
  twin_.reset();
  meta_.twin.exists = false;
  meta_.twin.size_bytes = 0;
  meta_.identity.title.clear();
  const auto path = services_.state.twin(key_);
  services_.commits.needs_no_more(key_, path);
  const auto removed = services_.files.remove(path);
  return removed || removed.error().code() == ErrorCode::kNotFound ? Status{} : removed;
}

void SessionRuntime::commit_soon() {
  ++meta_.commit;
  services_.commits.put(key_, meta_to_json(meta_));
}

Status SessionRuntime::commit_now() {
  commit_soon();
  return services_.commits.commit_now(key_);
}

}  // namespace kato
