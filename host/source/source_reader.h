// Reads the bytes of a source in pieces of bounded size.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/io/file_system.h"
#include "host/source/plain_bytes.h"
#include "host/source/source_state.h"

namespace kato {

// Bytes behind every chunk that may be read but mean nothing, so that parsers with wide loads need
// no copy. Not less than the plugin ABI promises to plugins.
inline constexpr size_t kSourcePaddingBytes = 64;

struct SourceLimits {
  // A record (a line with its end), or a document, above this is not read.
  uint64_t max_record_bytes = uint64_t{256} << 20;
};

// The memory that readers fill, one reader at a time. Kept by the caller over many sources.
class SourceBuffer {
 public:
  SourceBuffer() = default;
  SourceBuffer(const SourceBuffer&) = delete;
  SourceBuffer& operator=(const SourceBuffer&) = delete;
  SourceBuffer(SourceBuffer&&) = delete;
  SourceBuffer& operator=(SourceBuffer&&) = delete;
  ~SourceBuffer();

  [[nodiscard]] char* data() noexcept { return data_; }
  [[nodiscard]] size_t capacity_bytes() const noexcept { return capacity_bytes_; }
  // Room for size_bytes and the padding; what is in it stays. False: out of memory, nothing
  // changed.
  [[nodiscard]] bool resize(size_t size_bytes) noexcept;

 private:
  char* data_ = nullptr;
  size_t capacity_bytes_ = 0;  // without the padding
};

struct SourceChunk {
  // Padded; valid until the next call of the reader, or of another reader with the same buffer.
  // Holds at least one whole line, or all that there is.
  std::string_view bytes;
  uint64_t offset_bytes = 0;  // plain, of bytes[0]
  // Nothing follows `bytes` at this moment.
  bool end_of_input = false;
  // The source ended before it should: cut while it was read, or its packing breaks off.
  bool broke_off = false;
  // The record at offset_bytes is above the limit; `bytes` is empty. skip_record() steps over it.
  bool oversize = false;
};

struct SkippedBytes {
  uint64_t end_bytes = 0;  // offset behind what was skipped
  bool complete = false;   // behind a line end; else the input ended first
};

// [one thread at a time] One open source. Made for a step and destroyed with it: nothing stays
// open.
class SourceReader {
 public:
  // `buffer` must outlive the reader. Fails like FileSystem::open.
  [[nodiscard]] static Result<SourceReader> open(FileSystem& files, const std::string& path,
                                                 SourcePacking packing, SourceBuffer& buffer,
                                                 SourceLimits limits = {});

  // Of the file when it was opened.
  [[nodiscard]] const FileInfo& info() const noexcept { return info_; }
  // Some read came shorter than the file was then, or a document changed while it was read:
  // somebody is cutting it or writing it anew, and what was read says nothing of what will stand
  // there. That a packed file is cut nobody can tell.
  [[nodiscard]] bool is_shrinking() const {
    return document_changed_ || (bytes_->size_bytes() && bytes_->broke_off());
  }

  // About want_bytes from a plain offset on; more only where the first line is longer. What the
  // chunk before has already read is not read again. Behind the end: an empty chunk.
  [[nodiscard]] Result<SourceChunk> read(uint64_t offset_bytes, size_t want_bytes);

  // All of it in one chunk.
  [[nodiscard]] Result<SourceChunk> read_document();

  // Goes to the end of the line that holds offset_bytes, without keeping what it passes.
  [[nodiscard]] Result<SkippedBytes> skip_record(uint64_t offset_bytes);

  // A copy; shorter than asked where the source is. The current chunk stays valid.
  [[nodiscard]] Result<std::string> read_range(uint64_t offset_bytes, size_t length_bytes);

  // Over the first length_bytes, or all if there are fewer.
  [[nodiscard]] Result<HeadFingerprint> head(uint32_t length_bytes = kHeadBytes);

 private:
  SourceReader(std::unique_ptr<PlainBytes> bytes, FileInfo info, std::string path,
               SourceBuffer& buffer, SourceLimits limits);

  void keep_from(uint64_t offset_bytes);
  Result<bool> fill(size_t size_bytes);
  [[nodiscard]] SourceChunk chunk(bool end) const;

  std::unique_ptr<PlainBytes> bytes_;
  FileInfo info_;
  std::string path_;
  SourceBuffer* buffer_;
  SourceLimits limits_;
  uint64_t first_ = 0;  // plain offset of the buffer's first byte
  size_t filled_ = 0;   // bytes in the buffer
  bool document_changed_ = false;
};

}  // namespace kato
