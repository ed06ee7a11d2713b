#include "state.h"

namespace kato::jsonlog {

void StateWriter::number(uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
}

void StateWriter::hash(uint64_t value) {
  for (unsigned shift = 0; shift < 64; shift += 8) {
    bytes_.push_back(static_cast<char>(value >> shift));
  }
}

void StateWriter::text(std::string_view value) {
  number(value.size());
  bytes_.append(value);
}

uint64_t StateReader::fault() noexcept {
  ok_ = false;
  rest_ = {};
  return 0;
}

uint64_t StateReader::number() noexcept {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return fault();
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    const uint64_t bits = byte & 0x7FU;
    if (shift == 63 && bits > 1) return fault();
    value |= bits << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return fault();
}

uint64_t StateReader::hash() noexcept {
  if (rest_.size() < 8) return fault();
  uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    value |= uint64_t{static_cast<uint8_t>(rest_[i])} << (8 * i);
  }
  rest_.remove_prefix(8);
  return value;
}

std::string_view StateReader::text() noexcept {
  const uint64_t size = number();
  if (size > rest_.size()) fault();
  if (!ok_) return {};
  const auto found = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return found;
}

size_t StateReader::count(size_t least_bytes) noexcept {
  const uint64_t count = number();
  if (count > rest_.size() / least_bytes) fault();
  return ok_ ? static_cast<size_t>(count) : 0;
}

}  // namespace kato::jsonlog
