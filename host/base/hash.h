// XXH3 over bytes and over length-prefixed fields; identifiers made of them.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace kato {

// 128 bits, big-endian as in XXH128's canonical form.
using Hash128 = std::array<uint8_t, 16>;

[[nodiscard]] uint64_t hash64(std::string_view bytes) noexcept;

// Over the fields, each preceded by its length as eight little-endian bytes, so that no two lists
// of fields run into each other.
[[nodiscard]] Hash128 hash128(std::initializer_list<std::string_view> fields) noexcept;

// 32 lower-case hex digits.
[[nodiscard]] std::string to_hex(const Hash128& hash);
inline constexpr size_t kHash64Digits = 16;
// So many lower-case hex digits.
[[nodiscard]] std::string to_hex(uint64_t hash);
// 8-4-4-4-12 lower-case hex digits. Shaped like a UUID; derived, not random.
[[nodiscard]] std::string to_uuid_text(const Hash128& hash);

// XXH3-64 of what is fed piece by piece; equals hash64 of the whole.
class StreamingHash64 {
 public:
  StreamingHash64();
  ~StreamingHash64();
  StreamingHash64(const StreamingHash64&) = delete;
  StreamingHash64& operator=(const StreamingHash64&) = delete;
  StreamingHash64(StreamingHash64&&) = delete;
  StreamingHash64& operator=(StreamingHash64&&) = delete;

  void update(std::string_view bytes) noexcept;
  [[nodiscard]] uint64_t digest() const noexcept;

 private:
  void* state_;  // XXH3_state_t, aligned by XXH3_createState
};

}  // namespace kato
