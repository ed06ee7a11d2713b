#include "host/recording/announced_write.h"

#include <algorithm>
#include <set>
#include <string>

#include "host/base/hash.h"
#include "host/recording/destination_file.h"
#include "host/recording/text_lines.h"

namespace kato {
namespace {

constexpr size_t kTellingBytes = 64;  // of these there is no second by chance
constexpr size_t kFewestBytes = 4;    // nor of these at the end of a file, on a line of their own
constexpr uint64_t kMostComparedBytes = uint64_t{64} << 20;

bool is_once_in(std::string_view text, std::string_view line) {
  return text.find(line) == text.rfind(line);
}

Result<std::optional<uint64_t>> find_at_or_last(File& file, uint64_t at, std::string_view text) {
  const auto there = read_behind(file, at, text.size());
  if (!there) return forward(there);
  if (*there == text) return at;
  const auto info = file.info();
  if (!info) return forward(info);
  return find_last(file, info->size_bytes, text);
}

// What was written before it stands behind it: then it is an older one of the same words.
bool stands_behind(const EarlierText& earlier, uint64_t end_bytes) {
  return earlier.last_in_file().value_or(0) >= end_bytes;
}

// Where the last of the lines ends there, if all of them are there in their order.
std::optional<size_t> end_of_lines(std::string_view there, std::string_view lines) {
  size_t at_wanted = 0;
  size_t at = 0;
  auto wanted = next_line(lines, at_wanted);
  if (!wanted) return std::nullopt;
  while (const auto line = next_line(there, at)) {
    if (line->text != wanted->text) continue;
    const auto end = line->begin + line->text.size();
    wanted = next_line(lines, at_wanted);
    if (!wanted) return end;
  }
  return std::nullopt;
}

bool is_the_only_begun_so(std::string_view text, std::string_view line) {
  size_t at = 0;
  int begun_so = 0;
  while (const auto one = next_line(text, at)) {
    if (one->text.starts_with(line)) ++begun_so;
  }
  return begun_so == 1;
}

// All of them are lines of the write, in its order: nobody put one of his own among them.
bool is_only_shortened(std::string_view there, std::string_view text) {
  size_t at = 0;
  size_t at_written = 0;
  while (const auto line = next_line(there, at)) {
    auto written = next_line(text, at_written);
    while (written && written->text != line->text) {
      written = next_line(text, at_written);
    }
    if (!written) return false;
  }
  return true;
}

// Whether one of the lines stands there.
bool has_one_of(std::string_view there, std::string_view lines) {
  std::set<std::string_view> known;
  size_t at = 0;
  while (const auto line = next_line(there, at)) {
    known.insert(line->text);
  }
  at = 0;
  while (const auto line = next_line(lines, at)) {
    if (line->text.size() >= kFewestBytes && known.contains(line->text)) return true;
  }
  return false;
}

// The last line of the write is that of the file, and no other one of the write may be, cut short;
// nor is there anything else that is not of the write.
std::optional<size_t> end_at_last_line(std::string_view there, std::string_view text) {
  const auto line = last_line(text);
  const auto last = last_line(there);
  if (!line || !last || last->text != line->text || !is_the_only_begun_so(text, line->text) ||
      !is_only_shortened(there, text)) {
    return std::nullopt;
  }
  return last->begin + last->text.size();
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

Result<bool> is_from_last_write(File& file, std::string_view bytes, const EditedBefore& before) {
  if (bytes.size() < kTellingBytes || before.end.contains(bytes)) return false;
  const auto times = before.all.count(bytes);
  if (!times || !*times) return times ? Result<bool>(false) : forward(times);
  const auto there = count_in(file, bytes);
  if (!there) return forward(there);
  return *there > **times;
}

Result<std::optional<uint64_t>> find_whole_write(File& file, std::string_view text,
                                                 uint64_t announced_at,
                                                 const EditedBefore& before) {
  const auto& earlier = before.end;
  if (text.size() < kFewestBytes || earlier.empty() || earlier.contains(text)) return std::nullopt;
  if (text.size() >= kTellingBytes) {
    auto place = find_at_or_last(file, announced_at, text);
    if (!place) return forward(place);
    if (!*place || stands_behind(earlier, **place + text.size())) return std::nullopt;
    const auto is_told = is_from_last_write(file, text, before);
    if (!is_told) return forward(is_told);
    return *is_told ? *place : std::nullopt;
  }
  const auto info = file.info();
  if (!info) return forward(info);
  if (!earlier.begin_in_file() || info->size_bytes < text.size()) return std::nullopt;
  const auto at = info->size_bytes - text.size();
  const auto end = read_range(file, at - std::min<uint64_t>(at, 1), info->size_bytes);
  if (!end) return forward(end);
  return *end == "\n" + std::string(text) ? std::optional(at) : std::nullopt;
}

namespace {

// Where the last line of the write stands, if it is long enough to be told from others, and not
// alone: that a person may have copied.
Result<std::optional<size_t>> end_at_telling_line(File& file, std::string_view there,
                                                  const TextLine& line, const EditedWrite& write,
                                                  const EditedBefore& before) {
  if (line.text.size() < kTellingBytes || !is_once_in(write.text, line.text)) return std::nullopt;
  const auto at = there.rfind(line.text);
  if (at == std::string::npos) return std::nullopt;
  const auto end = at + line.text.size();
  const auto others = write.text.substr(0, line.begin);
  const bool is_alone =
      write.there_bytes == 0 && !is_blank(others) && !has_one_of(there.substr(0, at), others);
  if (is_alone || stands_behind(before.end, write.from_bytes + end)) return std::nullopt;
  if (write.is_place_certain) return end;
  const auto is_told = is_from_last_write(file, line.text, before);
  if (!is_told) return forward(is_told);
  return *is_told ? std::optional(end) : std::nullopt;
}

}  // namespace

Result<std::optional<uint64_t>> find_end_of(File& file, const EditedWrite& write,
                                            const EditedBefore& before) {
  const auto line = last_line(write.text);
  if (!line) return std::nullopt;
  const auto there = read_behind(file, write.from_bytes, kMostComparedBytes);
  if (!there) return forward(there);
  std::optional<size_t> end;
  if (write.is_place_certain && write.text.size() >= kTellingBytes) {
    end = end_of_lines(*there, write.text.substr(write.there_bytes));
  }
  if (write.is_place_certain && !end) end = end_at_last_line(*there, write.text);
  if (!end) {
    const auto telling = end_at_telling_line(file, *there, *line, write, before);
    if (!telling) return forward(telling);
    end = *telling;
  }
  if (!end) return std::nullopt;
  const auto behind = write.text.size() - line->begin - line->text.size();
  return write.from_bytes + *end + behind;
}

}  // namespace kato
