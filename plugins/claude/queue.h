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
  kRemoved = 2,    // for a reason that we do not know: unsaid, unless another line says it
  kDequeued = 3    // the next prompt says it, in whatever words
};

struct QueueTag {
  uint64_t text_hash = 0;  // its lowest bits are not kept
  QueueStage stage = QueueStage::kWaiting;

  static constexpr uint64_t kStageBits = 3;
  static constexpr uint64_t kHashBits = ~kStageBits;

  [[nodiscard]] uint64_t packed() const noexcept {
    return (text_hash & kHashBits) | static_cast<uint64_t>(stage);
  }
  [[nodiscard]] static QueueTag unpack(uint64_t tag) noexcept {
    return {tag & kHashBits, static_cast<QueueStage>(tag & kStageBits)};
  }
  [[nodiscard]] bool is_of(uint64_t hash) const noexcept { return text_hash == (hash & kHashBits); }
};

// True if `part` stands in `whole` as complete lines.
[[nodiscard]] bool contains_lines(std::string_view whole, std::string_view part) noexcept;

}  // namespace kato::claude
