#include "bench/pieces.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace kato::bench {
namespace {

// Room for all of a file that is wanted whole, so that reading it copies nothing.
size_t buffer_bytes(const char* path, Pieces pieces) {
  std::error_code none;
  const auto size = pieces == Pieces::kWholeFile ? std::filesystem::file_size(path, none) : 0;
  const size_t wanted = none ? 0 : static_cast<size_t>(size) + 1;
  return std::max(wanted, PieceReader::kPieceBytes) + PieceReader::kPaddingBytes;
}

}  // namespace

PieceReader::PieceReader(const char* path, Pieces pieces)
    : file_(std::fopen(path, "rbe")), pieces_(pieces), buffer_(buffer_bytes(path, pieces)) {}

size_t PieceReader::fill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ + kPaddingBytes == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  const size_t room = buffer_.size() - kPaddingBytes - end_;
  const size_t got = std::fread(buffer_.data() + end_, 1, room, file_.get());
  end_ += got;
  return got;
}

std::string_view PieceReader::next() {
  size_t looked_at = end_ - begin_;
  while (fill() > 0) {
    if (pieces_ == Pieces::kWholeFile) continue;
    const std::string_view fresh(buffer_.data() + looked_at, end_ - looked_at);
    const auto last = fresh.rfind('\n');
    looked_at = end_;
    if (last == std::string_view::npos) continue;
    begin_ = static_cast<size_t>(fresh.data() - buffer_.data()) + last + 1;
    return {buffer_.data(), begin_};
  }
  begin_ = end_;
  return {buffer_.data(), end_};
}

}  // namespace kato::bench
