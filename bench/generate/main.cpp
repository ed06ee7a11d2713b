// kato-bench-generate HOME claude|codex|codex-document|gemini|gemini-document MEGABYTES [SEED]:
// writes one conversation of that size below HOME and prints its path. kato-bench-generate HOME
// many SESSIONS [SEED]: so many small ones of all kinds. Same arguments, same bytes.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "bench/generate/logs.h"

namespace {

using namespace kato::bench;

struct Kind {
  std::string_view name;
  std::string (*path)(const LogRequest&);
  void (*write)(std::ostream&, const LogRequest&);
};

constexpr Kind kKinds[] = {{"claude", claude_path, write_claude},
                           {"codex", codex_path, write_codex},
                           {"codex-document", codex_document_path, write_codex_document},
                           {"gemini", gemini_path, write_gemini},
                           {"gemini-document", gemini_document_path, write_gemini_document}};

int generate(const std::string& home, const Kind& kind, const LogRequest& request) {
  const std::filesystem::path path = home + "/" + kind.path(request);
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  kind.write(out, request);
  out.close();
  if (!out) {
    static_cast<void>(std::fprintf(stderr, "cannot write %s\n", path.c_str()));
    return EXIT_FAILURE;
  }
  static_cast<void>(std::puts(path.c_str()));
  return EXIT_SUCCESS;
}

// Of 2 to 20 KB or so, of each kind in turn.
int generate_many(const std::string& home, uint64_t sessions, uint64_t seed) {
  constexpr uint64_t kLeastBytes = 2000;
  constexpr uint64_t kSpreadBytes = 12'000;
  Vocabulary sizes(seed);
  for (uint64_t i = 0; i < sessions; ++i) {
    const LogRequest request{kLeastBytes + sizes.below(kSpreadBytes), seed + i + 1};
    const int status = generate(home, kKinds[i % std::size(kKinds)], request);
    if (status != EXIT_SUCCESS) return status;
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int count, char** arguments) {
  constexpr uint64_t kMegabyte = 1000000;
  const std::string_view wanted = count > 3 ? arguments[2] : "";
  if (wanted == "many") {
    return generate_many(arguments[1], std::strtoull(arguments[3], nullptr, 10),
                         count > 4 ? std::strtoull(arguments[4], nullptr, 10) : 1);
  }
  for (const auto& kind : kKinds) {
    if (kind.name != wanted) continue;
    const uint64_t seed = count > 4 ? std::strtoull(arguments[4], nullptr, 10) : 1;
    return generate(arguments[1], kind,
                    {std::strtoull(arguments[3], nullptr, 10) * kMegabyte, seed});
  }
  static_cast<void>(
      std::fputs("usage: kato-bench-generate HOME KIND MEGABYTES [SEED]\n"
                 "       KIND: claude, codex, codex-document, gemini, gemini-document\n"
                 "       kato-bench-generate HOME many SESSIONS [SEED]\n",
                 stderr));
  return 2;
}
