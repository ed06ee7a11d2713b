#include "host/session/twin_files.h"

namespace kato {
namespace {

Status remove_if_there(FileSystem& files, const std::string& path) {
  auto removed = files.remove(path);
  if (!removed && removed.error().code() == ErrorCode::kNotFound) return {};
  return removed;
}

}  // namespace

Status settle_twin_files(FileSystem& files, const StateFolder& state, std::string_view key,
                         const TwinMeta& twin) {
  if (!twin.exists) return remove_twin_files(files, state, key, twin.generation);
  if (auto swapped = swap_twin_in(files, state, key, twin.generation); !swapped) return swapped;
  return remove_if_there(files, StateFolder::beside(state.twin(key), twin.generation + 1));
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

}  // namespace kato
