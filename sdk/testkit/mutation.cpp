#include <algorithm>
#include <kato/testkit/mutation.hpp>
#include <vector>

namespace kato::testkit {
namespace {

constexpr size_t kLongestPiece = 64;
constexpr size_t kDeepNesting = 10000;

struct Span {
  size_t begin = 0;
  size_t size = 0;
};

Span random_piece(const std::string& bytes, Seeded& random) {
  const size_t begin = random.below(bytes.size());
  const size_t longest = std::min(kLongestPiece, bytes.size() - begin);
  return {begin, random.below(longest + 1)};
}

// The line, with its end, around a random place.
Span random_line(const std::string& bytes, Seeded& random) {
  const size_t at = random.below(bytes.size());
  const size_t before = at == 0 ? std::string::npos : bytes.rfind('\n', at - 1);
  const size_t begin = before == std::string::npos ? 0 : before + 1;
  const size_t end = bytes.find('\n', begin);
  return {begin, (end == std::string::npos ? bytes.size() : end + 1) - begin};
}

// The JSON value behind a random colon, roughly: up to the next comma or bracket, or a string.
Span random_value(const std::string& bytes, Seeded& random) {
  const size_t colon = bytes.find(':', random.below(bytes.size()));
  if (colon == std::string::npos) return {0, 0};
  size_t end = colon + 1;
  if (end < bytes.size() && bytes[end] == '"') {
    for (++end; end < bytes.size() && bytes[end] != '"'; ++end) {
      if (bytes[end] == '\\') ++end;
    }
    end = std::min(end + 1, bytes.size());
  } else {
    end = std::min(bytes.find_first_of(",}]\n", end), bytes.size());
  }
  return {colon + 1, end - colon - 1};
}

// The name before a random colon, without its quotes.
Span random_name(const std::string& bytes, Seeded& random) {
  const size_t end = bytes.find("\":", random.below(bytes.size()));
  if (end == std::string::npos || end == 0) return {0, 0};
  const size_t quote = bytes.rfind('"', end - 1);
  if (quote == std::string::npos) return {0, 0};
  return {quote + 1, end - quote - 1};
}

std::string strange_bytes(Seeded& random) {
  static const std::vector<std::string> strange = {std::string(1, '\0'),
                                                   "\xff\xfe",
                                                   "\xed\xa0\x80",
                                                   "\xc3",
                                                   "\\ud800",
                                                   "\\udc00\\ud800",
                                                   "\r\n",
                                                   "\xef\xbb\xbf",
                                                   "\\u0000",
                                                   "\"",
                                                   "\\",
                                                   "\n",
                                                   "\xf4\x90\x80\x80",
                                                   "{}\n{}",
                                                   "\t"};
  return strange[random.below(strange.size())];
}

std::string strange_value(Seeded& random) {
  static const std::vector<std::string> values = {"null",
                                                  "true",
                                                  "0",
                                                  "-1.5e300",
                                                  "123456789012345678901234567890",
                                                  "\"\"",
                                                  "[]",
                                                  "{}",
                                                  "\"unknown-value\"",
                                                  "[{\"type\":\"unknown\"}]",
                                                  "{\"type\":\"unknown\"}",
                                                  "[[],{},null,1]",
                                                  "\"\\ud83d\""};
  if (!random.one_in(64)) return values[random.below(values.size())];
  return std::string(kDeepNesting, '[') + std::string(kDeepNesting, ']');
}

void damage(std::string& bytes, Seeded& random) {
  switch (random.below(12)) {
    case 0: {
      const size_t at = random.below(bytes.size());
      bytes[at] = static_cast<char>(random.below(256));
      return;
    }
    case 1: {
      const Span piece = random_piece(bytes, random);
      bytes.erase(piece.begin, piece.size);
      return;
    }
    case 2: {
      const Span piece = random_piece(bytes, random);
      bytes.insert(piece.begin, bytes.substr(piece.begin, piece.size));
      return;
    }
    case 3:
      bytes.insert(random.below(bytes.size() + 1), strange_bytes(random));
      return;
    case 4:
      bytes.resize(random.below(bytes.size()));
      return;
    case 5: {
      const Span line = random_line(bytes, random);
      bytes.erase(line.begin, line.size);
      return;
    }
    case 6: {
      const Span line = random_line(bytes, random);
      bytes.insert(random_line(bytes, random).begin, bytes.substr(line.begin, line.size));
      return;
    }
    case 7: {
      const Span line = random_line(bytes, random);
      const auto copy = bytes.substr(line.begin, line.size);
      bytes.erase(line.begin, line.size);
      bytes.insert(bytes.empty() ? 0 : random_line(bytes, random).begin, copy);
      return;
    }
    case 8: {
      const Span name = random_name(bytes, random);
      bytes.replace(name.begin, name.size, random.one_in(2) ? "unknown" : "type");
      return;
    }
    default: {
      const Span value = random_value(bytes, random);
      if (value.size > 0) bytes.replace(value.begin, value.size, strange_value(random));
    }
  }
}

}  // namespace

uint64_t Seeded::next() noexcept {
  state_ += 0x9E3779B97F4A7C15U;
  uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

std::string mutate(std::string_view bytes, uint64_t seed) {
  Seeded random(seed);
  std::string mutant(bytes);
  for (uint64_t left = 1 + random.below(4); left > 0 && !mutant.empty(); --left) {
    damage(mutant, random);
  }
  return mutant;
}

}  // namespace kato::testkit
