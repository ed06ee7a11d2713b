#include "host/source/plain_bytes.h"

#include <algorithm>
#include <vector>
#include <zstd.h>

namespace kato {
namespace {

class UnpackedFile final : public PlainBytes {
 public:
  UnpackedFile(std::unique_ptr<File> file, uint64_t size_bytes)
      : file_(std::move(file)), size_bytes_(size_bytes) {}

  // Never asks for more than there was, which saves the read that only finds the end.
  Result<size_t> read_at(uint64_t offset_bytes, std::span<char> out) override {
    const uint64_t left = size_bytes_ - std::min(offset_bytes, size_bytes_);
    const size_t wanted = std::min<uint64_t>(out.size(), left);
    if (wanted == 0) return size_t{0};
    auto got = file_->read_at(offset_bytes, out.first(wanted));
    if (got && *got < wanted) broke_off_ = true;
    return got;
  }

  [[nodiscard]] std::optional<uint64_t> size_bytes() const override { return size_bytes_; }
  [[nodiscard]] bool broke_off() const override { return broke_off_; }
  [[nodiscard]] Result<FileInfo> info() override { return file_->info(); }

 private:
  std::unique_ptr<File> file_;
  uint64_t size_bytes_;
  bool broke_off_ = false;
};

// Unpacks forward; an offset behind the current position starts over.
class ZstdFile final : public PlainBytes {
 public:
  ZstdFile(std::unique_ptr<File> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)), stream_(ZSTD_createDStream()) {}

  [[nodiscard]] bool valid() const { return stream_ != nullptr; }

  Result<size_t> read_at(uint64_t offset_bytes, std::span<char> out) override {
    if (offset_bytes < position_) start_over();
    while (position_ < offset_bytes) {
      scratch_.resize(ZSTD_DStreamOutSize());
      const auto wanted = std::min<uint64_t>(scratch_.size(), offset_bytes - position_);
      const auto skipped = unpack(std::span(scratch_).first(wanted));
      if (!skipped) return forward(skipped);
      if (*skipped < wanted) return size_t{0};
    }
    return unpack(out);
  }

  [[nodiscard]] std::optional<uint64_t> size_bytes() const override { return std::nullopt; }
  [[nodiscard]] bool broke_off() const override { return at_end_ && inside_frame_; }
  [[nodiscard]] Result<FileInfo> info() override { return file_->info(); }

 private:
  void start_over() {
    ZSTD_DCtx_reset(stream_.get(), ZSTD_reset_session_only);
    position_ = 0;
    packed_position_ = 0;
    input_ = {};
    at_end_ = false;
    inside_frame_ = false;
  }

  Status feed() {
    packed_.resize(ZSTD_DStreamInSize());
    const auto got = file_->read_at(packed_position_, packed_);
    if (!got) return forward(got);
    packed_position_ += *got;
    input_ = {.src = packed_.data(), .size = *got, .pos = 0};
    at_end_ = *got == 0;
    return {};
  }

  Result<size_t> unpack(std::span<char> out) {
    ZSTD_outBuffer output{.dst = out.data(), .size = out.size(), .pos = 0};
    while (output.pos < output.size && !at_end_) {
      const size_t produced = output.pos;
      const size_t consumed = input_.pos;
      const size_t hint = ZSTD_decompressStream(stream_.get(), &output, &input_);
      if (ZSTD_isError(hint) != 0) {
        if (output.pos > 0) break;  // the same error comes back at the next call
        return fail(ErrorCode::kInvalid, "unpack {}: {} behind {} plain bytes", path_,
                    ZSTD_getErrorName(hint), position_);
      }
      const bool wants_input = input_.pos == input_.size && output.pos < output.size;
      // Without any input the hint only speaks of a frame that may follow.
      if (output.pos > produced || input_.pos > consumed) inside_frame_ = hint != 0;
      if (!wants_input) continue;
      if (auto fed = feed(); !fed) return forward(fed);
    }
    position_ += output.pos;
    return output.pos;
  }

  struct FreeStream {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  std::unique_ptr<File> file_;
  std::string path_;
  std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
  std::vector<char> packed_;
  std::vector<char> scratch_;
  ZSTD_inBuffer input_{};
  uint64_t position_ = 0;         // plain bytes handed out
  uint64_t packed_position_ = 0;  // bytes taken from the file
  bool at_end_ = false;
  bool inside_frame_ = false;
};

}  // namespace

Result<std::unique_ptr<PlainBytes>> make_plain_bytes(std::unique_ptr<File> file,
                                                     SourcePacking packing, std::string path,
                                                     uint64_t size_bytes) {
  if (packing == SourcePacking::kNone) {
    return std::make_unique<UnpackedFile>(std::move(file), size_bytes);
  }
  auto unpacking = std::make_unique<ZstdFile>(std::move(file), std::move(path));
  if (!unpacking->valid()) return fail_errno(ENOMEM, "unpack");
  return unpacking;
}

}  // namespace kato
