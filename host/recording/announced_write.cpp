#include "host/recording/announced_write.h"

#include <algorithm>
#include <string>

#include "host/base/hash.h"
#include "host/recording/destination_file.h"

namespace kato {
namespace {

constexpr size_t kTellingBytes = 64;  // of these there is no second by chance
constexpr size_t kFewestBytes = 4;    // nor of these at the end of a file, on a line of their own

// Its end, from the beginning of a line on.
std::string_view last_lines(std::string_view text) {
  if (text.size() <= kEarlierTextBytes) return text;
  const auto end = text.substr(text.size() - kEarlierTextBytes);
  return end.substr(std::min(end.find('\n'), end.size() - 1) + 1);
}

std::string_view last_line(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos) return {};
  const auto end = std::min(text.find('\n', last), text.size());
  const auto before = text.rfind('\n', last);
  const auto begin = before == std::string_view::npos ? 0 : before + 1;
  return text.substr(begin, end - begin);
}

bool is_telling(std::string_view line, std::string_view among, const EarlierText& earlier) {
  return line.size() >= kTellingBytes && among.find(line) == among.rfind(line) &&
         !earlier.contains(line);
}

}  // namespace

void describe_append(JournaledWrite& write, const FileInfo& file, std::string_view bytes) {
  const auto tail = mark_behind(file.id, file.size_bytes + bytes.size(), bytes);
  write.file = file.id;
  write.offset_bytes = file.size_bytes;
  write.length_bytes = bytes.size();
  write.hash = hash64(bytes);
  write.tail_length_bytes = tail.tail_length_bytes;
  write.tail_hash = tail.tail_hash;
}

UnsureStretch stretch_of(const JournaledWrite& write) {
  return {.offset_bytes = write.offset_bytes,
          .end_bytes = write.offset_bytes + write.length_bytes,
          .skipped_bytes = write.skipped_bytes,
          .begins_line = write.begins_line,
          .after_power_loss = false,
          .changed = {}};
}

Result<std::optional<uint64_t>> find_whole_write(File& file, std::string_view text,
                                                 uint64_t announced_at,
                                                 const EarlierText& earlier) {
  if (text.size() < kFewestBytes || earlier.empty() || earlier.contains(text)) return std::nullopt;
  const auto there = read_range(file, announced_at, announced_at + text.size());
  if (!there) return forward(there);
  if (*there == text && text.size() >= kTellingBytes) return announced_at;
  const auto info = file.info();
  if (!info) return forward(info);
  if (text.size() >= kTellingBytes) {
    const auto place = find_last(file, info->size_bytes, text);
    if (!place || !*place) return place;
    // What was written before it stands behind it: it is an older one of the same words.
    const auto earlier_at = earlier.last_in_file().value_or(0);
    return earlier_at < **place + text.size() ? *place : std::nullopt;
  }
  if (!earlier.begin_in_file() || info->size_bytes < text.size()) return std::nullopt;
  const auto at = info->size_bytes - text.size();
  const auto end = read_range(file, at - std::min<uint64_t>(at, 1), info->size_bytes);
  if (!end) return forward(end);
  return *end == "\n" + std::string(text) ? std::optional(at) : std::nullopt;
}

Result<std::optional<uint64_t>> find_end_of(File& file, const EditedWrite& write,
                                            const EarlierText& earlier) {
  const auto text = last_lines(write.text);
  EarlierText written{std::string(text)};
  if (auto found = written.find_in(file, write.from_bytes); !found) return forward(found);
  const bool is_told = (write.is_place_certain && written.is_all_there()) ||
                       is_telling(last_line(text), text, earlier);
  return is_told ? written.end_in_file() : std::nullopt;
}

}  // namespace kato
