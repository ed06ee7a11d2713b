// The plain bytes of a file, packed or not, by plain offsets.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "host/io/file_system.h"
#include "host/source/source_rule.h"

namespace kato {

class PlainBytes {
 public:
  PlainBytes() = default;
  PlainBytes(const PlainBytes&) = delete;
  PlainBytes& operator=(const PlainBytes&) = delete;
  PlainBytes(PlainBytes&&) = delete;
  PlainBytes& operator=(PlainBytes&&) = delete;
  virtual ~PlainBytes() = default;

  // Bytes from `offset_bytes` on: fewer than asked only at the end. kInvalid: what is packed is
  // damaged; all that comes before the damage is handed out first.
  virtual Result<size_t> read_at(uint64_t offset_bytes, std::span<char> out) = 0;
  // The number of plain bytes when the file was opened; nothing if only unpacking could tell.
  [[nodiscard]] virtual std::optional<uint64_t> size_bytes() const = 0;
  // There were fewer bytes than the file promised: it was cut while it was read, or its packing
  // breaks off.
  [[nodiscard]] virtual bool broke_off() const = 0;
  // Of the file as it is now.
  [[nodiscard]] virtual Result<FileInfo> info() = 0;
};

// `path` is for messages, `size_bytes` what the open file measures.
[[nodiscard]] Result<std::unique_ptr<PlainBytes>> make_plain_bytes(std::unique_ptr<File> file,
                                                                   SourcePacking packing,
                                                                   std::string path,
                                                                   uint64_t size_bytes);

}  // namespace kato
