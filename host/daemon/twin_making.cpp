#include "host/daemon/twin_making.h"

#include "host/event/event_id.h"
#include "host/event/event_line.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

constexpr size_t kWriteBytes = size_t{1} << 20;

}  // namespace

// Events become lines of the new twin.
class TwinInMaking::Lines final : public EventListener {
 public:
  Lines(const TwinMaking& making, MadeTwin& made) : making_(making), made_(made) {}

  void on_event(const Event& event, CommandRight) override {
    if (!status_) return;
    Event line = event;
    const auto seen = making_.captured.find(event.id);
    if (seen != making_.captured.end()) line.captured_at = seen->second;
    append_event_line(lines_, making_.session, line);
    lines_.push_back('\n');
    const auto& has_met = making_.again.has_met;
    if (has_met && !has_met(event)) {
      made_.unmet.push_back({.id = event.id, .content_hash = content_hash(event.body)});
    }
    note(event);
  }
  void copy(std::string_view text, const Event& event) {
    lines_.append(text);
    lines_.push_back('\n');
    note(event);
  }
  Status flush() {
    if (status_ && !lines_.empty()) status_ = made_.log.append(lines_);
    lines_.clear();
    return status_;
  }

 private:
  void note(const Event& event) {
    made_.summary.add(event);
    made_.places.push_back({.position = {.seq = event.seq, .event_id = event.id},
                            .end_bytes = made_.log.size_bytes() + lines_.size()});
    if (lines_.size() >= kWriteBytes) static_cast<void>(flush());  // what failed stands in status_
  }

  const TwinMaking& making_;
  MadeTwin& made_;
  std::string lines_;
  Status status_;
};

TwinInMaking::TwinInMaking(std::string path, TwinMaking making, TwinLog log)
    : path_(std::move(path)),
      making_(std::move(making)),
      made_{.log = std::move(log), .summary = {}, .places = {}, .unmet = {}, .outcome = {}},
      lines_(std::make_unique<Lines>(making_, made_)) {}

TwinInMaking::~TwinInMaking() {
  // Else it is removed at the next opening.
  if (!is_taken_) static_cast<void>(making_.again.files.remove(path_));
}

Result<std::unique_ptr<TwinInMaking>> TwinInMaking::begin(std::string path, TwinMaking making) {
  auto log =
      TwinLog::open(making.again.files, {.path = path, .session_id = making.session.session_id}, 0);
  if (!log) return forward(log);
  std::unique_ptr<TwinInMaking> begun(
      new TwinInMaking(std::move(path), std::move(making), std::move(*log)));
  if (auto copied = begun->copy_seed(); !copied) return forward(copied);
  begun->again_.emplace(begun->making_.again, begun->known_, *begun->lines_);
  return begun;
}

// Goes on with the twin there is: from its last seq, and the last message if only its commands
// follow.
Status TwinInMaking::copy_seed() {
  if (making_.seed_bytes == 0) return {};
  auto& again = making_.again;
  auto reader = TwinReader::open(
      again.files, {.path = making_.seed_path, .session_id = making_.session.session_id}, 0,
      making_.seed_bytes);
  if (!reader) return forward(reader);
  while (true) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) return {};
    const Event& event = (*next)->event;
    known_.add(event.id, content_hash(event.body));
    lines_->copy((*next)->text, event);
    again.first_seq = event.seq + 1;
    note_unfinished(again.unfinished, event);
  }
}

Result<bool> TwinInMaking::read_part(uint64_t part_bytes) {
  const auto done = again_->read_part(part_bytes);
  if (!done) return done;
  if (auto written = lines_->flush(); !written) return forward(written);
  return done;
}

Result<TwinGain> gain_of(FileSystem& files, const TwinFile& twin, uint64_t size_bytes,
                         const std::vector<EventPlace>& made) {
  HashSet64 ids;
  for (const auto& place : made) {
    ids.insert(fingerprint_of(place.position.event_id));
  }
  auto reader = TwinReader::open(files, twin, 0, size_bytes);
  if (!reader) return forward(reader);
  size_t count = 0;
  bool is_first_part = true;
  while (true) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) break;
    const auto& id = (*next)->event.id;
    if (!ids.contains(fingerprint_of(id))) return TwinGain::kLacksSome;
    is_first_part = is_first_part && count < made.size() && made[count].position.event_id == id;
    ++count;
  }
  if (count == made.size()) return TwinGain::kNone;
  return is_first_part ? TwinGain::kBehind : TwinGain::kAmid;
}

MadeTwin TwinInMaking::take() {
  is_taken_ = true;
  made_.outcome = again_->outcome();
  return std::move(made_);
}

}  // namespace kato
