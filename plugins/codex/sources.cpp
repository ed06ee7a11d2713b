#include "sources.h"

#include <array>
#include <kato/common.hpp>

namespace kato::codex {
namespace {

using sdk::str;

constexpr std::array kRoots = {str("${CODEX_HOME:-~/.codex}")};

constexpr std::array<kato_companion_pattern, 1> kCompanions = {{
    {sizeof(kato_companion_pattern), str(kTitleIndex), str("session_index.jsonl")},
}};

// A thread lies in one file, live or archived, plain or packed; a rewound one goes on in another.
constexpr kato_source_pattern pattern(std::string_view include, kato_growth growth,
                                      kato_packing packing) noexcept {
  return {sizeof(kato_source_pattern),
          growth,
          packing,
          KATO_SOURCE_DUPLICATES_BY_RANK,
          str(include),
          nullptr,
          0,
          kCompanions.data(),
          kCompanions.size()};
}

constexpr std::array kPatterns = {
    pattern("sessions/**/rollout-*.jsonl", KATO_GROWTH_APPEND, KATO_PACKING_NONE),
    pattern("archived_sessions/**/rollout-*.jsonl", KATO_GROWTH_APPEND, KATO_PACKING_NONE),
    pattern("sessions/**/rollout-*.jsonl.zst", KATO_GROWTH_APPEND, KATO_PACKING_ZSTD),
    pattern("archived_sessions/**/rollout-*.jsonl.zst", KATO_GROWTH_APPEND, KATO_PACKING_ZSTD),
    pattern("sessions/**/rollout-*.json", KATO_GROWTH_DOCUMENT, KATO_PACKING_NONE),
    pattern("archived_sessions/**/rollout-*.json", KATO_GROWTH_DOCUMENT, KATO_PACKING_NONE),
};

constexpr kato_source_description kDescription = {sizeof(kato_source_description),
                                                  0,
                                                  kRoots.data(),
                                                  kRoots.size(),
                                                  kPatterns.data(),
                                                  kPatterns.size()};

}  // namespace

const kato_source_description& source_description() noexcept {
  return kDescription;
}

}  // namespace kato::codex
