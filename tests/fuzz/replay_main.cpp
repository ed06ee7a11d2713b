// The target without a fuzzer: replays the seeds and the files that it is given (those in folders
// too), so that no target rots and no finding comes back.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <string>

#include "tests/fuzz/target.h"

namespace {

namespace fs = std::filesystem;

void replay(const std::string& name, std::string_view input) {
  std::printf("%s\n", name.c_str());  // the last one is the culprit
  static_cast<void>(std::fflush(stdout));
  kato::fuzz::try_input(input);
}

void replay_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in) kato::fuzz::finding("read " + path.string() + ": failed");
  replay(path.string(), std::move(content).str());
}

}  // namespace

int main(int argc, char** argv) {
  replay("nothing at all", {});
  const auto seeds = kato::fuzz::seeds();
  if (seeds.empty()) kato::fuzz::finding("the target has no seeds");
  for (size_t i = 0; i < seeds.size(); ++i) {
    replay("seed-" + std::to_string(i), seeds[i]);
  }
  for (const char* const argument : std::span(argv, static_cast<size_t>(argc)).subspan(1)) {
    if (!fs::is_directory(argument)) {
      replay_file(argument);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(argument)) {
      replay_file(entry.path());
    }
  }
  return 0;
}
