#include "host/base/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace kato {
namespace {

constexpr size_t kContextLines = 2;
constexpr size_t kShownBytes = 160;
constexpr size_t kMostLinesInTable = 3000;  // beyond, only the first difference is shown

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_continuation_byte(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// At most kShownBytes of `line`, from a little before `focus` on.
std::string window(std::string_view line, size_t focus) {
  if (line.size() <= kShownBytes) return std::string(line);
  size_t begin = focus > kShownBytes / 4 ? focus - kShownBytes / 4 : 0;
  begin = std::min(begin, line.size() - kShownBytes);
  while (begin > 0 && is_continuation_byte(line[begin])) {
    --begin;
  }
  size_t end = std::min(begin + kShownBytes, line.size());
  while (end < line.size() && is_continuation_byte(line[end])) {
    ++end;
  }
  return fmt::format("{}{}{}", begin > 0 ? "…" : "", line.substr(begin, end - begin),
                     end < line.size() ? "…" : "");
}

size_t first_difference(std::string_view one, std::string_view other) {
  return static_cast<size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
}

enum class Side : uint8_t { kBoth, kExpected, kActual };

struct DiffLine {
  Side side = Side::kBoth;
  std::string_view text;
};

// The longest common subsequence, by the usual table.
std::vector<DiffLine> align(const std::vector<std::string_view>& expected,
                            const std::vector<std::string_view>& actual) {
  const size_t width = actual.size() + 1;
  std::vector<uint16_t> common((expected.size() + 1) * width, 0);
  for (size_t i = expected.size(); i-- > 0;) {
    for (size_t j = actual.size(); j-- > 0;) {
      const uint16_t without = std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
      common[i * width + j] = expected[i] == actual[j]
                                  ? static_cast<uint16_t>(common[(i + 1) * width + j + 1] + 1)
                                  : without;
    }
  }
  std::vector<DiffLine> lines;
  size_t i = 0;
  size_t j = 0;
  while (i < expected.size() || j < actual.size()) {
    if (i < expected.size() && j < actual.size() && expected[i] == actual[j]) {
      lines.push_back({Side::kBoth, expected[i]});
      ++i;
      ++j;
    } else if (j == actual.size() ||
               (i < expected.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      lines.push_back({Side::kExpected, expected[i++]});
    } else {
      lines.push_back({Side::kActual, actual[j++]});
    }
  }
  return lines;
}

bool near_change(const std::vector<DiffLine>& lines, size_t at) {
  const size_t from = at > kContextLines ? at - kContextLines : 0;
  const size_t to = std::min(at + kContextLines + 1, lines.size());
  return std::any_of(lines.begin() + static_cast<ptrdiff_t>(from),
                     lines.begin() + static_cast<ptrdiff_t>(to),
                     [](const DiffLine& line) { return line.side != Side::kBoth; });
}

// Where a line is replaced by its neighbour on the other side, the place of the change.
size_t focus_of(const std::vector<DiffLine>& lines, size_t at) {
  const auto differs_from = [&](size_t other) {
    return other < lines.size() && lines[other].side != Side::kBoth &&
           lines[other].side != lines[at].side;
  };
  if (differs_from(at + 1)) return first_difference(lines[at].text, lines[at + 1].text);
  if (at > 0 && differs_from(at - 1)) return first_difference(lines[at].text, lines[at - 1].text);
  return 0;
}

std::string render(const std::vector<DiffLine>& lines) {
  std::string text;
  bool skipped = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!near_change(lines, i)) {
      skipped = true;
      continue;
    }
    if (skipped) text += "  ...\n";
    skipped = false;
    constexpr std::string_view kMarks = " -+";
    text += fmt::format("{} {}\n", kMarks[static_cast<size_t>(lines[i].side)],
                        window(lines[i].text, focus_of(lines, i)));
  }
  return text;
}

std::string first_difference_only(const std::vector<std::string_view>& expected,
                                  const std::vector<std::string_view>& actual) {
  const auto at =
      static_cast<size_t>(std::ranges::mismatch(expected, actual).in1 - expected.begin());
  const std::string_view one = at < expected.size() ? expected[at] : "(end)";
  const std::string_view other = at < actual.size() ? actual[at] : "(end)";
  const size_t focus = first_difference(one, other);
  return fmt::format("  first difference in line {}:\n- {}\n+ {}\n", at + 1, window(one, focus),
                     window(other, focus));
}

}  // namespace

std::string line_diff(std::string_view expected, std::string_view actual) {
  if (expected == actual) return {};
  const auto old_lines = lines_of(expected);
  const auto new_lines = lines_of(actual);
  if (old_lines == new_lines) return "  they differ in the newline at the end only\n";
  if (std::max(old_lines.size(), new_lines.size()) > kMostLinesInTable) {
    return first_difference_only(old_lines, new_lines);
  }
  return render(align(old_lines, new_lines));
}

}  // namespace kato
