// Reading the C structs that the other side of the boundary filled. Only for files of this room.
#pragma once

#include <cstddef>
#include <cstring>
#include <kato/abi.h>
#include <string_view>

namespace kato::plugin {

// The size that a struct must have for `field` to be in it.
#define KATO_SIZE_THROUGH(type, field) (offsetof(type, field) + sizeof(type::field))

// Nothing that a plugin says at once is larger; what claims to be is a wild value.
inline constexpr size_t kMaxTextBytes = size_t{1} << 30U;
inline constexpr size_t kMaxListCount = size_t{1} << 20U;

[[nodiscard]] constexpr bool is_sane(kato_str text) noexcept {
  return text.size <= kMaxTextBytes && (text.data != nullptr || text.size == 0);
}
[[nodiscard]] constexpr std::string_view view(kato_str text) noexcept {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}
[[nodiscard]] constexpr kato_str c_str_of(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
// An empty text is absent.
[[nodiscard]] constexpr kato_str c_str_or_absent(std::string_view text) noexcept {
  return text.empty() ? kato_str{nullptr, 0} : kato_str{text.data(), text.size()};
}
[[nodiscard]] inline kato_bytes c_bytes_of(std::string_view bytes) noexcept {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline std::string_view view(kato_bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}

// `other` itself if it has all fields that this host knows; else a copy in `room` in which those
// that it lacks are zero.
template <class Struct>
[[nodiscard]] const Struct& known(const Struct& other, Struct& room) noexcept {
  // All callers hand over what outlives the answer.
  // NOLINTNEXTLINE(bugprone-return-const-ref-from-parameter)
  if (other.struct_size >= sizeof(Struct)) return other;
  room = Struct{};
  std::memcpy(static_cast<void*>(&room), &other, other.struct_size);
  return room;
}

// An array whose elements have the size that the other side knows.
template <class Struct>
class Elements {
 public:
  Elements(const Struct* first, size_t count) noexcept
      : first_(reinterpret_cast<const std::byte*>(first)), count_(count) {
    if (first != nullptr && count > 0) stride_ = first->struct_size;
  }

  // Whether it can be walked: `required_bytes` is what each element must at least have.
  [[nodiscard]] bool is_sane(size_t required_bytes) const noexcept {
    if (count_ == 0) return true;
    return first_ != nullptr && count_ <= kMaxListCount && stride_ >= required_bytes &&
           stride_ % alignof(Struct) == 0;
  }
  [[nodiscard]] size_t size() const noexcept { return count_; }
  [[nodiscard]] const Struct& at(size_t index, Struct& room) const noexcept {
    return known(*reinterpret_cast<const Struct*>(first_ + index * stride_), room);
  }

 private:
  const std::byte* first_;
  size_t count_;
  size_t stride_ = 0;
};

}  // namespace kato::plugin
