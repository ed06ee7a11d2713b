// Where the words of generated logs come from: the same seed says the same on every machine.
#pragma once

#include <cstdint>
#include <string>

namespace kato::bench {

class Vocabulary {
 public:
  explicit Vocabulary(uint64_t seed) : state_(seed) {}

  uint64_t next();
  // 0 to bound - 1.
  uint64_t below(uint64_t bound) { return next() % bound; }
  bool one_in(uint64_t n) { return below(n) == 0; }

  std::string hex(size_t digits);
  std::string uuid();
  std::string path();
  // One to six sentences; now and then of another script.
  std::string prose();
  // Markdown: prose, lists, tables, code.
  std::string answer();
  std::string code(size_t lines);
  // What a tool prints: mostly a few hundred bytes, now and then 100 KB.
  std::string tool_output();

 private:
  std::string word();
  std::string sentence();

  uint64_t state_;
};

// Moments that go on: "2026-01-05T08:00:00.000Z".
class Moments {
 public:
  explicit Moments(int64_t unix_ms) : unix_ms_(unix_ms) {}
  // That many milliseconds later.
  std::string after(uint64_t milliseconds);
  [[nodiscard]] int64_t unix_ms() const { return unix_ms_; }

 private:
  int64_t unix_ms_;
};

}  // namespace kato::bench
