#include "record_key.h"

namespace kato::jsonlog {
namespace {

// Mixes the timestamp into the hash of the bytes (FNV-1a over a short text).
uint64_t mix(std::string_view timestamp, uint64_t hash) {
  for (const char c : timestamp) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3ULL;
  }
  return hash;
}

}  // namespace

std::string to_hex(uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (size_t i = text.size(); i-- > 0; value >>= 4) {
    text[i] = kDigits[value & 15U];
  }
  return text;
}

std::string RecordKeys::make(std::string_view timestamp, uint64_t bytes_hash) {
  if (timestamp.empty() || timestamp.size() > kMaxTimestampBytes) {
    return to_hex(bytes_hash) + "/" + std::to_string(untimed_++);
  }
  const uint64_t ordinal = ordinal_among_equals(mix(timestamp, bytes_hash));
  return std::string(timestamp) + "/" + to_hex(bytes_hash) + "/" + std::to_string(ordinal);
}

uint64_t RecordKeys::ordinal_among_equals(uint64_t hash) {
  for (size_t i = 0; i < size_; ++i) {
    if (window_[i].hash == hash) return window_[i].count++;
  }
  window_[next_] = {hash, 1};
  next_ = (next_ + 1) % kWindow;
  if (size_ < kWindow) ++size_;
  return 0;
}

void RecordKeys::save(StateWriter& out) const {
  out.number(untimed_);
  out.number(size_);
  out.number(next_);
  for (size_t i = 0; i < size_; ++i) {
    out.hash(window_[i].hash);
    out.number(window_[i].count);
  }
}

void RecordKeys::restore(StateReader& in) {
  untimed_ = in.number();
  size_ = in.count(9);
  next_ = in.number();
  if (size_ > kWindow || next_ >= kWindow || (size_ < kWindow && next_ != size_)) {
    size_ = next_ = 0;
    in.refuse();
    return;
  }
  for (size_t i = 0; i < size_; ++i) {
    window_[i].hash = in.hash();
    window_[i].count = in.number();
  }
}

}  // namespace kato::jsonlog
