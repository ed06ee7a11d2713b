// Cuts an append log into records. Lines end at the byte 0x0A and nowhere else: U+2028, U+2029 and
// U+0085 stand raw in real logs.
#pragma once

#include <cstdint>
#include <string_view>

namespace kato::jsonlog {

enum class FrameKind {
  kNeedMore,  // an unterminated line, or nothing at all
  kBlank,     // an empty line, one of blanks or zeros only, or a byte-order mark
  kLine
};

struct Frame {
  FrameKind kind = FrameKind::kNeedMore;
  std::string_view text;  // without the line end and the zeros in front; kLine only
  size_t length = 0;      // with the line end: how far to go
};

struct FramingRules {
  bool at_beginning = false;  // the input begins at the source's first byte: a mark may stand there
  bool final = false;         // the source is finished: an unterminated line is a line
};

// The first record of `input`.
[[nodiscard]] Frame next_frame(std::string_view input, FramingRules rules) noexcept;

}  // namespace kato::jsonlog
