// Twins and ids that are made again, lost, or removed: part of SessionRuntime.
#include <algorithm>

#include "host/base/time_text.h"
#include "host/daemon/lost_events.h"
#include "host/daemon/session_runtime.h"
#include "host/daemon/twin_making.h"
#include "host/event/event_id.h"
#include "host/session/twin_files.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

class Remembering final : public EventListener {
 public:
  explicit Remembering(EventMemory& memory) : memory_(memory) {}
  void on_event(const Event& event, CommandRight) override {
    memory_.add(event.id, content_hash(event.body));
  }

 private:
  EventMemory& memory_;
};

constexpr std::string_view kUnknownVersion = "unknown";

// What of a document, which has changed since it was read, was in it then: nothing that is later
// than all that was read; and where there are no times, nothing behind the event that came last.
class ReadBefore {
 public:
  explicit ReadBefore(const SessionMeta& meta)
      : last_time_(meta.identity.last_time), last_(meta.command_cursor) {}

  bool holds(const Event& event) {
    const bool is_behind = passed_last_;
    passed_last_ = passed_last_ || (last_ && last_->event_id == event.id);
    const auto time = parse_rfc3339(event.body.provider_timestamp);
    return time && last_time_ ? *time <= *last_time_ : !is_behind;
  }

 private:
  std::optional<UnixMillis> last_time_;
  std::optional<EventPosition> last_;
  bool passed_last_ = false;
};

}  // namespace

AgainInput SessionRuntime::again_input() {
  return {.files = services_.files,
          .meta = meta_,
          .sources = sources_.all(),
          .support = support_,
          .buffer = services_.buffer,
          .first_seq = 1,
          .has_met = [this](const Event& event) { return memory_ && memory_->knows(event.id); }};
}

// From the twin, where there is one; it is read as far as it was committed, what is behind that is
// adopted later. Else from the sources.
Status SessionRuntime::remake_ids() {
  auto memory =
      StoredEventMemory::load(services_.files, services_.state.ids(key_), {}, /*restates=*/true);
  if (!memory) return forward(memory);
  memory_ = std::move(*memory);
  const auto twin = services_.files.info(twin_path_);
  if (meta_.twin.exists && twin) {
    auto reader = TwinReader::open(services_.files, twin_file(), 0,
                                   std::min(meta_.twin.size_bytes, twin->size_bytes));
    if (!reader) return forward(reader);
    while (true) {
      const auto next = reader->next_event();
      if (!next) return forward(next);
      if (!*next) break;
      memory_->add((*next)->event.id, content_hash((*next)->event.body));
    }
    forget_who_told();
  } else if (meta_.known_ids.count > 0) {
    if (auto known = remember_from_sources(); !known) return known;
  }
  if (auto saved = memory_->save(); !saved) return saved;
  meta_.known_ids = memory_->saved();
  services_.commits.needs_file(key_, services_.state.ids(key_));
  return {};
}

// The copy has the words of former versions.
void SessionRuntime::forget_who_told() {
  for (auto& source : meta_.sources) {
    if (source.contents_renewed) source.plugin_version = kUnknownVersion;
  }
}

Status SessionRuntime::remember_from_sources() {
  Remembering remembering(*memory_);
  ReadBefore before(meta_);
  auto input = again_input();
  input.has_met = [&before](const Event& event) { return before.holds(event); };
  input.takes_unmet = true;
  FreshEventMemory scratch(/*restates=*/true);
  const auto decoded = decode_again(input, scratch, remembering);
  if (!decoded) return forward(decoded);
  const bool is_foreign = memory_->order()->size() == 0 && meta_.known_ids.count > 0;
  if (!is_foreign) return {};
  // Nothing of what is there now was read: so that none of it commands, all of it is known.
  input.has_met = {};
  FreshEventMemory again(/*restates=*/true);
  const auto all = decode_again(input, again, remembering);
  if (!all) return forward(all);
  return {};
}

// A twin in its place whose meta was taken away: what it holds may be nowhere else. A kill leaves
// none such, a copy that was begun lies beside. After a power loss it may be anything, and the meta
// may be lost with commands that are still to be obeyed: then the log is read as for the first
// time.
Result<bool> SessionRuntime::find_orphan() {
  if (services_.lost_power || !services_.files.info(twin_path_)) return false;
  const auto found = check_twin(services_.files, twin_file());
  if (!found) return forward(found);
  if (!found->damage.empty()) {
    return fail(ErrorCode::kInvalid,
                "twin {} is damaged {}; the session's meta is gone, so it was not touched. Move it "
                "away and restart (kato restart) to have the session taken up again from its log",
                twin_path_, found->damage);
  }
  constexpr uint32_t kFirstGeneration = 1;
  auto removed = services_.files.remove(StateFolder::beside(twin_path_, kFirstGeneration));
  if (!removed && removed.error().code() != ErrorCode::kNotFound) return forward(removed);
  meta_.twin = {.exists = true, .generation = kFirstGeneration, .size_bytes = 0};
  return true;
}

// All of its lines were adopted as if a kill had come before the first commit. Which of them were
// obeyed nobody knows, so none is; and where in the logs they stand is to be found out.
void SessionRuntime::forget_how_orphan_came() {
  unobeyed_.reset();
  meta_.unfinished_message.reset();
  for (auto& source : meta_.sources) {
    source.alignment.due = true;
    source.alignment.history_gone = true;
    source.plugin_version = kUnknownVersion;
  }
}

bool SessionRuntime::has_lost_twin() const {
  if (!meta_.twin.exists) return false;
  const auto found = services_.files.info(twin_path_);
  return !found && found.error().code() == ErrorCode::kNotFound;
}

// Something of what was read. That a log is gone the meta may not say yet.
bool SessionRuntime::lacks_log() const {
  return has_lost_something(meta_) || is_any_log_gone();
}

Status SessionRuntime::reprocess() {
  if (swap_pending_) {  // else the copy that is to take its place would stay beside
    if (auto committed = commit_now(); !committed) return committed;
  }
  const auto captured = capture_times_of_twin();
  if (!captured) return forward(captured);
  making_.reset();
  const bool keeps = meta_.twin.exists && !has_lost_twin() && lacks_log();
  auto input = again_input();
  input.takes_unmet = true;
  const uint64_t seed_bytes = keeps ? meta_.twin.size_bytes : 0;
  if (auto made = renew_twin(input, *captured, seed_bytes); !made) return made;
  wants_twin_ = false;
  captured_.clear();
  forget_former_events();
  return commit_now();
}

// The present version has told all that it finds: nothing of it is left out any more.
void SessionRuntime::forget_former_events() {
  for (size_t i = 0; i < meta_.sources.size(); ++i) {
    const auto& file = sources_.all()[i].file;
    SourceMeta& source = meta_.sources[i];
    const bool was_told = file.root != nullptr && !source.retelling &&
                          source.plugin_version == file.root->provider->identity().version;
    if (!was_told) continue;
    source.former_events = 0;
    source.left_out.clear();
    source.contents_renewed = false;
  }
}

Result<KnownCaptureTimes> SessionRuntime::capture_times_of_twin() const {
  KnownCaptureTimes captured;
  if (!meta_.twin.exists || has_lost_twin()) return captured;
  auto reader = TwinReader::open(services_.files, twin_file(), 0, meta_.twin.size_bytes);
  if (!reader) return forward(reader);
  while (true) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) return captured;
    const Event& event = (*next)->event;
    if (event.captured_at) captured.emplace(event.id, *event.captured_at);
  }
}

// Where the events stood until now: as the ids have them, which are in the order of the seqs.
Result<std::vector<EventPosition>> SessionRuntime::old_positions() const {
  std::vector<EventPosition> positions;
  if (meta_.known_ids.count == 0) return positions;
  // Seqs that were left out stand at the beginning, as far as anybody can tell.
  uint64_t seq = meta_.next_seq - std::min(meta_.next_seq, meta_.known_ids.count);
  const auto read = read_known_events(
      services_.files, services_.state.ids(key_), meta_.known_ids,
      [&](const KnownEvent& event) { positions.push_back({.seq = seq++, .event_id = event.id}); });
  if (!read) return forward(read);
  return positions;
}

std::vector<bool> SessionRuntime::served_recordings() const {
  std::vector<bool> served;
  served.reserve(meta_.recordings.size());
  for (const auto& recording : meta_.recordings) {
    served.push_back(meta_.twin.exists && !is_behind(recording, twin_source()));
  }
  return served;
}

Status SessionRuntime::remove_twin() {
  twin_.reset();
  last_lines_.clear();
  making_.reset();
  wants_twin_ = false;
  captured_.clear();
  meta_.twin.exists = false;
  meta_.twin.size_bytes = 0;
  meta_.identity.title.clear();
  services_.commits.needs_no_more(key_, twin_path_);
  services_.commits.needs_no_more(key_, services_.state.held(key_));
  swap_pending_ = false;
  if (auto committed = commit_now(); !committed) return committed;
  twin_path_ = services_.state.twin(key_);
  return remove_twin_files(services_.files, services_.state, key_, meta_.twin.generation);
}

}  // namespace kato
