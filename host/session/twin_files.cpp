#include "host/session/twin_files.h"

#include "host/io/files.h"

namespace kato {
namespace {

Status remove_if_there(FileSystem& files, const std::string& path) {
  auto removed = files.remove(path);
  if (!removed && removed.error().code() == ErrorCode::kNotFound) return {};
  return removed;
}

constexpr std::string_view kBeside = ".twin.jsonl.g";
constexpr std::string_view kHalfMeta = ".meta.json.kato-new";
constexpr std::string_view kHalfHeld = ".held.kato-new";

Status settle_one(FileSystem& files, const StateFolder& state, MetaStore& metas,
                  std::string_view name) {
  const auto key = name.substr(0, name.find(kBeside));
  const auto meta = metas.load(key);
  if (!meta) return {};
  if (*meta) {
    auto settled = settle_twin_files(files, state, key, (**meta).twin);
    if (!settled) return settled;
  }
  // Of a generation that was never committed, or has gone by.
  return remove_if_there(files, state.sessions() + "/" + std::string(name));
}

}  // namespace

Status settle_twin_files(FileSystem& files, const StateFolder& state, std::string_view key,
                         const TwinMeta& twin) {
  if (auto removed = remove_half_written(files, state.held(key)); !removed) return removed;
  if (!twin.exists) return remove_twin_files(files, state, key, twin.generation);
  if (auto swapped = swap_twin_in(files, state, key, twin.generation); !swapped) return swapped;
  return remove_if_there(files, StateFolder::beside(state.twin(key), twin.generation + 1));
}

Status settle_all_twin_files(FileSystem& files, const StateFolder& state, MetaStore& metas,
                             const std::function<bool(std::string_view key)>& is_at_work) {
  const auto entries = files.list(state.sessions());
  if (!entries) return forward(entries);
  for (const auto& entry : *entries) {
    Status settled;
    if (entry.name.ends_with(kHalfMeta) || entry.name.ends_with(kHalfHeld)) {
      settled = remove_if_there(files, state.sessions() + "/" + entry.name);
    } else if (entry.name.contains(kBeside) &&
               !is_at_work(std::string_view(entry.name).substr(0, entry.name.find(kBeside)))) {
      settled = settle_one(files, state, metas, entry.name);
    }
    if (!settled) return settled;
  }
  return {};
}

Status swap_twin_in(FileSystem& files, const StateFolder& state, std::string_view key,
                    uint32_t generation) {
  const auto path = state.twin(key);
  auto renamed = files.rename(StateFolder::beside(path, generation), path);
  if (!renamed && renamed.error().code() == ErrorCode::kNotFound) return {};
  return renamed;
}

Status remove_twin_files(FileSystem& files, const StateFolder& state, std::string_view key,
                         uint32_t generation) {
  const auto path = state.twin(key);
  for (const auto& file : {path, StateFolder::beside(path, generation),
                           StateFolder::beside(path, generation + 1), state.held(key)}) {
    if (auto removed = remove_if_there(files, file); !removed) return removed;
  }
  return {};
}

Status remove_begun_twin(FileSystem& files, const StateFolder& state, std::string_view key) {
  return remove_if_there(files, StateFolder::beside(state.twin(key), 1));
}

}  // namespace kato
