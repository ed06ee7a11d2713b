#include "host/recording/event_matching.h"

#include "host/recording/render_stage.h"

namespace kato {
namespace {

// 1001-01-01T01:01:01.001Z and 2222-12-22T22:22:22.222Z: no digit is the same in both.
constexpr UnixMillis kOneTime{-30578684338999};
constexpr UnixMillis kOtherTime{7983094942222};

Result<std::string> render_at(const TimelessRendering& how, Event event, UnixMillis time) {
  auto renderer = how.sink.open(
      {.context = how.context, .options_json = how.options_json, .state = &how.before});
  if (!renderer) return forward(renderer);
  event.captured_at = time;
  RenderStage stage(**renderer, how.sink.wants_json(), how.session, TimeZone::utc());
  std::string bytes;
  if (auto rendered = stage.render(event, bytes); !rendered) return forward(rendered);
  return bytes;
}

}  // namespace

Result<LooseBytes> render_without_capture_time(const TimelessRendering& how, const Event& event) {
  auto one = render_at(how, event, kOneTime);
  if (!one) return forward(one);
  const auto other = render_at(how, event, kOtherTime);
  if (!other) return forward(other);
  if (one->size() != other->size()) return LooseBytes{};
  LooseBytes loose{.bytes = std::move(*one), .mask = std::string(other->size(), '\0')};
  for (size_t i = 0; i < loose.bytes.size(); ++i) {
    loose.mask[i] = loose.bytes[i] == (*other)[i] ? 0 : 1;
  }
  return loose;
}

}  // namespace kato
