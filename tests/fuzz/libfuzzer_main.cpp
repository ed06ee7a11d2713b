// The target under libFuzzer. With --write-seeds=FOLDER it writes FOLDER/corpus/* and
// FOLDER/words.dict, and ends.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <kato/testkit/mutation.hpp>
#include <string>
#include <string_view>

#include "tests/fuzz/format_words.h"
#include "tests/fuzz/target.h"

// NOLINTBEGIN(readability-identifier-naming): names of the library
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream out(path, std::ios::binary);
  out << content;
  if (!out.flush()) kato::fuzz::finding("write " + path.string() + ": failed");
}

void write_seeds(const std::filesystem::path& folder) {
  const auto seeds = kato::fuzz::seeds();
  std::filesystem::create_directories(folder / "corpus");
  for (size_t i = 0; i < seeds.size(); ++i) {
    write_file(folder / "corpus" / ("seed-" + std::to_string(i)), seeds[i]);
  }
  write_file(folder / "words.dict", kato::fuzz::dictionary_of(seeds));
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view kWriteSeeds = "--write-seeds=";
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = (*argv)[i];
    if (!argument.starts_with(kWriteSeeds)) continue;
    write_seeds(argument.substr(kWriteSeeds.size()));
    std::exit(0);
  }
  // What a target loads when it is first used should be there before libFuzzer counts.
  kato::fuzz::try_input({});
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kato::fuzz::try_input({reinterpret_cast<const char*>(data), size});
  return 0;
}

// Half of the time damage of the kinds that logs have, else libFuzzer's own.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  if (seed % 2 == 0 || size == 0) return LLVMFuzzerMutate(data, size, max_size);
  const auto mutant =
      kato::testkit::mutate({reinterpret_cast<const char*>(data), size}, uint64_t{seed});
  const size_t length = std::min(mutant.size(), max_size);
  std::copy_n(mutant.begin(), length, data);
  return length;
}
// NOLINTEND(readability-identifier-naming)
