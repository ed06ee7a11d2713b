// Conversations for the tests of the sinks, and what a sink makes of them.
#pragma once

#include <kato/testkit/plugin_file.hpp>
#include <kato/testkit/sink_driver.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/places.h"

namespace kato::test {

using testkit::RecordingContent;
using testkit::SampleEvent;

// An event, told in words. What is not told is absent.
class Told {
 public:
  explicit Told(int32_t kind, std::string text = {}) {
    event_.kind = kind;
    event_.text = std::move(text);
  }
  // NOLINTNEXTLINE(google-explicit-constructor): a Told is to stand in lists of events
  operator SampleEvent() const { return event_; }

  Told& at(int64_t unix_ms, int32_t utc_offset_s = 0) {
    event_.time_unix_ms = unix_ms;
    event_.utc_offset_s = utc_offset_s;
    return *this;
  }
  Told& by(std::string model) { return set(event_.model, std::move(model)); }
  Told& phase(std::string word) { return set(event_.phase, std::move(word)); }
  Told& subtype(std::string word) { return set(event_.subtype, std::move(word)); }
  Told& level(kato_level level) {
    event_.level = level;
    return *this;
  }
  Told& flags(uint32_t payload_flags) {
    event_.payload_flags = payload_flags;
    return *this;
  }
  Told& call(std::string id, std::string tool = {}) {
    event_.tool_name = std::move(tool);
    return set(event_.tool_call_id, std::move(id));
  }
  Told& describes(std::string text) { return set(event_.description, std::move(text)); }
  Told& input(std::string json) { return set(event_.input_json, std::move(json)); }
  Told& decision(std::string id, std::string key = {}) {
    event_.decision_key = std::move(key);
    return set(event_.decision_id, std::move(id));
  }
  Told& option(std::string label, std::string description = {}) {
    event_.options.emplace_back(std::move(label), std::move(description));
    return *this;
  }
  Told& chose(std::string label) {
    event_.selections.push_back(std::move(label));
    return *this;
  }
  Told& wrote(std::string text) { return set(event_.free_text, std::move(text)); }
  Told& attached(std::string media_type, std::string name = {}, uint64_t bytes = UINT64_MAX) {
    event_.attachments.emplace_back(std::move(media_type), std::move(name));
    event_.attachment_size_bytes = bytes;
    return *this;
  }
  Told& revised() { return set(event_.revises, "00112233445566778899aabbccddeeff"); }
  Told& line(std::string json) { return set(event_.canonical_json, std::move(json)); }

 private:
  Told& set(std::string& field, std::string value) {
    field = std::move(value);
    return *this;
  }
  SampleEvent event_;
};

inline Told user(std::string text) {
  return Told(KATO_USER_MESSAGE, std::move(text));
}
inline Told assistant(std::string text, std::string model = "gpt-5") {
  return Told(KATO_ASSISTANT_MESSAGE, std::move(text)).by(std::move(model));
}

// The plugin of this build.
inline const kato_sink_api& sink(const std::string& name) {
  const auto loaded = testkit::load_plugin_file(binary_dir() + "/lib/kato/plugins/" + name + ".so");
  INFO(loaded.error);
  REQUIRE(loaded.descriptor != nullptr);
  return *loaded.descriptor->sink;
}

// A new file with these events, rendered in pieces that end at the cuts.
inline std::string rendered(const std::string& name, const std::vector<SampleEvent>& events,
                            const RecordingContent& recording = {},
                            const std::vector<size_t>& cuts = {}) {
  const auto run = testkit::SinkDriver(sink(name), recording).run(events, cuts);
  REQUIRE(run.status == KATO_OK);
  return run.head + run.body;
}

}  // namespace kato::test
