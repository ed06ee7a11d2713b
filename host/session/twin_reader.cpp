#include "host/session/twin_reader.h"

#include <algorithm>

#include "host/base/hash.h"

namespace kato {
namespace {

constexpr uint64_t kBlockBytes = uint64_t{256} << 10;
// append_event_line begins every line so.
constexpr std::string_view kBeforeEventId = "\"eventId\":\"";

}  // namespace

TwinReader::TwinReader(std::unique_ptr<File> file, std::string path, uint64_t begin_bytes,
                       uint64_t end_bytes)
    : file_(std::move(file)),
      path_(std::move(path)),
      events_(std::make_unique<EventLineReader>()),
      first_(begin_bytes),
      end_bytes_(end_bytes) {}

Result<TwinReader> TwinReader::open(FileSystem& files, const std::string& path,
                                    uint64_t begin_bytes, uint64_t end_bytes) {
  auto file = files.open(path, OpenMode::kRead);
  if (!file) return forward(file, "twin");
  return TwinReader(std::move(*file), path, begin_bytes, end_bytes);
}

TwinReader TwinReader::over_lines(std::string lines, const std::string& path,
                                  uint64_t begin_bytes) {
  TwinReader reader(nullptr, path, begin_bytes, begin_bytes + lines.size());
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
  auto event = events_->read((*line)->text);
  if (!event) {
    return fail(event.error().code(), "twin {} is damaged at byte {} ({})", path_,
                (*line)->offset_bytes, event.error().message());
  }
  return TwinEvent{
      .event = *event, .offset_bytes = (*line)->offset_bytes, .end_bytes = (*line)->end_bytes};
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

Result<uint64_t> check_twin(FileSystem& files, const std::string& path) {
  auto reader = TwinReader::open(files, path, 0, UINT64_MAX);
  if (!reader) return forward(reader);
  uint64_t end_bytes = 0;
  while (true) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next) return end_bytes;
    end_bytes = (*next)->end_bytes;
  }
}

}  // namespace kato
