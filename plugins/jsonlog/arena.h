// Memory for the texts that reading one record makes: unescaped strings, joined paragraphs.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace kato::jsonlog {

// What it hands out stays where it is until clear(). Not thread-safe.
class Arena {
 public:
  // `size` bytes, not initialised.
  [[nodiscard]] char* take(size_t size);
  // Gives back the end of the latest take(): what was used of it ends at `end`.
  void give_back_from(const char* end) noexcept;

  [[nodiscard]] std::string_view copy(std::string_view text) { return join({text}); }
  [[nodiscard]] std::string_view join(std::initializer_list<std::string_view> parts) {
    return join(std::span(parts.begin(), parts.size()));
  }
  [[nodiscard]] std::string_view join(std::span<const std::string_view> parts);

  // Forgets everything; keeps one block of a modest size.
  void clear() noexcept;

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };
  std::vector<Block> blocks_;
  size_t used_ = 0;  // of the last block
};

}  // namespace kato::jsonlog
