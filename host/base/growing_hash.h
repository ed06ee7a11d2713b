// A hash of bytes that goes on growing, long after the process that began it has ended.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kato {

// Does not depend on how the bytes were cut. Whole blocks are hashed one by one into a chain; what
// is behind the last whole block must be handed again when the hash is taken up later.
class GrowingHash {
 public:
  static constexpr uint64_t kBlockBytes = 4096;

  struct Value {
    uint64_t size_bytes = 0;
    uint64_t chain = 0;  // over the whole blocks
    uint64_t rest = 0;   // over what is behind them
    bool operator==(const Value&) const = default;
  };

  GrowingHash() = default;

  // How many of the last bytes must be handed to resume().
  [[nodiscard]] static uint64_t rest_bytes(const Value& value) noexcept {
    return value.size_bytes % kBlockBytes;
  }
  // False: `rest` is not what the value was made of; the hash is unusable then.
  [[nodiscard]] bool resume(const Value& value, std::string_view rest);

  void update(std::string_view bytes);
  [[nodiscard]] Value value() const noexcept;

 private:
  void add_block(std::string_view block) noexcept;

  uint64_t blocks_ = 0;
  uint64_t chain_ = 0;
  std::string rest_;  // always less than a block
};

}  // namespace kato
