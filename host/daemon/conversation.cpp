#include "host/daemon/conversation.h"

#include "host/session/twin_reader.h"

namespace kato {
namespace {

class UpTo final : public EventListener {
 public:
  UpTo(const EventPosition& through, const std::function<Status(const Event&)>& take)
      : through_(through), take_(take) {}

  void on_event(const Event& event, CommandRight) override {
    const bool by_number = through_.event_id == EventId{};
    if (is_over()) return;
    if (by_number && event.seq > through_.seq) return;
    status_ = take_(event);
    over_ = event.id == through_.event_id;
  }
  [[nodiscard]] bool is_over() const { return over_ || !status_; }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  const EventPosition& through_;
  const std::function<Status(const Event&)>& take_;
  Status status_;
  bool over_ = false;
};

Result<bool> read_twin(FileSystem& files, const TwinSource& twin, UpTo& into) {
  auto reader = TwinReader::open(files, twin.file, 0, twin.size_bytes);
  if (!reader) return forward(reader);
  while (!into.is_over()) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) break;
    into.on_event((*next)->event, CommandRight::kNever);
  }
  return true;
}

}  // namespace

Result<bool> read_up_to(FileSystem& files, SessionRuntime& runtime, const EventPosition& through,
                        const std::function<Status(const Event&)>& take) {
  UpTo events(through, take);
  auto whole = runtime.meta().twin.exists ? read_twin(files, runtime.twin_source(), events)
                                          : runtime.replay(events, through.event_id);
  if (whole && !events.status()) return forward(events.status());
  return whole;
}

Result<std::string> title_at(FileSystem& files, SessionRuntime& runtime,
                             const EventPosition& moment) {
  SessionSummary summary;
  for (const auto& source : runtime.sources()) {
    summary.add_hint(source.identity.title_hint);
  }
  const auto read = read_up_to(files, runtime, moment, [&summary](const Event& event) -> Status {
    summary.add(event);
    return {};
  });
  if (!read) return forward(read, "the title for a generated name");
  return summary.title();
}

}  // namespace kato
