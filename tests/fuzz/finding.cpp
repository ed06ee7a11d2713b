#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/target.h"

namespace kato::fuzz {

void finding(std::string_view what) {
  static_cast<void>(std::fwrite(what.data(), 1, what.size(), stderr));
  static_cast<void>(std::fputc('\n', stderr));
  std::abort();
}

}  // namespace kato::fuzz
