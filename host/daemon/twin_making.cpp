#include "host/daemon/twin_making.h"

#include "host/event/event_id.h"
#include "host/event/event_line.h"
#include "host/session/twin_reader.h"

namespace kato {
namespace {

constexpr size_t kWriteBytes = size_t{1} << 20;

// Events become lines of the new twin.
class Lines final : public EventListener {
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

// Where the twin that is gone on with ends.
struct SeedEnd {
  uint64_t next_seq = 1;
  std::optional<EventId> message;  // the last one, if only its commands follow
};

Result<SeedEnd> copy_seed(const TwinMaking& making, EventMemory& known, Lines& lines) {
  SeedEnd end;
  if (making.seed_bytes == 0) return end;
  auto reader = TwinReader::open(making.again.files, making.seed_path, 0, making.seed_bytes);
  if (!reader) return forward(reader);
  EventLineReader events;
  while (true) {
    const auto line = reader->next_line();
    if (!line) return forward(line);
    if (!*line) return end;
    const auto event = events.read((*line)->text);
    if (!event) return forward(event, making.seed_path);
    known.add(event->id, content_hash(event->body));
    lines.copy((*line)->text, *event);
    end.next_seq = event->seq + 1;
    note_unfinished(end.message, *event);
  }
}

}  // namespace

Result<MadeTwin> make_twin_at(const std::string& path, const TwinMaking& making) {
  auto log = TwinLog::open(making.again.files, path, 0);
  if (!log) return forward(log);
  MadeTwin made{.log = std::move(*log), .summary = {}, .places = {}, .unmet = {}};
  Lines lines(making, made);
  FreshEventMemory known(true);
  const auto seed = copy_seed(making, known, lines);
  if (!seed) return forward(seed);
  AgainInput again = making.again;
  again.first_seq = seed->next_seq;
  again.unfinished = seed->message;
  const auto decoded = decode_again(again, known, lines);
  if (!decoded) return forward(decoded);
  if (auto written = lines.flush(); !written) return forward(written);
  made.missing_bytes = decoded->missing_bytes;
  return made;
}

}  // namespace kato
