#include "host/base/base64.h"

#include <array>
#include <cstdint>

namespace kato {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNoDigit = 0xFF;

constexpr std::array<uint8_t, 256> kValues = [] {
  std::array<uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<uint8_t>(i);
  }
  return values;
}();

uint32_t byte_at(std::string_view bytes, size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  char* to = text.data();
  for (size_t at = 0; at < bytes.size(); at += 3, to += 4) {
    const uint32_t group =
        byte_at(bytes, at) << 16U | byte_at(bytes, at + 1) << 8U | byte_at(bytes, at + 2);
    to[0] = kDigits[group >> 18U];
    to[1] = kDigits[group >> 12U & 63U];
    if (at + 1 < bytes.size()) to[2] = kDigits[group >> 6U & 63U];
    if (at + 2 < bytes.size()) to[3] = kDigits[group & 63U];
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
    ++padding;
  }
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (size_t at = 0; at < text.size(); at += 4) {
    uint32_t group = 0;
    for (size_t i = at; i < at + 4; ++i) {
      const bool is_padding = i >= text.size() - padding;
      const uint8_t value = is_padding ? 0 : kValues[static_cast<unsigned char>(text[i])];
      if (value == kNoDigit) return std::nullopt;
      group = group << 6U | value;
    }
    bytes.push_back(static_cast<char>(group >> 16U));
    bytes.push_back(static_cast<char>(group >> 8U));
    bytes.push_back(static_cast<char>(group));
  }
  for (size_t i = bytes.size() - padding; i < bytes.size(); ++i) {
    if (bytes[i] != '\0') return std::nullopt;
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace kato
