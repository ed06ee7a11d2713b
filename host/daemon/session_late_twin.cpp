// Twins that are made late, or again: part of SessionRuntime.
#include <algorithm>
#include <utility>

#include "host/daemon/lost_events.h"
#include "host/daemon/session_runtime.h"
#include "host/event/event_id.h"
#include "host/ingest/decode_session.h"
#include "host/ingest/source_place.h"

namespace kato {

Status SessionRuntime::want_twin(const CaptureTimes& captured) {
  if (meta_.twin.exists && !has_lost_twin()) return get_lost_again();
  const auto is_gone = [this](const SessionSource& source) { return is_log_gone(source); };
  if (std::ranges::all_of(sources_.all(), is_gone)) return log_is_gone();
  wants_twin_ = true;
  captured_.insert(captured.begin(), captured.end());
  return {};
}

// What the copy lacks, once its logs have it again. What else it has must be in them too: behind
// that, what is gained would be taken for what was said since.
Status SessionRuntime::get_lost_again() {
  if (meta_.twin.lost_events == 0 || has_sought_lost_ || is_any_log_gone()) return {};
  has_sought_lost_ = true;
  if (swap_pending_) {
    if (auto committed = commit_now(); !committed) return committed;
  }
  const auto captured = capture_times_of_twin();
  if (!captured) return forward(captured);
  const auto gain = make_again(*captured);
  if (gain && (*gain == TwinGain::kBehind || *gain == TwinGain::kAmid)) {
    return take_made_twin(*gain);
  }
  making_.reset();
  return {};
}

Result<TwinGain> SessionRuntime::make_again(const KnownCaptureTimes& captured) {
  if (auto begun = begin_making(again_input(), captured, 0); !begun) return forward(begun);
  if (const auto read = making_->read_part(UINT64_MAX); !read) return forward(read);
  if (!making_->outcome().is_whole()) return TwinGain::kNone;
  return gain_of(services_.files, twin_file(), meta_.twin.size_bytes, making_->places());
}

Status SessionRuntime::regain_lost() {
  if (!std::exchange(may_regain_, false) || !meta_.twin.exists) return {};
  has_sought_lost_ = false;
  return has_lost_twin() ? Status{} : get_lost_again();
}

bool SessionRuntime::is_any_log_gone() const {
  for (size_t i = 0; i < meta_.sources.size(); ++i) {
    const SourceMeta& source = meta_.sources[i];
    if (source.cursor.value == 0) continue;
    if (source.standing == SourceStanding::kMissing || is_log_gone(sources_.all()[i])) return true;
  }
  return false;
}

// The first ones in the ids, which another version of the plugin told.
uint64_t SessionRuntime::events_perhaps_reworded() const {
  uint64_t events = 0;
  for (const auto& source : meta_.sources) {
    events = std::max(events, source.former_events);
  }
  return events;
}

bool SessionRuntime::is_log_gone(const SessionSource& source) const {
  const auto there = services_.files.info(source.file.path);
  return !there && there.error().code() == ErrorCode::kNotFound;
}

std::unexpected<Error> SessionRuntime::log_is_gone() const {
  return fail(ErrorCode::kNotFound, "session {}: its log is gone, and there is no copy of it",
              short_id(ref_.session_id));
}

Status SessionRuntime::make_twin(const CaptureTimes& captured) {
  if (auto wanted = want_twin(captured); !wanted) return wanted;
  if (!wants_twin_) return {};
  const auto made = make_twin_part(UINT64_MAX);
  return made ? Status{} : forward(made);
}

// One that was lost while its session goes on is appended to until another one takes its place; of
// a document nobody can tell a part.
bool SessionRuntime::can_be_in_parts() const {
  const auto is_document = [](const SessionSource& source) {
    return source.file.root != nullptr && source.file.rule().growth == Growth::kDocument;
  };
  return !meta_.twin.exists && std::ranges::none_of(sources_.all(), is_document);
}

SessionRuntime::Footing SessionRuntime::footing() const {
  Footing footing;
  const auto& all = sources_.all();
  for (size_t i = 0; i < all.size(); ++i) {
    const auto role = i < meta_.sources.size() ? static_cast<int>(meta_.sources[i].role) : -1;
    footing.sources.push_back(
        fmt::format("{} {} {}", all[i].file.root != nullptr, role, all[i].file.path));
  }
  return footing;
}

Result<bool> SessionRuntime::make_twin_part(uint64_t part_bytes) {
  wants_twin_ = true;
  if (making_ && (!can_be_in_parts() || footing() != footing_)) making_.reset();
  if (!making_) {
    auto input = again_input();
    input.takes_unmet = !meta_.twin.exists;  // what is known under other ids stands nowhere else
    if (auto begun = begin_making(input, captured_, 0); !begun) return forward(begun);
  }
  const auto done = making_->read_part(can_be_in_parts() ? part_bytes : UINT64_MAX);
  if (done && !*done) {
    made_in_parts_ = true;
    return false;
  }
  const auto checked = done ? check_sources() : Status(forward(done));
  if (!checked) {
    making_.reset();
    return forward(checked);
  }
  const auto taken = take_made_twin(TwinGain::kAmid);
  const bool is_hopeless = !taken && taken.error().code() == ErrorCode::kNotFound;
  if (taken || is_hopeless) {
    wants_twin_ = false;
    captured_.clear();
  }
  if (!taken) return forward(taken);
  return true;
}

// What was decoded since must be what the session has read: a log that was written anew meanwhile
// is to be aligned first.
Status SessionRuntime::check_sources() {
  if (!made_in_parts_) return {};
  const auto& all = sources_.all();
  for (size_t i = 0; i < all.size(); ++i) {
    const SourceMeta& meta = meta_.sources[i];
    const auto& file = all[i].file;
    if (file.root == nullptr || file.rule().growth == Growth::kDocument) continue;
    if (file.rule().packing != Packing::kNone || meta.standing != SourceStanding::kActive) continue;
    if (meta.alignment.due || meta.cursor.value == 0) continue;
    auto reader = SourceReader::open(services_.files, file.path, SourcePacking::kNone,
                                     services_.buffer, file.root->policy.limits);
    if (!reader && reader.error().code() == ErrorCode::kNotFound) continue;
    if (!reader) return forward(reader);
    const auto stands = stands_at_cursor(meta, PlaceCheck::kEnds, *reader);
    if (!stands) return forward(stands);
    if (!*stands) return written_just_now(file.path);
  }
  return {};
}

// seed_bytes: so much of the twin that there is begins the new one.
Status SessionRuntime::begin_making(const AgainInput& input, const KnownCaptureTimes& captured,
                                    uint64_t seed_bytes) {
  making_.reset();
  const auto beside = StateFolder::beside(services_.state.twin(key_), meta_.twin.generation + 1);
  auto removed = services_.files.remove(beside);  // of an attempt that was interrupted
  if (!removed && removed.error().code() != ErrorCode::kNotFound) return removed;
  auto begun = TwinInMaking::begin(beside, {.again = input,
                                            .session = ref_,
                                            .captured = captured,
                                            .seed_path = twin_path_,
                                            .seed_bytes = seed_bytes});
  if (!begun) return forward(begun);
  making_ = std::move(*begun);
  footing_ = footing();
  made_in_parts_ = false;
  return {};
}

Status SessionRuntime::renew_twin(const AgainInput& input, const KnownCaptureTimes& captured,
                                  uint64_t seed_bytes) {
  if (auto begun = begin_making(input, captured, seed_bytes); !begun) return begun;
  if (const auto done = making_->read_part(UINT64_MAX); !done) {
    making_.reset();
    return forward(done);
  }
  return take_made_twin(TwinGain::kAmid);
}

// It is the twin from the next commit on.
Status SessionRuntime::take_made_twin(TwinGain gain) {
  const uint32_t generation = meta_.twin.generation + 1;
  const auto beside = making_->path();
  auto made = std::make_optional(making_->take());
  making_.reset();
  if (made->places.empty() && !made->outcome.is_whole()) {
    static_cast<void>(services_.files.remove(beside));  // else it is removed at the next opening
    return log_is_gone();
  }

  auto old = old_positions();
  if (!old) return forward(old);
  Relocation relocation;
  for (const auto& position : *old) {
    relocation.add_old(position);
  }
  for (const auto& place : made->places) {
    relocation.add_new(place);
  }
  const bool has_all = made->outcome.is_whole() && !has_lost_something(meta_);
  missing_events_ = has_all ? 0 : relocation.count_lost(events_perhaps_reworded());
  const bool had_one = meta_.twin.exists && !has_lost_twin();
  const auto lost_before = had_one ? meta_.twin.lost_events : missing_events_;
  // What comes behind all that a recording has is still to be written.
  const auto served = gain == TwinGain::kBehind ? std::vector<bool>(meta_.recordings.size(), false)
                                                : served_recordings();
  relocation.apply(meta_,
                   {.exists = true, .generation = generation, .size_bytes = made->log.size_bytes()},
                   served);
  meta_.twin.lost_events = std::min(lost_before, missing_events_);
  for (const auto& unmet : made->unmet) {
    memory_->add(unmet.id, unmet.content_hash);
  }
  if (const auto missing_bytes = made->outcome.missing_bytes; missing_bytes > 0) {
    meta_.ledger.add("", LedgerOutcome::kLost, "source-gone", missing_bytes);
  }
  for (const auto& source : sources_.all()) {
    made->summary.add_hint(source.identity.title_hint);
  }
  meta_.identity.title = made->summary.title();
  twin_.emplace(std::move(made->log));
  twin_path_ = beside;
  swap_pending_ = true;
  services_.commits.needs_file(key_, beside);
  services_.commits.needs_folder(key_, services_.state.sessions());
  return store({});
}

}  // namespace kato
