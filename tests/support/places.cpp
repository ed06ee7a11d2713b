#include "tests/support/places.h"

#include <cstdlib>
#include <filesystem>

namespace kato::test {

std::string source_dir() {
  return KATO_SOURCE_DIR;
}
std::string binary_dir() {
  return KATO_BINARY_DIR;
}

std::optional<std::string> corpus_folder() {
  const char* shared = std::getenv("KATO_SHARED_DIR");
  const auto folder =
      std::filesystem::path(shared != nullptr ? shared : KATO_SOURCE_DIR "/../shared") / "corpus";
  if (!std::filesystem::is_directory(folder)) return std::nullopt;
  return folder.lexically_normal().string();
}

}  // namespace kato::test
