#include "host/daemon/session_runtime.h"

#include <algorithm>

#include "host/daemon/lost_events.h"
#include "host/daemon/replay_filter.h"
#include "host/daemon/twin_adoption.h"
#include "host/event/event_id.h"
#include "host/ingest/decode_session.h"
#include "host/ingest/meta_making.h"
#include "host/io/files.h"
#include "host/recording/recording_progress.h"
#include "host/recording/write_recovery.h"
#include "host/session/twin_files.h"

namespace kato {
namespace {

// Whether what the sources say has to be compared with what is known.
bool states_again(const std::vector<SessionSource>& sources) {
  const auto restates = [](const SessionSource& source) {
    if (source.file.root == nullptr) return false;
    return source.file.rule().restates || source.file.rule().growth == Growth::kDocument;
  };
  return sources.size() > 1 || std::ranges::any_of(sources, restates);
}

constexpr size_t kMostKeptLinesBytes = size_t{64} << 10;

// Whether it holds commands, and none of them may run. That of a log that grows is known before it
// is decoded.
bool is_quiet_document(const SessionSource& source, const StepEvents& events) {
  if (source.file.rule().growth != Growth::kDocument || events.messages.empty()) return false;
  return std::ranges::none_of(events.messages, [](const StepEvents::Message& message) {
    return message.right == CommandRight::kMayCommand;
  });
}

}  // namespace

SessionRuntime::SessionRuntime(const SessionServices& services, const Session& session)
    : services_(services),
      ref_(session.ref),
      key_(make_session_key(session.ref.provider, session.ref.session_id)),
      sources_(services.files, meta_, services.buffer),
      held_(services.files, services.state.held(key_)),
      support_{
          .origins = services.origins,
          .kept = [this](const std::string&, const HeldRecord& held) { return held_.find(held); }},
      twin_path_(services.state.twin(key_)),
      journal_(services.state.writes(key_)) {}

Result<std::unique_ptr<SessionRuntime>> SessionRuntime::open(const SessionServices& services,
                                                             const Session& session) {
  std::unique_ptr<SessionRuntime> runtime(new SessionRuntime(services, session));
  if (auto started = runtime->start(session); !started) return forward(started);
  return runtime;
}

Status SessionRuntime::start(const Session& session) {
  auto stored = services_.metas.load(key_);
  if (!stored) return forward(stored);
  if (!*stored && session.sources.empty()) {
    return fail(ErrorCode::kNotFound, "session {} is not known and has no source", key_);
  }
  const bool is_known = stored->has_value();
  meta_ = is_known ? std::move(**stored) : make_session_meta(session);
  commit_put_ = meta_.commit;
  // Before anything that might commit: a commit makes the journal void.
  if (auto taken = take_over_destinations(); !taken) return taken;
  const auto orphaned = is_known ? Result<bool>(false) : find_orphan();
  if (!orphaned) return forward(orphaned);
  if (auto settled = settle_twin_files(services_.files, services_.state, key_, meta_.twin);
      !settled) {
    return settled;
  }
  if (auto settled = sources_.settle(session); !settled) return settled;
  if (auto opened = open_memory(); !opened) return opened;
  ingest_ = std::make_unique<SessionIngest>(services_.files, meta_, *memory_, relay_, support_);
  if (auto opened = open_twin(); !opened) return opened;
  if (*orphaned) forget_how_orphan_came();
  return {};
}

Status SessionRuntime::take_over_destinations() {
  if (meta_.recordings.empty() && meta_.pending_exports.empty()) return {};
  if (services_.lost_power) {
    unsettled_ = suspect_destinations(services_.files, meta_);
  } else {
    const auto writes = journal_.load(services_.files, meta_.commit);
    if (!writes) return forward(writes);
    unsettled_ = take_over(*writes, meta_);
    unsettled_.merge(suspect_unsynced(services_.files, meta_));
  }
  // What cannot be opened is compared, and synced, when it is served again.
  for (const auto& destination : unsettled_) {
    const auto file = services_.files.open(destination, OpenMode::kRead);
    if (!file && file.error().code() != ErrorCode::kNotFound) continue;
    if (!services_.lost_power) services_.commits.needs_file_again(key_, destination);
    destination_written(destination, true);
  }
  return {};
}

Status SessionRuntime::settle_destinations() {
  if (is_settled_) return {};
  if (services_.lost_power) {
    if (auto removed = journal_.remove(services_.files); !removed) return removed;
  }
  const bool doubts_exports =
      services_.lost_power && std::ranges::any_of(meta_.pending_exports, &PendingExport::doubted);
  if (!unsettled_.empty() || doubts_exports) {
    if (auto committed = commit_now(); !committed) return committed;
  }
  unsettled_.clear();
  is_settled_ = true;
  return {};
}

TwinSource SessionRuntime::twin_source() const {
  return {.file = twin_file(),
          .size_bytes = meta_.twin.size_bytes,
          .generation = meta_.twin.generation,
          .last_lines = last_lines_};
}

void SessionRuntime::set_sources(const Session& session, const Status& looked) {
  services_.commits.make_text(key_);
  const auto settled = looked ? sources_.settle(session) : looked;
  if (!settled) sources_status_ = settled;
}

Status SessionRuntime::open_memory() {
  const auto path = services_.state.ids(key_);
  auto memory =
      StoredEventMemory::load(services_.files, path, meta_.known_ids, states_again(sources_.all()));
  if (memory) {
    memory_ = std::move(*memory);
    if (meta_.known_ids.renewed_hash) {  // replaced, perhaps, by a killed run
      services_.commits.needs_file_again(key_, path);
      services_.commits.needs_folder(key_, services_.state.sessions());
    }
    return {};
  }
  const bool is_damaged = memory.error().code() == ErrorCode::kInvalid;
  if (!is_damaged && memory.error().code() != ErrorCode::kNotFound) {
    return forward(memory, "ids of session " + key_);
  }
  // Kept for whoever wants to know what happened to it.
  auto moved = services_.files.rename(path, path + ".damaged");
  if (!moved && moved.error().code() != ErrorCode::kNotFound) return moved;
  if (auto made = remake_ids(); !made) return made;
  mended_ = fmt::format("{}; they were made again from {}{}", memory.error().message(),
                        meta_.twin.exists ? "the copy of the conversation" : "its log",
                        moved ? fmt::format(", and the file was kept as {}.damaged", path) : "");
  return {};
}

Status SessionRuntime::open_twin() {
  if (!meta_.twin.exists) return {};
  if (meta_.is_private && !is_any_unfinished(meta_)) return remove_twin();  // begun by a killed run
  auto twin = TwinLog::open(services_.files, twin_file(), meta_.twin.size_bytes);
  if (!twin) return forward(twin);
  twin_.emplace(std::move(*twin));
  if (twin_->finding() != TwinFinding::kShorter) {
    return adopt(twin_->finding() == TwinFinding::kLonger);
  }
  const uint64_t whole_bytes = twin_->size_bytes();
  twin_.reset();
  if (auto renewed = renew_twin(again_input(), captured_, whole_bytes); !renewed) return renewed;
  meta_.twin.lost_events = missing_events_;
  if (missing_events_ > 0) mended_ = lost_events_text(meta_);
  return {};
}

Status SessionRuntime::adopt(bool longer) {
  unobeyed_ = std::make_unique<StepEvents>(ref_);
  const AdoptionInput input{.files = services_.files,
                            .twin = twin_file(),
                            .meta = meta_,
                            .known = *memory_,
                            .events = *unobeyed_};
  if (auto handed = hand_out_unobeyed(input); !handed) return handed;
  if (!longer) return {};
  if (auto adopted = adopt_lines(input, twin_->size_bytes()); !adopted) return adopted;
  if (auto cut = twin_->cut_to(meta_.twin.size_bytes); !cut) return cut;
  if (auto saved = memory_->save(); !saved) return saved;
  meta_.known_ids = memory_->saved();
  services_.commits.needs_file_again(key_, twin_path_);
  services_.commits.needs_file_again(key_, services_.state.ids(key_));
  return {};
}

void SessionRuntime::take_unobeyed(StepEvents& events) {
  if (unobeyed_) events.put_first(std::move(*unobeyed_));
  unobeyed_.reset();
}

Result<IngestStep> SessionRuntime::ingest(size_t source, const Arrival& arrival,
                                          StepEvents& events) {
  if (!sources_status_) return forward(sources_status_);
  if (auto swapped = finish_swap(); !swapped) return forward(swapped);
  if (meta_.sources[source].standing == SourceStanding::kSuperseded ||
      sources_.all()[source].file.root == nullptr) {
    take_unobeyed(events);
    return IngestStep{.end = StepEnd::kEndOfInput};
  }
  events_ = &events;
  events.keep_lines = twin_.has_value();
  const auto step = ingest_->step(source, sources_.all()[source], arrival, services_.buffer);
  events_ = nullptr;
  if (!step) return step;
  const bool grows = sources_.all()[source].file.rule().growth != Growth::kDocument;
  may_regain_ = may_regain_ || (grows && step->states_gone && meta_.twin.lost_events > 0);
  if (twin_ && is_quiet_document(sources_.all()[source], events)) {
    if (auto told = tell_quiet(source); !told) return forward(told);
  }
  take_unobeyed(events);
  read_.insert(source);
  if (wants_twin_) captured_.insert(events.captured.begin(), events.captured.end());
  if (step->realigned) making_.reset();
  if (auto kept = keep_retelling(source, *step); !kept) return forward(kept);
  // What may command must be known before it is decoded.
  const auto kept = step->realigned ? commit_now() : store(std::move(events.lines));
  if (!kept) return forward(kept);
  return step;
}

Status SessionRuntime::store(std::string lines) {
  last_lines_.clear();
  if (twin_ && !lines.empty()) {
    if (auto appended = twin_->append(lines); !appended) return forward(appended);
    meta_.twin.size_bytes = twin_->size_bytes();
    services_.commits.needs_file(key_, twin_path_);
    if (lines.size() <= kMostKeptLinesBytes) last_lines_ = std::move(lines);
  }
  if (auto kept = keep_held(); !kept) return kept;
  const auto before = memory_->saved_count();
  if (auto saved = memory_->save(); !saved) return forward(saved);
  meta_.known_ids = memory_->saved();
  if (meta_.known_ids.count > before) {
    services_.commits.needs_file(key_, services_.state.ids(key_));
  }
  return {};
}

Status SessionRuntime::keep_held() {
  if (!twin_) return {};
  const auto kept = held_.keep(meta_, sources_.all(), services_.buffer);
  if (!kept) return forward(kept);
  if (*kept) services_.commits.needs_file(key_, services_.state.held(key_));
  return {};
}

Status SessionRuntime::finish_swap() {
  if (!swap_pending_ || services_.commits.waits(key_)) return {};
  auto swapped = swap_twin_in(services_.files, services_.state, key_, meta_.twin.generation);
  if (!swapped) return swapped;
  twin_path_ = services_.state.twin(key_);
  swap_pending_ = false;
  return {};
}

void SessionRuntime::rest() {
  if (memory_) memory_->close();
  journal_.close();
  open_recordings_.clear();
}

Result<bool> SessionRuntime::replay(EventListener& into, const EventId& through) {
  ReplayFilter known_only(into, through);
  const auto read = read_known_events(services_.files, services_.state.ids(key_), memory_->saved(),
                                      [&](const KnownEvent& known) { known_only.add(known); });
  if (!read) return forward(read);
  FreshEventMemory known(states_again(sources_.all()));
  const auto decoded = decode_again(again_input(), known, known_only);
  if (!decoded) return forward(decoded);
  return decoded->is_whole();
}

Status SessionRuntime::announce(const JournaledWrite& write) {
  const bool in_place = services_.commits.is_in_place(key_);
  return journal_.add(services_.files, in_place ? commit_put_ : commit_on_disk_, write);
}

void SessionRuntime::destination_written(const std::string& path, bool made) {
  services_.commits.needs_file(key_, path);
  if (made) services_.commits.needs_folder(key_, parent_folder(path));
}

}  // namespace kato
