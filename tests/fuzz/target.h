// What a fuzz target is. Each executable of this folder has one, and one of two mains: libFuzzer's,
// or one that replays the seeds and the inputs that once were findings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kato::fuzz {

// Tries one input, any bytes. A law that is broken ends the process through finding().
void try_input(std::string_view input);

// Inputs to begin with, made from the fixtures as they are now.
[[nodiscard]] std::vector<std::string> seeds();

// Says what is wrong and aborts, as libFuzzer wants it.
[[noreturn]] void finding(std::string_view what);

}  // namespace kato::fuzz
