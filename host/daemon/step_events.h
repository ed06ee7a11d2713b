// What a step brought, as far as the twin and the commands are concerned.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/ingest/sequencer.h"
#include "host/recording/command_interpreter.h"

namespace kato {

using CaptureTimes = std::vector<std::pair<EventId, UnixMillis>>;

class StepEvents final : public EventListener {
 public:
  explicit StepEvents(const SessionRef& session) : session_(session) {}

  void on_event(const Event& event, CommandRight right) override;
  // What came before all that is here. Its lines are in the twin already.
  void put_first(StepEvents&& earlier);

  struct Message {
    CommandedMessage commanded;
    bool has_provider_time = false;
    bool is_live = false;
    CommandRight right = CommandRight::kNever;
  };

  // Whether lines are wanted; else only what commands need is kept.
  bool keep_lines = false;
  std::string lines;
  std::vector<Message> messages;  // that hold a "::"
  CaptureTimes captured;
  std::optional<EventPosition> last;

 private:
  const SessionRef& session_;
};

}  // namespace kato
