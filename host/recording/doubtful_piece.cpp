#include "host/recording/doubtful_piece.h"

#include "host/base/time_text.h"

namespace kato {
namespace {

Result<bool> ends_within_other(DestinationFile& file, const WrittenStretch& stretch,
                               std::string_view bytes) {
  const auto other = stretch.holds_other(file.file(), bytes);
  if (!other || !*other) return other;
  const auto begins = file.line_begins_at(file.info().size_bytes);
  if (!begins) return forward(begins);
  return !*begins;
}

// A line of JSON that was torn within a time which is gone cannot be gone on with: what is torn
// stays, and the event stands whole on the next line. Nor can what is left of an event that is
// nowhere any more.
Result<bool> follows_torn_piece(DestinationFile& file, const WrittenStretch& stretch,
                                const TimelessRendering& how, const LooseBytes& loose,
                                std::string_view bytes, size_t matched) {
  const auto torn = stretch.ends_within_unknown(file.file(), loose, matched);
  if (!torn) return torn;
  if (*torn) return how.sink.wants_json();
  return ends_within_other(file, stretch, bytes);
}

// Times of files are a little coarse; a client may have a clock of its own, on another machine.
constexpr int64_t kCoarseMs = 2'000;
constexpr int64_t kApartMs = 60'000;

bool is_captured_later(const Event& event, const UnsureStretch& doubt) {
  if (!doubt.changed || !event.captured_at) return false;
  return event.captured_at->value > doubt.changed->value + kCoarseMs;
}

}  // namespace

bool is_later(const Event& event, const UnsureStretch& doubt) {
  if (!is_captured_later(event, doubt)) return false;
  const auto said = parse_rfc3339(event.body.provider_timestamp);
  return !said || said->value > doubt.changed->value + kApartMs;
}

Status fit_to_file(DestinationFile& file, const WrittenStretch& stretch,
                   const TimelessRendering& how, const DoubtfulEvent& doubtful,
                   RenderedPiece& piece) {
  const auto& [event, doubt] = doubtful;
  const auto matched = stretch.match(file.file(), piece.bytes);
  if (!matched) return forward(matched);
  const bool has_its_time = event.captured_at && !is_captured_later(event, doubt);
  if (*matched == piece.bytes.size() || has_its_time) return {};
  const auto loose = render_without_capture_time(how, event);
  if (!loose) return forward(loose);
  auto there = stretch.match(file.file(), *loose);
  if (!there) return forward(there);
  if (*there) {
    piece.bytes = std::move(**there);
    return {};
  }
  const auto is_behind_torn = follows_torn_piece(file, stretch, how, *loose, piece.bytes, *matched);
  if (!is_behind_torn) return forward(is_behind_torn);
  if (*is_behind_torn) {
    piece.bytes.insert(piece.bytes.begin(), '\n');
    piece.begins_line = true;
  }
  return {};
}

}  // namespace kato
