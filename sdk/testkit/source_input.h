// A source as the ABI's structures have it. Borrows; the source outlives what is made of it.
#pragma once

#include <kato/testkit/provider_driver.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace kato::testkit {

// A copy with arbitrary bytes behind it, so that whoever reads on finds something wrong there, or
// is caught by a sanitizer.
class Padded {
 public:
  explicit Padded(std::string_view bytes);
  [[nodiscard]] kato_bytes c() const;

 private:
  size_t size_;
  std::string bytes_;
};

[[nodiscard]] std::vector<kato_companion> c_companions(const SourceContent& source);
[[nodiscard]] kato_str c_options(const SourceContent& source);

}  // namespace kato::testkit
