#include <algorithm>
#include <filesystem>
#include <kato/common.hpp>
#include <kato/testkit/fake_host.hpp>
#include <kato/testkit/source_patterns.hpp>

namespace kato::testkit {

bool glob_fits(std::string_view glob, std::string_view path) {
  if (glob.starts_with("**/")) {
    while (!glob_fits(glob.substr(3), path)) {
      const auto slash = path.find('/');
      if (slash == std::string_view::npos) return false;
      path.remove_prefix(slash + 1);
    }
    return true;
  }
  if (glob.empty()) return path.empty();
  if (glob[0] == '*') {
    while (!glob_fits(glob.substr(1), path)) {
      if (path.empty() || path[0] == '/') return false;
      path.remove_prefix(1);
    }
    return true;
  }
  if (path.empty()) return false;
  if (glob[0] != path[0] && (glob[0] != '?' || path[0] == '/')) return false;
  return glob_fits(glob.substr(1), path.substr(1));
}

bool SourcePattern::fits(std::string_view path) const {
  return glob_fits(include, path) &&
         std::ranges::none_of(excludes, [&](const auto& glob) { return glob_fits(glob, path); });
}

std::vector<SourcePattern> source_patterns(const kato_provider_api& api) {
  const FakeHost host;
  const kato_source_description* description = nullptr;
  if (api.describe_sources(host.c(), {nullptr, 0}, &description) != KATO_OK ||
      description == nullptr) {
    return {};
  }
  const auto c = sdk::complete(description);
  const sdk::Strided patterns(c.patterns, c.pattern_count);
  std::vector<SourcePattern> out;
  for (size_t i = 0; i < patterns.size(); ++i) {
    const auto pattern = patterns[i];
    auto& copy = out.emplace_back();
    copy.growth = pattern.growth;
    copy.packing = pattern.packing;
    copy.include = sdk::view(pattern.include);
    for (size_t j = 0; j < pattern.exclude_count; ++j) {
      copy.excludes.emplace_back(sdk::view(pattern.excludes[j]));
    }
    const sdk::Strided companions(pattern.companions, pattern.companion_count);
    for (size_t j = 0; j < companions.size(); ++j) {
      const auto companion = companions[j];
      copy.companions.emplace_back(sdk::view(companion.name), sdk::view(companion.path));
    }
  }
  return out;
}

std::string companion_path(std::string_view pattern, std::string_view source) {
  const std::filesystem::path path(source);
  const auto folder = path.parent_path();
  const auto name = path.filename().string();
  const std::pair<std::string_view, std::string> values[] = {
      {"{dir}", folder.empty() ? "." : folder.string()},
      {"{stem}", name.substr(0, name.find('.'))},
      {"{parent}", folder.filename().string()}};
  std::string out;
  while (!pattern.empty()) {
    const auto* const token = std::ranges::find_if(
        values, [pattern](const auto& value) { return pattern.starts_with(value.first); });
    if (token == std::end(values)) {
      out.push_back(pattern.front());
      pattern.remove_prefix(1);
    } else {
      out += token->second;
      pattern.remove_prefix(token->first.size());
    }
  }
  return std::filesystem::path(out).lexically_normal().string();
}

}  // namespace kato::testkit
