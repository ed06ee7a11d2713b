// Prompts that were typed while the assistant worked. The log first says that they were queued,
// later what became of them: taken over, taken back, sent on in another line, or nothing at all.
#pragma once

#include <cstdint>
#include <kato/abi.h>
#include <string_view>

namespace kato::claude {

// What is known of a held prompt, packed into its tag: a hash of its text, and its stage.
enum class QueueStage : uint8_t {
  kWaiting = 0,
  kTakenOver = 1,  // by the running turn: said, unless another line says it
  kRemoved = 2     // for a reason that we do not know: unsaid, unless another line says it
};

struct QueueTag {
  uint64_t text_hash = 0;  // its lowest two bits are not kept
  QueueStage stage = QueueStage::kWaiting;

  [[nodiscard]] uint64_t packed() const noexcept {
    return (text_hash & ~uint64_t{3}) | static_cast<uint64_t>(stage);
  }
  [[nodiscard]] static QueueTag unpack(uint64_t tag) noexcept {
    return {tag & ~uint64_t{3}, static_cast<QueueStage>(tag & 3U)};
  }
  [[nodiscard]] bool is_of(uint64_t hash) const noexcept {
    return text_hash == (hash & ~uint64_t{3});
  }
};

// True if `part` stands in `whole` as complete lines.
[[nodiscard]] bool contains_lines(std::string_view whole, std::string_view part) noexcept;

}  // namespace kato::claude
