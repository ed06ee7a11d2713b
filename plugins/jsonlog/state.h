// The form of saved states: a compact binary text, read with every bound checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kato::jsonlog {

class StateWriter {
 public:
  // 1 to 10 bytes, seven bits each.
  void number(uint64_t value);
  void flag(bool value) { number(value ? 1 : 0); }
  // Eight bytes: for hashes, which do not get shorter.
  void hash(uint64_t value);
  void text(std::string_view value);

  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

// After the first fault everything that is read is zero or empty, and ok() stays false.
class StateReader {
 public:
  explicit StateReader(std::string_view bytes) noexcept : rest_(bytes) {}

  uint64_t number() noexcept;
  bool flag() noexcept { return number() != 0; }
  uint64_t hash() noexcept;
  std::string_view text() noexcept;
  // A number of elements of which each takes at least `least_bytes`: more than could follow is a
  // fault, so that nobody reserves memory for what is not there.
  size_t count(size_t least_bytes) noexcept;

  // What was read makes no sense.
  void refuse() noexcept { fault(); }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  // Everything was read and nothing was wrong.
  [[nodiscard]] bool complete() const noexcept { return ok_ && rest_.empty(); }

 private:
  uint64_t fault() noexcept;

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace kato::jsonlog
