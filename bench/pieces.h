// A file in pieces, the same way for everything that is measured.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kato::bench {

// How a file is handed over.
enum class Pieces { kWholeLines, kWholeFile };

class PieceReader {
 public:
  static constexpr size_t kPieceBytes = 1U << 20U;
  static constexpr size_t kPaddingBytes = 64;

  PieceReader(const char* path, Pieces pieces);

  [[nodiscard]] bool is_open() const { return file_ != nullptr; }
  // The next piece, followed by readable padding, valid until the next call; empty at the end. Of
  // whole lines: about kPieceBytes of them, more if one is longer; an unterminated last one too.
  std::string_view next();

 private:
  struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  size_t fill();

  std::unique_ptr<std::FILE, Close> file_;
  Pieces pieces_;
  std::vector<char> buffer_;
  size_t begin_ = 0;  // of what was not handed over yet
  size_t end_ = 0;
};

}  // namespace kato::bench
