#include "host/recording/spool.h"

namespace kato {

Spool::~Spool() {
  if (file_) static_cast<void>(files_.remove(path_));  // nothing more can be done about it
}

Status Spool::settle() {
  if (buffer_.size() < kMemoryBytes) return {};
  if (!file_) {
    auto made = files_.open(path_, OpenMode::kCreateNew);
    if (!made) return forward(made);
    file_ = std::move(*made);
  }
  if (auto written = file_->append(buffer_); !written) return written;
  file_bytes_ += buffer_.size();
  buffer_.clear();
  return {};
}

Status Spool::drain(const std::function<Status(std::string_view)>& take) {
  std::string piece;
  for (uint64_t at = 0; at < file_bytes_; at += piece.size()) {
    piece.resize(std::min<uint64_t>(kMemoryBytes, file_bytes_ - at));
    const auto read = file_->read_at(at, piece);
    if (!read) return forward(read);
    if (*read != piece.size()) return fail(ErrorCode::kIo, "{} was cut while in use", path_);
    if (auto taken = take(piece); !taken) return taken;
  }
  return take(buffer_);
}

}  // namespace kato
