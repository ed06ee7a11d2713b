// Drives a render sink's table as the host does.
#pragma once

#include <kato/sink.h>
#include <string>
#include <string_view>
#include <vector>

#include "sample_events.hpp"

namespace kato::testkit {

struct RecordingContent {
  std::string options_json;  // "": none
  std::string provider = "sample";
  std::string provider_session_id = "sample-session";
  std::string session_id = "0b5c3f0e-6d2a-4a51-9c53-5f3c0a7d1e42";
  std::string short_id = "0b5c3f0e";
  std::string recording_id = "rec-1";
  std::string title = "A sample conversation";
  std::string project_directory = "/home/me/project";
  int64_t created_unix_ms = 1772036800123;
  int32_t created_utc_offset_s = 3600;
  std::vector<std::string> models = {"claude-haiku-4-5-20251001"};
  std::vector<std::string> event_kinds = {"user.message", "assistant.message"};
};

// How large the structs are that the sink is handed.
enum class HostAge {
  kSame,
  kNewer,  // larger than the sink knows them
};

class SinkDriver {
 public:
  // Both must outlive the driver.
  SinkDriver(const kato_sink_api& api, const RecordingContent& recording)
      : api_(api), recording_(recording) {}

  struct Run {
    kato_status status = KATO_OK;  // of the call that ended it
    std::string head;              // what begin wrote
    std::string body;              // what append wrote
    std::string state;
    uint32_t state_version = 0;
    std::vector<std::string> breaches;
  };
  // Renders the events; behind each cut (a number of events, ascending) it saves, closes and opens.
  [[nodiscard]] Run run(const std::vector<SampleEvent>& events, const std::vector<size_t>& cuts,
                        HostAge age = HostAge::kSame) const;

  struct Head {
    kato_status status = KATO_OK;
    uint64_t replaced_bytes = 0;
    std::string bytes;
  };
  [[nodiscard]] Head refresh_head(std::string_view existing) const;

  // Opens with `state` and renders. Anything may come of it but a crash. The status of open.
  [[nodiscard]] kato_status open_with(std::string_view state, uint32_t version,
                                      const std::vector<SampleEvent>& events) const;

 private:
  class Session;
  const kato_sink_api& api_;
  const RecordingContent& recording_;
};

}  // namespace kato::testkit
