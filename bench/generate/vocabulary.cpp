#include "bench/generate/vocabulary.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>

namespace kato::bench {
namespace {

constexpr std::array<std::string_view, 56> kWords = {
    "tide",    "pump",   "valve",  "harbour", "signal", "buffer",  "cursor", "window",
    "table",   "column", "update", "measure", "reads",  "writes",  "slow",   "fast",
    "before",  "after",  "while",  "between", "the",    "a",       "of",     "and",
    "is",      "not",    "when",   "then",    "it",     "we",      "should", "must",
    "because", "only",   "again",  "never",   "path",   "file",    "line",   "record",
    "state",   "value",  "error",  "retry",   "limit",  "index",   "hash",   "clock",
    "motor",   "sensor", "dial",   "hand",    "enamel", "current", "volt",   "thread"};
constexpr std::array<std::string_view, 8> kOtherScripts = {
    "Übergröße", "данные", "日本語", "中文注释", "naïve", "→", "✓", "🌊"};
constexpr std::array<std::string_view, 6> kEndings = {".cpp", ".ts", ".py", ".go", ".md", ".json"};

}  // namespace

uint64_t Vocabulary::next() {
  // SplitMix64
  state_ += 0x9e3779b97f4a7c15U;
  uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

std::string Vocabulary::hex(size_t digits) {
  std::string result;
  while (result.size() < digits) {
    std::array<char, 17> text{};
    static_cast<void>(std::snprintf(text.data(), text.size(), "%016llx",
                                    static_cast<unsigned long long>(next())));
    result += text.data();
  }
  result.resize(digits);
  return result;
}

std::string Vocabulary::uuid() {
  return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12);
}

std::string Vocabulary::word() {
  if (one_in(40)) return std::string(kOtherScripts[below(kOtherScripts.size())]);
  return std::string(kWords[below(kWords.size())]);
}

std::string Vocabulary::sentence() {
  std::string result = word();
  for (uint64_t left = 5 + below(14); left > 0; --left) {
    result += ' ';
    result += one_in(30) ? "`" + path() + "`" : word();
  }
  return result + (one_in(6) ? "?" : ".");
}

std::string Vocabulary::path() {
  return "src/" + std::string(kWords[below(kWords.size())]) + "/" +
         std::string(kWords[below(kWords.size())]) + std::string(kEndings[below(kEndings.size())]);
}

std::string Vocabulary::prose() {
  std::string result = sentence();
  for (uint64_t left = below(6); left > 0; --left) {
    result += " " + sentence();
  }
  return result;
}

std::string Vocabulary::code(size_t lines) {
  std::string result;
  for (size_t line = 0; line < lines; ++line) {
    const auto depth = below(4);
    result.append(depth * 2, ' ');
    switch (below(4)) {
      case 0:
        result += "// " + sentence();
        break;
      case 1:
        result += "if (" + word() + " != \"" + word() + "\\n\") return " + word() + ";";
        break;
      case 2:
        result +=
            "\tconst auto " + word() + " = " + word() + "(" + std::to_string(below(9999)) + ");";
        break;
      default:
        result += "}";
    }
    result += '\n';
  }
  return result;
}

std::string Vocabulary::answer() {
  std::string result = prose();
  for (uint64_t left = below(4); left > 0; --left) {
    result += "\n\n";
    switch (below(4)) {
      case 0:
        result += "```cpp\n" + code(4 + below(20)) + "```";
        break;
      case 1:
        for (int item = 1; item < 5; ++item) {
          result += std::to_string(item) + ". " + sentence() + "\n";
        }
        break;
      case 2:
        result += "| " + word() + " | " + word() + " |\n|---|---|\n| " + word() + " | 12 |";
        break;
      default:
        result += "## " + sentence() + "\n\n" + prose();
    }
  }
  return result;
}

std::string Vocabulary::tool_output() {
  size_t wanted = 200 + below(800);
  if (one_in(5)) wanted *= 8;
  if (one_in(60)) wanted *= 30;
  std::string result;
  result.reserve(wanted + 200);
  while (result.size() < wanted) {
    switch (below(3)) {
      case 0:
        result += path() + ":" + std::to_string(below(2000)) + ": " + sentence() + "\n";
        break;
      case 1:
        result += "\x1b[32mok\x1b[0m " + path() + " (" + std::to_string(below(900)) + " ms)\r\n";
        break;
      default:
        result += code(6);
    }
  }
  return result;
}

std::string Moments::after(uint64_t milliseconds) {
  using std::chrono::floor;
  unix_ms_ += static_cast<int64_t>(milliseconds);
  const std::chrono::sys_time<std::chrono::milliseconds> now{std::chrono::milliseconds(unix_ms_)};
  const auto day = floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(now - day);
  std::array<char, 40> text{};
  static_cast<void>(std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count())));
  return text.data();
}

}  // namespace kato::bench
