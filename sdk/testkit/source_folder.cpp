#include <algorithm>
#include <fstream>
#include <kato/testkit/source_folder.hpp>
#include <kato/testkit/source_patterns.hpp>
#include <optional>
#include <sstream>

namespace kato::testkit {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxCompanionBytes = 1U << 20U;

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || !fs::is_regular_file(path)) return std::nullopt;
  std::ostringstream content;
  content << in.rdbuf();
  return std::move(content).str();
}

void add_companions(SourceFile& source, const SourcePattern& pattern) {
  for (const auto& [name, path_pattern] : pattern.companions) {
    const auto path = companion_path(path_pattern, source.content.path);
    auto content = read_file(source.root / path);
    if (content && content->size() > kMaxCompanionBytes) content.reset();
    source.content.companions.push_back({name, path, std::move(content)});
  }
}

// As the provider's patterns have it, from the highest root on.
bool place(SourceFile& source, const fs::path& folder, const std::vector<SourcePattern>& patterns) {
  std::vector<fs::path> parts(source.file.begin(), source.file.end());
  auto begin = static_cast<size_t>(std::distance(folder.begin(), folder.end()));
  for (; begin < parts.size(); ++begin) {
    fs::path relative;
    for (size_t i = begin; i < parts.size(); ++i) {
      relative /= parts[i];
    }
    const auto text = relative.string();
    const auto found =
        std::ranges::find_if(patterns, [&](const auto& pattern) { return pattern.fits(text); });
    if (found == patterns.end()) continue;
    if (found->packing != KATO_PACKING_NONE) return false;
    source.root = fs::path();
    for (size_t i = 0; i < begin; ++i) {
      source.root /= parts[i];
    }
    source.content.path = text;
    add_companions(source, *found);
    return true;
  }
  return false;
}

bool is_mine(const kato_provider_api& api, SourceFile& source) {
  source.root = source.file.parent_path();
  source.content.path = source.file.filename().string();
  const ProviderDriver driver(api, source.content);
  return driver.probe(source.content.bytes.size()).verdict == KATO_PROBE_MINE;
}

}  // namespace

std::vector<SourceFile> sources_below(const kato_provider_api& api, const fs::path& folder) {
  const auto patterns = source_patterns(api);
  std::vector<SourceFile> sources;
  if (!fs::is_directory(folder)) return sources;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    SourceFile source;
    source.file = entry.path();
    auto bytes = read_file(source.file);
    if (!bytes) continue;
    source.content.bytes = std::move(*bytes);
    if (place(source, folder, patterns) || is_mine(api, source)) {
      sources.push_back(std::move(source));
    }
  }
  std::ranges::sort(sources, {}, &SourceFile::file);
  return sources;
}

}  // namespace kato::testkit
