#include "sources.h"

#include <array>
#include <kato/common.hpp>

#include "project.h"

namespace kato::gemini {
namespace {

using sdk::str;

constexpr std::array kRoots = {str("${GEMINI_CLI_HOME:-~}/.gemini")};

constexpr kato_companion_pattern companion(std::string_view name, std::string_view path) {
  return {sizeof(kato_companion_pattern), str(name), str(path)};
}

constexpr std::array kCompanions = {
    companion(kProjectRootFile, "{dir}/../.project_root"),
    companion(kProjectRegistry, "projects.json"),
    companion(kTrustedFolders, "trustedFolders.json"),
};
constexpr std::array kSubagentCompanions = {
    companion(kProjectRootFile, "{dir}/../../.project_root"),
    companion(kProjectRegistry, "projects.json"),
    companion(kTrustedFolders, "trustedFolders.json"),
};

template <size_t kCount>
constexpr kato_source_pattern pattern(kato_growth growth, std::string_view include,
                                      const std::array<kato_companion_pattern, kCount>& beside) {
  return {sizeof(kato_source_pattern),
          growth,
          KATO_PACKING_NONE,
          KATO_SOURCE_DUPLICATES_BY_RANK | KATO_SOURCE_RESTATES,
          str(include),
          nullptr,
          0,
          beside.data(),
          beside.size()};
}

constexpr std::array kPatterns = {
    pattern(KATO_GROWTH_APPEND, "tmp/*/chats/session-*.jsonl", kCompanions),
    pattern(KATO_GROWTH_DOCUMENT, "tmp/*/chats/session-*.json", kCompanions),
    pattern(KATO_GROWTH_APPEND, "tmp/*/chats/*/*.jsonl", kSubagentCompanions),
    pattern(KATO_GROWTH_DOCUMENT, "tmp/*/chats/*/*.json", kSubagentCompanions),
};

constexpr kato_source_description kDescription{sizeof(kato_source_description),
                                               0,
                                               kRoots.data(),
                                               kRoots.size(),
                                               kPatterns.data(),
                                               kPatterns.size()};

}  // namespace

const kato_source_description& source_description() {
  return kDescription;
}

}  // namespace kato::gemini
