// What the programs of the benchmark are told, and how they give up.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>

namespace kato::bench {

// What is no number counts as `least`.
inline int number_from(std::string_view text, int least) {
  int number = least;
  static_cast<void>(std::from_chars(text.data(), text.data() + text.size(), number));
  return std::max(number, least);
}

[[noreturn]] inline void give_up(std::string_view program, const std::string& why) {
  const auto line = std::string(program) + ": " + why + "\n";
  static_cast<void>(std::fflush(stdout));
  static_cast<void>(std::fputs(line.c_str(), stderr));
  ::_exit(EXIT_FAILURE);
}

}  // namespace kato::bench
