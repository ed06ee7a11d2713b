#include "host/source/source_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace kato {
namespace {

constexpr size_t kSkipBytes = size_t{256} << 10;
// The buffer grows by whole units, and is given back when a huge record blew it up.
constexpr size_t kBufferUnitBytes = size_t{64} << 10;
constexpr size_t kKeptBufferBytes = size_t{8} << 20;

size_t whole_units(size_t size_bytes) {
  return (size_bytes + kBufferUnitBytes - 1) / kBufferUnitBytes * kBufferUnitBytes;
}

}  // namespace

SourceBuffer::~SourceBuffer() {
  std::free(data_);
}

bool SourceBuffer::resize(size_t size_bytes) noexcept {
  void* const resized = std::realloc(data_, size_bytes + kSourcePaddingBytes);
  if (resized == nullptr) return false;
  data_ = static_cast<char*>(resized);
  std::memset(data_ + size_bytes, 0, kSourcePaddingBytes);
  capacity_bytes_ = size_bytes;
  return true;
}

SourceReader::SourceReader(std::unique_ptr<PlainBytes> bytes, FileInfo info, std::string path,
                           SourceBuffer& buffer, SourceLimits limits)
    : bytes_(std::move(bytes)),
      info_(info),
      path_(std::move(path)),
      buffer_(&buffer),
      limits_(limits) {}

Result<SourceReader> SourceReader::open(FileSystem& files, const std::string& path,
                                        SourcePacking packing, SourceBuffer& buffer,
                                        SourceLimits limits) {
  auto file = files.open(path, OpenMode::kRead);
  if (!file) return forward(file);
  const auto info = (*file)->info();
  if (!info) return forward(info);
  auto bytes = make_plain_bytes(std::move(*file), packing, path, info->size_bytes);
  if (!bytes) return forward(bytes);
  return SourceReader(std::move(*bytes), *info, path, buffer, limits);
}

// Keeps what is already there of the bytes from offset_bytes on, at the buffer's beginning.
void SourceReader::keep_from(uint64_t offset_bytes) {
  if (offset_bytes >= first_ && offset_bytes - first_ <= filled_) {
    const size_t gone = offset_bytes - first_;
    if (gone > 0) std::memmove(buffer_->data(), buffer_->data() + gone, filled_ - gone);
    filled_ -= gone;
  } else {
    filled_ = 0;
  }
  first_ = offset_bytes;
}

// Fills the buffer up to size_bytes. True: the input ends within or exactly there.
Result<bool> SourceReader::fill(size_t size_bytes) {
  if (const auto whole = bytes_->size_bytes()) {
    const uint64_t left = *whole - std::min(first_, *whole);
    size_bytes = std::max<size_t>(filled_, std::min<uint64_t>(size_bytes, left));
  }
  const size_t needed = whole_units(std::max(size_bytes, filled_));
  const size_t capacity = buffer_->capacity_bytes();
  const bool blown_up = capacity > kKeptBufferBytes && needed <= kKeptBufferBytes;
  if ((needed > capacity || blown_up) && !buffer_->resize(needed)) {
    return fail_errno(ENOMEM, "read " + path_);
  }
  if (size_bytes > filled_) {
    const auto got = bytes_->read_at(first_ + filled_,
                                     std::span(buffer_->data() + filled_, size_bytes - filled_));
    if (!got) return forward(got);
    filled_ += *got;
  }
  const auto whole = bytes_->size_bytes();
  return filled_ < size_bytes || (whole && first_ + filled_ >= *whole);
}

SourceChunk SourceReader::chunk(bool end) const {
  return {.bytes = {buffer_->data(), filled_},
          .offset_bytes = first_,
          .end_of_input = end,
          .broke_off = end && bytes_->broke_off()};
}

Result<SourceChunk> SourceReader::read(uint64_t offset_bytes, size_t want_bytes) {
  keep_from(offset_bytes);
  const uint64_t limit = limits_.max_record_bytes;
  size_t searched = 0;
  size_t want = std::max<size_t>(want_bytes, 1);
  while (true) {
    want = std::min<uint64_t>(want, limit + 1);
    const auto end = fill(want);
    if (!end) return forward(end);
    const size_t searchable = std::min<uint64_t>(filled_, limit);
    const bool has_line = searchable > searched && std::memchr(buffer_->data() + searched, '\n',
                                                               searchable - searched) != nullptr;
    if (!has_line && filled_ > limit) {
      filled_ = 0;
      return SourceChunk{.bytes = {}, .offset_bytes = offset_bytes, .oversize = true};
    }
    if (has_line || *end) return chunk(*end);
    searched = searchable;
    want = std::max(want, filled_) * 2;
  }
}

Result<SourceChunk> SourceReader::read_document() {
  keep_from(0);
  const auto whole = bytes_->size_bytes();
  size_t want = whole ? std::min<uint64_t>(*whole, limits_.max_record_bytes + 1) : kSkipBytes;
  while (true) {
    const auto end = fill(want);
    if (!end) return forward(end);
    if (filled_ > limits_.max_record_bytes) {
      filled_ = 0;
      return SourceChunk{.bytes = {}, .offset_bytes = 0, .oversize = true};
    }
    if (*end) break;
    want = std::min<uint64_t>(want * 2, limits_.max_record_bytes + 1);
  }
  const auto now = bytes_->info();
  if (!now) return forward(now);
  document_changed_ = now->size_bytes != info_.size_bytes || now->mtime_ns != info_.mtime_ns;
  return chunk(true);
}

Result<SkippedBytes> SourceReader::skip_record(uint64_t offset_bytes) {
  while (true) {
    keep_from(offset_bytes);
    const auto end = fill(kSkipBytes);
    if (!end) return forward(end);
    const auto* const line_end =
        filled_ == 0 ? nullptr
                     : static_cast<const char*>(std::memchr(buffer_->data(), '\n', filled_));
    if (line_end != nullptr) {
      const auto length = static_cast<size_t>(line_end - buffer_->data()) + 1;
      return SkippedBytes{.end_bytes = offset_bytes + length, .complete = true};
    }
    offset_bytes += filled_;
    if (*end) return SkippedBytes{.end_bytes = offset_bytes, .complete = false};
  }
}

Result<std::string> SourceReader::read_range(uint64_t offset_bytes, size_t length_bytes) {
  if (length_bytes > limits_.max_record_bytes) {
    return fail(ErrorCode::kInvalid, "read {}: {} bytes at {} are above the limit", path_,
                length_bytes, offset_bytes);
  }
  std::string range(length_bytes, '\0');
  const auto got = bytes_->read_at(offset_bytes, range);
  if (!got) return forward(got);
  range.resize(*got);
  return range;
}

Result<HeadFingerprint> SourceReader::head(uint32_t length_bytes) {
  const auto bytes = read_range(0, length_bytes);
  if (!bytes) return forward(bytes);
  return fingerprint_of(*bytes);
}

}  // namespace kato
