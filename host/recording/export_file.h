// The file of an export that may have been interrupted: what stands in it already is not written
// again.
#pragma once

#include <optional>
#include <string_view>

#include "host/recording/destination_file.h"
#include "host/recording/written_stretch.h"

namespace kato {

class ExportFile {
 public:
  // before: the destination as it was when the export was asked for. A file that is missing is
  // made.
  [[nodiscard]] static Result<ExportFile> open(FileSystem& files, const Decision& place,
                                               const DestinationMark& before,
                                               bool allow_hard_links);

  // The next bytes of the export.
  [[nodiscard]] Status take(std::string_view bytes);
  // So many bytes have been taken.
  [[nodiscard]] uint64_t size_bytes() const { return size_bytes_; }

 private:
  explicit ExportFile(DestinationFile file) : file_(std::move(file)) {}

  DestinationFile file_;
  WrittenStretch stretch_;
  uint64_t size_bytes_ = 0;
};

}  // namespace kato
