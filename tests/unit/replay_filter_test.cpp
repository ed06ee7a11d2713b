// Exports of a log that changed since it was read: the promise P2.
#include "host/daemon/replay_filter.h"

#include <string>
#include <vector>

#include "host/event/event_id.h"

#include "tests/support/catch.h"

using namespace kato;

namespace {

Event said(const std::string& text, const std::string& key) {
  Event event;
  event.body.kind = EventKind::kUserMessage;
  event.body.payload.text = text;
  event.id = make_event_id("session", key, "text/0", "");
  return event;
}

class Texts final : public EventListener {
 public:
  void on_event(const Event& event, CommandRight) override {
    texts.emplace_back(event.body.payload.text);
  }
  std::vector<std::string> texts;
};

}  // namespace

TEST_CASE("P2: an export gets what was known when it was asked for, however the log states it now",
          "[runtime][P2]") {
  Texts passed;
  const std::vector<std::string> words = {"one", "two", "three"};
  ReplayFilter filter(passed, said("two", "two").id);
  for (const auto& word : words) {
    const auto event = said(word, word);
    filter.add({.id = event.id, .content_hash = content_hash(event.body)});
  }
  const std::string one = "one";
  for (const auto& event : {said(one, "another id"), said("two", "two"), said("three", "three"),
                            said("said since the log was read", "four")}) {
    filter.on_event(event, CommandRight::kNever);
  }
  CHECK(passed.texts == std::vector<std::string>{"one", "two"});
}
