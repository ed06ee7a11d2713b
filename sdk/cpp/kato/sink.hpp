// Write a render sink in C++: derive from RenderSink, then KATO_EXPORT_RENDER_SINK.
// The contract of each call is in <kato/sink.h>.
#pragma once

#include <kato/sink.h>
#include <memory>
#include <vector>

#include "common.hpp"

namespace kato::sdk {

// Collects what a call renders. Borrowed for one call.
class BytesWriter {
 public:
  explicit BytesWriter(const kato_bytes_writer* out) noexcept : out_(*out) {}
  void write(std::string_view text) {
    if (!text.empty()) out_.write(out_.context, bytes(text));
  }

 private:
  const kato_bytes_writer& out_;
};

struct SinkState {
  uint32_t version = 1;
  std::string blob;
};

// One recording being rendered. Made by its constructor from (host, open input); see
// KATO_EXPORT_RENDER_SINK.
class RenderSink {
 public:
  RenderSink() = default;
  RenderSink(const RenderSink&) = delete;
  RenderSink& operator=(const RenderSink&) = delete;
  RenderSink(RenderSink&&) = delete;
  RenderSink& operator=(RenderSink&&) = delete;
  virtual ~RenderSink() = default;

  virtual void begin(BytesWriter& out) = 0;
  // `event` and its payload are complete: fields that the host does not know are zero.
  virtual void append(const kato_event& event, BytesWriter& out) = 0;
  // Returns the length of the head in `existing` that what was written replaces; 0: unchanged.
  virtual uint64_t refresh_head(std::string_view existing, BytesWriter& out) {
    static_cast<void>(existing);
    static_cast<void>(out);
    return 0;
  }
  [[nodiscard]] virtual SinkState save() const = 0;
};

// SinkType: derived from RenderSink, with
//   static constexpr PluginInfo kInfo; static constexpr uint32_t kFlags (kato_sink_flag);
//   static constexpr std::string_view kFileExtension, kMediaType;
//   static std::unique_ptr<RenderSink> open(const Host&, const kato_sink_open_input&);
//     nullptr: the state does not fit.
template <class SinkType>
struct RenderSinkTable {
  static kato_status open(const kato_host* host, const kato_sink_open_input* input,
                          kato_sink_instance** out) noexcept {
    *out = nullptr;
    return barrier(host, [&]() -> kato_status {
      std::unique_ptr<RenderSink> sink = SinkType::open(Host(host), complete(input));
      if (!sink) return KATO_UNSUPPORTED;
      *out = reinterpret_cast<kato_sink_instance*>(sink.release());
      return KATO_OK;
    });
  }

  static void close(kato_sink_instance* self) noexcept { delete sink_of(self); }

  static kato_status begin(kato_sink_instance* self, const kato_host* host,
                           const kato_bytes_writer* out) noexcept {
    return barrier(host, [&] {
      BytesWriter writer(out);
      sink_of(self)->begin(writer);
      return KATO_OK;
    });
  }

  static kato_status append(kato_sink_instance* self, const kato_host* host,
                            const kato_event_list* events, const kato_bytes_writer* out) noexcept {
    return barrier(host, [&] {
      BytesWriter writer(out);
      for (size_t i = 0; i < events->count; ++i) {
        kato_event event = complete(events->events[i]);
        const kato_payload payload = complete(event.payload);
        event.payload = &payload;
        sink_of(self)->append(event, writer);
      }
      return KATO_OK;
    });
  }

  static kato_status refresh_head(kato_sink_instance* self, const kato_host* host,
                                  kato_bytes existing, const kato_bytes_writer* out,
                                  uint64_t* replaced_bytes) noexcept {
    *replaced_bytes = 0;
    return barrier(host, [&] {
      BytesWriter writer(out);
      *replaced_bytes = sink_of(self)->refresh_head(view(existing), writer);
      return KATO_OK;
    });
  }

  static kato_status save(kato_sink_instance* self, const kato_host* host,
                          const kato_blob_writer* out) noexcept {
    return barrier(host, [&] {
      const SinkState saved = sink_of(self)->save();
      const kato_state_blob c{sizeof(kato_state_blob), saved.version, bytes(saved.blob)};
      out->state(out->context, &c);
      return KATO_OK;
    });
  }

  static constexpr kato_sink_api kApi{sizeof(kato_sink_api),
                                      KATO_SINK_RENDER,
                                      SinkType::kFlags,
                                      0,
                                      str(SinkType::kFileExtension),
                                      str(SinkType::kMediaType),
                                      &open,
                                      &close,
                                      &begin,
                                      &append,
                                      &refresh_head,
                                      &save,
                                      nullptr,
                                      nullptr};

 private:
  static RenderSink* sink_of(kato_sink_instance* self) noexcept {
    return reinterpret_cast<RenderSink*>(self);
  }
};

}  // namespace kato::sdk

#define KATO_EXPORT_RENDER_SINK(SinkType, id_, version_)                                        \
  KATO_PLUGIN_NOTE(KATO_PLUGIN_SINK, id_, version_, 0);                                         \
  extern "C" KATO_EXPORT const kato_plugin_descriptor* KATO_PLUGIN_ENTRY(uint32_t major,        \
                                                                         uint32_t) noexcept {   \
    static const kato_plugin_descriptor descriptor = [] {                                       \
      auto made = kato::sdk::make_descriptor(KATO_PLUGIN_SINK, id_, version_, SinkType::kInfo); \
      made.sink = &kato::sdk::RenderSinkTable<SinkType>::kApi;                                  \
      return made;                                                                              \
    }();                                                                                        \
    return major == KATO_ABI_MAJOR ? &descriptor : nullptr;                                     \
  }
