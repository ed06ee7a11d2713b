#include "host/ingest/root.h"

namespace kato {
namespace {

SourceRule to_rule(const SourcePattern& pattern) {
  return {
      .growth =
          pattern.growth == Growth::kDocument ? SourceGrowth::kDocument : SourceGrowth::kAppend,
      .packing = pattern.packing == Packing::kZstd ? SourcePacking::kZstd : SourcePacking::kNone,
      .include = pattern.include,
      .excludes = pattern.excludes};
}

}  // namespace

Result<Root> make_root(const Provider& provider, std::string path, std::string options_json,
                       RootPolicy policy) {
  auto description = provider.describe_sources(options_json);
  if (!description) return forward(description);
  std::vector<SourceRule> rules;
  rules.reserve(description->patterns.size());
  for (const auto& pattern : description->patterns) {
    rules.push_back(to_rule(pattern));
  }
  auto compiled = SourceRules::compile(std::move(rules));
  if (!compiled) return forward(compiled, "provider " + provider.identity().id);
  return Root{.provider = &provider,
              .path = std::move(path),
              .options_json = std::move(options_json),
              .policy = std::move(policy),
              .patterns = std::move(description->patterns),
              .rules = std::move(*compiled)};
}

}  // namespace kato
