#include "host/daemon/held_records.h"

#include <algorithm>

#include "host/base/hash.h"

namespace kato {
namespace {

bool is_same(const HeldRange& one, const HeldRange& other) {
  return one.offset_bytes == other.offset_bytes && one.hash == other.hash;
}

}  // namespace

Status HeldRecords::load() {
  if (kept_) return {};
  auto loaded = load_held(files_, path_);
  if (!loaded && loaded.error().code() == ErrorCode::kInvalid) {
    kept_.emplace();  // damaged: the sources have them again, and the next writing replaces it
    return {};
  }
  if (!loaded) return forward(loaded);
  kept_ = std::move(*loaded);
  return {};
}

const HeldBytes* HeldRecords::known(uint64_t offset_bytes, uint64_t hash) const {
  const auto found = std::ranges::find_if(*kept_, [&](const HeldBytes& one) {
    return one.offset_bytes == offset_bytes && one.hash == hash;
  });
  return found == kept_->end() ? nullptr : &*found;
}

bool HeldRecords::has_exactly(const std::vector<HeldRange>& wanted) const {
  return kept_->size() == wanted.size() && std::ranges::all_of(wanted, [&](const HeldRange& held) {
           return known(held.offset_bytes, held.hash) != nullptr;
         });
}

Result<bool> HeldRecords::keep(const SessionMeta& meta, const std::vector<SessionSource>& sources,
                               SourceBuffer& buffer) {
  std::vector<HeldRange> wanted;
  for (const auto& source : meta.sources) {
    std::ranges::copy(source.held, std::back_inserter(wanted));
  }
  if (wanted.empty() && last_.empty() && !kept_) return false;
  if (auto loaded = load(); !loaded) return forward(loaded);
  if (has_exactly(wanted)) {
    last_ = std::move(wanted);
    return false;
  }

  std::vector<HeldBytes> keeping;
  for (size_t i = 0; i < meta.sources.size(); ++i) {
    std::optional<SourceReader> reader;
    for (const auto& held : meta.sources[i].held) {
      if (const auto* const one = known(held.offset_bytes, held.hash)) {
        keeping.push_back(*one);
        continue;
      }
      if (!reader) {
        const auto& file = sources[i].file;
        auto opened = SourceReader::open(files_, file.path,
                                         file.root->rules.rule(file.pattern).packing, buffer);
        if (!opened) break;  // gone between two calls: what is held is lost with it
        reader.emplace(std::move(*opened));
      }
      auto bytes = reader->read_range(held.offset_bytes, held.length_bytes);
      if (!bytes) return forward(bytes);
      if (hash64(*bytes) != held.hash) continue;
      keeping.push_back({.source = meta.sources[i].path,
                         .key = held.key,
                         .offset_bytes = held.offset_bytes,
                         .hash = held.hash,
                         .bytes = std::move(*bytes)});
    }
  }
  // What the meta on the disk still speaks of stays until the next one took its place.
  for (const auto& held : last_) {
    const auto* const one = known(held.offset_bytes, held.hash);
    const bool there =
        std::ranges::any_of(wanted, [&](const HeldRange& other) { return is_same(held, other); });
    if (one != nullptr && !there) keeping.push_back(*one);
  }
  if (auto stored = store_held(files_, path_, keeping, Durability::kOrdered); !stored) {
    return forward(stored);
  }
  kept_ = std::move(keeping);
  last_ = std::move(wanted);
  return true;
}

Result<std::optional<std::string>> HeldRecords::find(const HeldRecord& held) {
  if (auto loaded = load(); !loaded) return forward(loaded);
  const auto* const one = known(held.offset_bytes, held.hash);
  if (one == nullptr) return std::nullopt;
  return one->bytes;
}

}  // namespace kato
