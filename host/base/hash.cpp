#include "host/base/hash.h"

#include <algorithm>
#include <new>

#include <xxhash.h>

namespace kato {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string hex_of(const uint8_t* bytes, size_t size) {
  std::string text(size * 2, '\0');
  for (size_t i = 0; i < size; ++i) {
    text[2 * i] = kHexDigits[bytes[i] >> 4U];
    text[2 * i + 1] = kHexDigits[bytes[i] & 0x0FU];
  }
  return text;
}

char* put_field(char* to, std::string_view field) noexcept {
  for (unsigned shift = 0; shift < 64; shift += 8) {
    *to++ = static_cast<char>((static_cast<uint64_t>(field.size()) >> shift) & 0xFFU);
  }
  return std::ranges::copy(field, to).out;
}

}  // namespace

uint64_t hash64(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Hash128 hash128(std::initializer_list<std::string_view> fields) noexcept {
  size_t size = 0;
  for (const auto field : fields) {
    size += sizeof(uint64_t) + field.size();
  }
  std::array<char, 512> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): it is written to
  std::string more(size > room.size() ? size : 0, '\0');
  char* const buffer = more.empty() ? room.data() : more.data();
  char* end = buffer;
  for (const auto field : fields) {
    end = put_field(end, field);
  }
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(buffer, size));
  Hash128 hash{};
  for (size_t i = 0; i < hash.size(); ++i) {
    hash[i] = canonical.digest[i];
  }
  return hash;
}

std::string to_hex(const Hash128& hash) {
  return hex_of(hash.data(), hash.size());
}

std::string to_hex(uint64_t hash) {
  XXH64_canonical_t canonical;
  XXH64_canonicalFromHash(&canonical, hash);
  return hex_of(canonical.digest, sizeof(canonical.digest));
}

std::string to_uuid_text(const Hash128& hash) {
  auto text = to_hex(hash);
  for (const size_t position : {8U, 13U, 18U, 23U}) {
    text.insert(position, 1, '-');
  }
  return text;
}

StreamingHash64::StreamingHash64() : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_64bits_reset(static_cast<XXH3_state_t*>(state_));
}

StreamingHash64::~StreamingHash64() {
  XXH3_freeState(static_cast<XXH3_state_t*>(state_));
}

void StreamingHash64::update(std::string_view bytes) noexcept {
  XXH3_64bits_update(static_cast<XXH3_state_t*>(state_), bytes.data(), bytes.size());
}

uint64_t StreamingHash64::digest() const noexcept {
  return XXH3_64bits_digest(static_cast<const XXH3_state_t*>(state_));
}

}  // namespace kato
