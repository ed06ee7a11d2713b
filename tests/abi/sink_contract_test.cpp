// Whatever a sink says, the host goes on.
#include <functional>
#include <kato/sink.h>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/plugin/loaded_sink.h"

#include "tests/support/catch.h"

using namespace kato;

namespace {

kato_bytes c_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

void write(const kato_bytes_writer& out, std::string_view text) {
  out.write(out.context, c_bytes(text));
}

struct Script {
  std::function<kato_status(const kato_sink_open_input&, kato_sink_instance**)> open;
  std::function<kato_status(const kato_event_list&, const kato_bytes_writer&)> append;
  std::function<kato_status(std::string_view, const kato_bytes_writer&, uint64_t&)> refresh;
  std::function<kato_status(const kato_blob_writer&)> save;
  int closed = 0;
};
Script* the_script = nullptr;

kato_status open_sink(const kato_host*, const kato_sink_open_input* input,
                      kato_sink_instance** out) {
  return the_script->open(*input, out);
}
void close_sink(kato_sink_instance*) {
  ++the_script->closed;
}
kato_status begin_sink(kato_sink_instance*, const kato_host*, const kato_bytes_writer* out) {
  write(*out, "head\n");
  return KATO_OK;
}
kato_status append_sink(kato_sink_instance*, const kato_host*, const kato_event_list* events,
                        const kato_bytes_writer* out) {
  return the_script->append(*events, *out);
}
kato_status refresh_sink(kato_sink_instance*, const kato_host*, kato_bytes existing,
                         const kato_bytes_writer* out, uint64_t* replaced) {
  return the_script->refresh({reinterpret_cast<const char*>(existing.data), existing.size}, *out,
                             *replaced);
}
kato_status save_sink(kato_sink_instance*, const kato_host*, const kato_blob_writer* out) {
  return the_script->save(*out);
}

constexpr kato_sink_api kApi{
    sizeof(kato_sink_api), KATO_SINK_RENDER, 0,           0,           {"txt", 3},
    {"text/plain", 10},    &open_sink,       &close_sink, &begin_sink, &append_sink,
    &refresh_sink,         &save_sink,       nullptr,     nullptr};

// A sink that does what the test says, and a renderer of it.
struct Scripted {
  Script script;
  std::unique_ptr<Sink> sink;
  RecordingContext context;

  Scripted() {
    the_script = &script;
    script.open = [this](const kato_sink_open_input&, kato_sink_instance** out) {
      *out = reinterpret_cast<kato_sink_instance*>(this);
      return KATO_OK;
    };
    script.append = [](const kato_event_list&, const kato_bytes_writer&) { return KATO_OK; };
    script.refresh = [](std::string_view, const kato_bytes_writer&, uint64_t&) { return KATO_OK; };
    plugin::LoadedPlugin plugin;
    plugin.identity.id = "scripted";
    plugin.identity.version = "1.0.0";
    sink = plugin::make_sink(std::move(plugin), kApi);
  }
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;
  Scripted(Scripted&&) = delete;
  Scripted& operator=(Scripted&&) = delete;
  ~Scripted() { the_script = nullptr; }

  std::unique_ptr<Renderer> renderer() {
    auto opened = sink->open({.context = context, .options_json = {}, .state = nullptr});
    REQUIRE(opened);
    return std::move(*opened);
  }
};

template <class T>
void check_breach(const Result<T>& result, const std::string& words) {
  REQUIRE_FALSE(result);
  INFO(result.error().message());
  CHECK(result.error().code() == ErrorCode::kPlugin);
  CHECK(result.error().message().starts_with("plugin scripted 1.0.0: "));
  CHECK(result.error().message().find(words) != std::string::npos);
}

}  // namespace

TEST_CASE("what a failed append wrote is taken back, and the renderer is dead", "[abi]") {
  Scripted scripted;
  const auto renderer = scripted.renderer();
  std::string out = "before ";
  REQUIRE(renderer->begin(out));
  CHECK(out == "before head\n");
  scripted.script.append = [](const kato_event_list&, const kato_bytes_writer& to) {
    write(to, "half a rec");
    return KATO_FATAL;
  };
  check_breach(renderer->append({}, out), "append failed");
  CHECK(out == "before head\n");
  CHECK(scripted.script.closed == 1);
  check_breach(renderer->append({}, out), "given up");
  check_breach(renderer->save(), "given up");
}

TEST_CASE("exceptions and wild writes of a sink are contained", "[abi]") {
  Scripted scripted;
  std::string out;
  scripted.script.append = [](const kato_event_list&, const kato_bytes_writer&) -> kato_status {
    throw std::runtime_error("oops");
  };
  check_breach(scripted.renderer()->append({}, out), "threw an exception");
  scripted.script.append = [](const kato_event_list&, const kato_bytes_writer& to) {
    to.write(to.context, {nullptr, 10});
    return KATO_OK;
  };
  check_breach(scripted.renderer()->append({}, out), "bytes without data");
  CHECK(out.empty());
}

TEST_CASE("a refreshed head replaces what is there, or nothing", "[abi]") {
  Scripted scripted;
  const auto refresh = [&](uint64_t replaced, std::string_view head) {
    scripted.script.refresh = [=](std::string_view, const kato_bytes_writer& to, uint64_t& n) {
      n = replaced;
      write(to, head);
      return KATO_OK;
    };
    return scripted.renderer()->refresh_head("0123456789");
  };
  const auto changed = refresh(4, "new");
  REQUIRE(changed);
  CHECK(changed->replaced_bytes == 4);
  CHECK(changed->head == "new");
  CHECK(refresh(0, "")->head.empty());
  check_breach(refresh(11, "new"), "replaced 11 bytes of a head of 10");
  check_breach(refresh(0, "new"), "said that it stays");
}

TEST_CASE("a sink's state comes once, and is bounded", "[abi]") {
  Scripted scripted;
  const auto save = [&](int times, size_t size) {
    scripted.script.save = [=](const kato_blob_writer& out) {
      const std::string content(size, 's');
      const kato_state_blob blob{sizeof(blob), 5, c_bytes(content)};
      for (int i = 0; i < times; ++i) {
        out.state(out.context, &blob);
      }
      return KATO_OK;
    };
    return scripted.renderer()->save();
  };
  const auto saved = save(1, 3);
  REQUIRE(saved);
  CHECK(saved->version == 5);
  CHECK(saved->blob == "sss");
  check_breach(save(0, 3), "exactly once");
  check_breach(save(2, 3), "exactly once");
  check_breach(save(1, KATO_MAX_STATE_BYTES + 1), "too large");
}

TEST_CASE("a state that does not fit is said to be unsupported", "[abi]") {
  Scripted scripted;
  scripted.script.open = [](const kato_sink_open_input&, kato_sink_instance**) {
    return KATO_UNSUPPORTED;
  };
  const StateBlob state{9, "x"};
  const auto opened =
      scripted.sink->open({.context = scripted.context, .options_json = {}, .state = &state});
  CHECK(opened.error().code() == ErrorCode::kUnsupported);
}

TEST_CASE("a sink gets all of an event and of its recording", "[abi]") {
  Scripted scripted;
  scripted.context.session = {"toy", "s1", "0123456789abcdef"};
  scripted.context.title = "A title";
  scripted.context.models = {"m1", "m2"};
  scripted.context.created = UnixMillis{5};
  std::string seen;
  scripted.script.open = [&](const kato_sink_open_input& input, kato_sink_instance** out) {
    const auto& recording = *input.recording;
    seen.assign(recording.short_id.data, recording.short_id.size);
    CHECK(recording.model_count == 2);
    CHECK(recording.created_unix_ms == 5);
    CHECK(recording.recording_id.data == nullptr);
    CHECK(input.state == nullptr);
    *out = reinterpret_cast<kato_sink_instance*>(&scripted);
    return KATO_OK;
  };
  const auto renderer = scripted.renderer();
  CHECK(seen == "01234567");

  Event event;
  event.body.kind = EventKind::kAssistantDecisionPrompt;
  event.body.payload.text = "Which?";
  const DecisionOption options[] = {{"a", {}}, {"b", "second"}};
  event.body.payload.options = options;
  event.body.payload.multi_select = true;
  event.body.provider_timestamp = "2026-01-01T00:00:01Z";
  event.id[15] = 0xab;
  event.seq = 17;
  event.captured_at = UnixMillis{0};
  scripted.script.append = [&](const kato_event_list& list, const kato_bytes_writer&) {
    REQUIRE(list.count == 2);
    const auto& c = *list.events[1];
    CHECK(std::string_view(c.event_id.data, c.event_id.size) == "000000000000000000000000000000ab");
    CHECK(c.seq == 17);
    CHECK(c.time_unix_ms == 1767225601000);
    CHECK(c.utc_offset_s == 3600);
    CHECK(std::string_view(c.captured_at.data, c.captured_at.size) == "1970-01-01T00:00:00.000Z");
    CHECK(c.payload->option_count == 2);
    CHECK(c.payload->options[0].description.data == nullptr);
    CHECK(c.payload->options[1].description.size == 6);
    CHECK((c.payload->flags & KATO_PAYLOAD_MULTI_SELECT) != 0);
    CHECK(c.session->provider.size == 3);
    CHECK(c.revises.data == nullptr);
    CHECK(list.events[0]->payload->option_count == 0);
    CHECK(list.events[0]->time_unix_ms == KATO_NO_TIME);
    return KATO_OK;
  };
  const Event plain;
  const std::vector<RenderEvent> events = {{&plain, 0, {}}, {&event, 3600, {}}};
  std::string out;
  CHECK(renderer->append(events, out));
}
