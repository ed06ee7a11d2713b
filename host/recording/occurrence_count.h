// How often some bytes stand in a text that comes in pieces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kato {

class OccurrenceCount {
 public:
  // wanted: not empty; it must outlive this.
  explicit OccurrenceCount(std::string_view wanted) : wanted_(wanted) {}

  void add(std::string_view piece);
  [[nodiscard]] size_t value() const noexcept { return value_; }

 private:
  std::string_view wanted_;
  std::string left_;  // the end of what was added, in which one of them may begin
  size_t value_ = 0;
};

}  // namespace kato
