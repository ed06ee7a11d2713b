#include "host/session/twin_reader.h"

#include <algorithm>

#include "host/base/hash.h"

namespace kato {
namespace {

constexpr uint64_t kBlockBytes = uint64_t{256} << 10;
// append_event_line begins every line so.
constexpr std::string_view kBeforeEventId = "\"eventId\":\"";

}  // namespace

TwinReader::TwinReader(std::unique_ptr<File> file, TwinFile twin, uint64_t begin_bytes,
                       uint64_t end_bytes)
    : file_(std::move(file)),
      twin_(std::move(twin)),
      events_(std::make_unique<EventLineReader>()),
      first_(begin_bytes),
      end_bytes_(end_bytes) {}

Result<TwinReader> TwinReader::open(FileSystem& files, const TwinFile& twin, uint64_t begin_bytes,
                                    uint64_t end_bytes) {
  auto file = files.open(twin.path, OpenMode::kRead);
  if (!file) return forward(file, "twin");
  return TwinReader(std::move(*file), twin, begin_bytes, end_bytes);
}

TwinReader TwinReader::over_lines(std::string lines, const TwinFile& twin, uint64_t begin_bytes) {
  TwinReader reader(nullptr, twin, begin_bytes, begin_bytes + lines.size());
  reader.buffer_ = std::move(lines);
  return reader;
}

// Keeps the unfinished line and reads a block behind it; a line that does not fit makes the buffer
// grow by doubling. False: there is nothing more.
Result<bool> TwinReader::fill() {
  buffer_.erase(0, at_);
  first_ += at_;
  at_ = 0;
  const size_t kept = buffer_.size();
  const uint64_t left = end_bytes_ - std::min(end_bytes_, first_ + kept);
  const auto wanted = std::min<uint64_t>(left, std::max<uint64_t>(kBlockBytes, kept));
  if (wanted == 0) return false;
  buffer_.resize(kept + wanted);
  const auto got = file_->read_at(first_ + kept, std::span(buffer_).subspan(kept));
  buffer_.resize(kept + got.value_or(0));
  if (!got) return forward(got, "twin");
  return *got > 0;
}

Result<std::optional<TwinLine>> TwinReader::next_line() {
  size_t searched = at_;
  while (true) {
    const auto newline = buffer_.find('\n', searched);
    if (newline != std::string::npos) {
      const TwinLine line{.text = std::string_view(buffer_).substr(at_, newline - at_),
                          .offset_bytes = first_ + at_,
                          .end_bytes = first_ + newline + 1};
      at_ = newline + 1;
      return line;
    }
    searched = buffer_.size() - at_;
    const auto more = fill();
    if (!more) return forward(more);
    if (!*more) return std::nullopt;
  }
}

Result<std::optional<TwinEvent>> TwinReader::next_event() {
  const auto line = next_line();
  if (!line) return forward(line);
  if (!*line) return std::nullopt;
  auto event = read_event((*line)->text);
  if (!event) {
    damage_ = fmt::format("at byte {}: {}", (*line)->offset_bytes, event.error().message());
    return fail(event.error().code(), "{}", damaged_twin(twin_, damage_));
  }
  return TwinEvent{.event = *event,
                   .text = (*line)->text,
                   .offset_bytes = (*line)->offset_bytes,
                   .end_bytes = (*line)->end_bytes};
}

Result<Event> TwinReader::read_event(std::string_view line) {
  auto event = events_->read(line);
  is_at_another_session_ = false;
  if (!event) return event;
  const auto session_id = session_id_of_line(line);
  if (session_id == twin_.session_id) return event;
  if (session_id.empty()) return fail(ErrorCode::kInvalid, "not an event's line");
  is_at_another_session_ = true;
  return fail(ErrorCode::kInvalid, "{}", event_of_other(session_id));
}

Result<std::optional<TwinLine>> TwinReader::find(const EventId& id) {
  const std::string wanted = std::string(kBeforeEventId) + to_hex(id) + "\"";
  while (true) {
    auto line = next_line();
    if (!line || !*line) return line;
    // The id stands before any text of the conversation.
    if ((*line)->text.substr(0, 2 * wanted.size()).find(wanted) != std::string_view::npos) {
      return line;
    }
  }
}

Result<TwinCheck> check_twin(FileSystem& files, const TwinFile& twin) {
  auto reader = TwinReader::open(files, twin, 0, UINT64_MAX);
  if (!reader) return forward(reader);
  TwinCheck found;
  while (true) {
    const auto next = reader->next_event();
    found.damage = reader->damage();
    if (!next && found.damage.empty()) return forward(next);
    if (!next || !*next) return found;
    found.end_bytes = (*next)->end_bytes;
  }
}

}  // namespace kato
