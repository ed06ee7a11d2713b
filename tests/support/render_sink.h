// Render sinks in tests, driven through the ABI as any host drives them.
#pragma once

#include <deque>
#include <kato/sink.h>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kato::test {

struct AttachmentSpec {
  std::string name;
  std::string media_type;
  uint64_t size_bytes = UINT64_MAX;
};

// An event by value. What a test leaves out is absent.
struct EventSpec {
  int32_t kind = KATO_USER_MESSAGE;
  std::string text{};
  std::string model{};
  int64_t time_unix_ms = KATO_NO_TIME;
  int32_t utc_offset_s = 0;
  std::string phase{};
  std::string subtype{};
  int32_t level = KATO_LEVEL_UNSET;
  uint32_t flags = 0;  // of the payload
  std::string tool_call_id{};
  std::string tool_name{};
  std::string description{};
  std::string input_json{};
  std::string decision_id{};
  std::string decision_key{};
  std::vector<std::pair<std::string, std::string>> options{};
  std::vector<std::string> selections{};
  std::string free_text{};
  std::vector<AttachmentSpec> attachments{};
  std::string revises{};
  std::string json{};
};

// Events as the ABI wants them; they point into this object.
class EventList {
 public:
  explicit EventList(std::vector<EventSpec> specs);
  EventList(const EventList&) = delete;
  EventList& operator=(const EventList&) = delete;
  EventList(EventList&&) = delete;
  EventList& operator=(EventList&&) = delete;
  ~EventList() = default;

  [[nodiscard]] size_t size() const { return pointers_.size(); }
  [[nodiscard]] kato_event_list slice(size_t first, size_t count) const;

 private:
  struct Stored {
    EventSpec spec{};
    kato_event event{};
    kato_payload payload{};
    std::vector<kato_option> options{};
    std::vector<kato_str> selections{};
    std::vector<kato_attachment> attachments{};
  };
  void add(EventSpec spec);

  std::deque<Stored> stored_;
  std::vector<const kato_event*> pointers_;
};

struct RecordingSpec {
  std::string provider = "codex";
  std::string session_id = "0b9c6f7e-1111-4222-8333-444455556666";
  std::string short_id = "0b9c6f7e";
  std::string recording_id = "7d3e0a11-2222-4333-8444-555566667777";
  std::string title = "Say hello";
  int64_t created_unix_ms = KATO_NO_TIME;
  std::vector<std::string> models{};
  std::vector<std::string> event_kinds{};
};

struct SavedState {
  uint32_t version = 0;
  std::string blob;
};

// A plugin file that was loaded; it stays loaded.
class SinkLibrary {
 public:
  // `name`: a plugin of this build. Throws std::runtime_error.
  explicit SinkLibrary(const std::string& name);
  [[nodiscard]] const kato_plugin_descriptor& descriptor() const { return *descriptor_; }
  [[nodiscard]] const kato_sink_api& api() const { return *descriptor_->sink; }

 private:
  const kato_plugin_descriptor* descriptor_;
};

// One instance of a render sink. A status other than KATO_OK throws std::runtime_error with what
// the sink reported, but for open, which is asked by status().
class SinkInstance {
 public:
  SinkInstance(const SinkLibrary& library, std::string options, RecordingSpec recording,
               const SavedState* state = nullptr);
  SinkInstance(const SinkInstance&) = delete;
  SinkInstance& operator=(const SinkInstance&) = delete;
  SinkInstance(SinkInstance&&) = delete;
  SinkInstance& operator=(SinkInstance&&) = delete;
  ~SinkInstance();

  [[nodiscard]] kato_status status() const { return status_; }
  [[nodiscard]] const std::string& reported() const { return reported_; }
  std::string begin();
  std::string append(const kato_event_list& events);
  // The whole new text of a file of which `existing` is the content.
  std::string refresh_head(const std::string& existing);
  [[nodiscard]] SavedState save();

 private:
  void check(kato_status status) const;

  const kato_sink_api& api_;
  std::string reported_;
  kato_host host_{};
  kato_sink_instance* instance_ = nullptr;
  kato_status status_ = KATO_FATAL;
};

// A new file: its head and all events, rendered in pieces of the given sizes, with save, close and
// open between any two. No sizes: all at once.
std::string render(const SinkLibrary& library, const std::string& options,
                   const RecordingSpec& recording, const EventList& events,
                   const std::vector<size_t>& piece_sizes = {});

}  // namespace kato::test
