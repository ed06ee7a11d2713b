// A render sink plugin as the host sees it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/event/event.h"
#include "host/plugin/plugin_identity.h"
#include "host/plugin/provider_handle.h"

namespace kato {

// What a recording is about, pinned when it begins.
struct RecordingContext {
  SessionRef session;
  std::string recording_id;  // empty for an export
  std::string title;
  std::string project_directory;
  std::optional<UnixMillis> created;
  int32_t created_utc_offset_s = 0;
  std::vector<std::string> models;
  std::vector<std::string> event_kinds;
};

// An event with what a sink cannot know by itself.
struct RenderEvent {
  const Event* event = nullptr;
  int32_t utc_offset_s = 0;         // of the recording's zone at the shown time
  std::string_view canonical_json;  // the event's line; empty unless the sink wants it
};

struct HeadChange {
  uint64_t replaced_bytes = 0;  // 0: the head stays
  std::string head;
};

// One recording being rendered. Calls are never concurrent. After an error it is dead.
class Renderer {
 public:
  Renderer() = default;
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;
  Renderer(Renderer&&) = delete;
  Renderer& operator=(Renderer&&) = delete;
  virtual ~Renderer() = default;

  // Each appends what it renders to `out`.
  virtual Status begin(std::string& out) = 0;
  virtual Status append(std::span<const RenderEvent> events, std::string& out) = 0;
  virtual Result<HeadChange> refresh_head(std::string_view existing) = 0;
  virtual Result<StateBlob> save() = 0;
};

struct OpenRendererRequest {
  const RecordingContext& context;
  std::string_view options_json;
  const StateBlob* state = nullptr;  // nullptr: nothing was rendered yet
};

// One loaded render sink. [any thread]
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  Sink(Sink&&) = delete;
  Sink& operator=(Sink&&) = delete;
  virtual ~Sink() = default;

  [[nodiscard]] virtual const PluginIdentity& identity() const = 0;
  [[nodiscard]] virtual const PluginAbout& about() const = 0;
  [[nodiscard]] virtual bool wants_json() const = 0;
  [[nodiscard]] virtual std::string_view file_extension() const = 0;  // "md"
  [[nodiscard]] virtual std::string_view media_type() const = 0;
  // kUnsupported: the saved state does not fit.
  [[nodiscard]] virtual Result<std::unique_ptr<Renderer>> open(
      const OpenRendererRequest& request) const = 0;
};

}  // namespace kato
