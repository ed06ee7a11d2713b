#include "host/policy/file_names.h"

#include <algorithm>
#include <chrono>

#include "host/base/utf8.h"
#include "host/io/files.h"

namespace kato {
namespace {

constexpr std::string_view kUnsafe = "/\\:*?\"<>|";
constexpr std::string_view kNotAtEnds = " .-";
constexpr std::string_view kUntitled = "untitled";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_ascii_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::string_view trimmed(std::string_view text, std::string_view characters) {
  const auto first = text.find_first_not_of(characters);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

// Takes the next character off the front; an invalid byte counts as U+FFFD.
std::string_view next_character(std::string_view& rest) {
  constexpr size_t kMaxSequenceBytes = 4;
  for (size_t length = 1; length <= std::min(kMaxSequenceBytes, rest.size()); ++length) {
    const auto candidate = rest.substr(0, length);
    if (!is_utf8(candidate)) continue;
    rest.remove_prefix(length);
    return candidate;
  }
  rest.remove_prefix(1);
  return kReplacement;
}

uint32_t code_point(std::string_view character) {
  const auto lead = static_cast<uint8_t>(character.front());
  uint32_t value = character.size() == 1   ? lead
                   : character.size() == 2 ? lead & 0x1FU
                   : character.size() == 3 ? lead & 0x0FU
                                           : lead & 0x07U;
  for (const char c : character.substr(1)) {
    value = (value << 6U) | (static_cast<uint8_t>(c) & 0x3FU);
  }
  return value;
}

// Controls, blanks, punctuation and symbols outside of ASCII, by their blocks.
bool separates_words(uint32_t code) {
  struct Range {
    uint32_t first;
    uint32_t last;
  };
  constexpr Range kRanges[] = {
      {0x80, 0xA9},       {0xAB, 0xB4},       {0xB6, 0xB9},     {0xBB, 0xBF},     {0xD7, 0xD7},
      {0xF7, 0xF7},       {0x2000, 0x206F},   {0x20A0, 0x20CF}, {0x2100, 0x2BFF}, {0x2E00, 0x2E7F},
      {0x3000, 0x3004},   {0x3008, 0x3020},   {0x3030, 0x3030}, {0xD800, 0xF8FF}, {0xFE00, 0xFE6F},
      {0xFEFF, 0xFF0F},   {0xFF1A, 0xFF20},   {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF},
      {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF}};
  return std::ranges::any_of(
      kRanges, [code](const Range& range) { return code >= range.first && code <= range.last; });
}

bool is_control(std::string_view character) {
  const auto code = code_point(character);
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

// Before the word that the limit cuts, unless that would leave less than half.
std::string_view cut_at_dash(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  auto cut = utf8_prefix(text, max_bytes);
  const auto dash = cut.rfind('-');
  if (text[cut.size()] != '-' && dash != std::string_view::npos && dash >= max_bytes / 2) {
    cut = cut.substr(0, dash);
  }
  return trimmed(cut, "-");
}

}  // namespace

CivilTime civil_time(UnixMillis time, int32_t utc_offset_s) {
  using namespace std::chrono;
  const auto shown = sys_time<milliseconds>(milliseconds(time.value)) + seconds(utc_offset_s);
  const auto midnight = floor<days>(shown);
  const year_month_day date(midnight);
  const hh_mm_ss clock(floor<seconds>(shown - midnight));
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .hour = static_cast<unsigned>(clock.hours().count()),
          .minute = static_cast<unsigned>(clock.minutes().count()),
          .second = static_cast<unsigned>(clock.seconds().count())};
}

std::string safe_name(std::string_view text, size_t max_bytes, std::string_view otherwise) {
  std::string out;
  while (!text.empty() && out.size() < max_bytes + kNotAtEnds.size()) {
    auto character = next_character(text);
    if (is_control(character)) character = " ";
    if (kUnsafe.contains(character.front())) character = "-";
    if (character == " " && (out.empty() || out.back() == ' ')) continue;
    if (out.empty() && kNotAtEnds.contains(character.front())) continue;
    out += character;
  }
  const auto name = trimmed(utf8_prefix(out, max_bytes), kNotAtEnds);
  return std::string(name.empty() ? otherwise : name);
}

std::string slug(std::string_view text, size_t max_bytes) {
  std::string out;
  while (!text.empty() && out.size() <= max_bytes) {
    const auto character = next_character(text);
    const char first = lower(character.front());
    const bool ascii = character.size() == 1;
    if (ascii ? is_ascii_word(first) : !separates_words(code_point(character))) {
      out += ascii ? std::string(1, first) : std::string(character);
    } else if (!out.empty() && out.back() != '-') {
      out.push_back('-');
    }
  }
  const auto cut = cut_at_dash(out, max_bytes);
  return std::string(trimmed(cut, "-").empty() ? kUntitled : trimmed(cut, "-"));
}

std::string extension_of(std::string_view path) {
  const auto name = base_name(path);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  std::string extension(name.substr(dot + 1));
  std::ranges::transform(extension, extension.begin(), lower);
  return extension;
}

}  // namespace kato
