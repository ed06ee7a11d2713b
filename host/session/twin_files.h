// The files of a twin: one in use, at most one beside it that is being made or waits for its
// commit.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "host/io/file_system.h"
#include "host/session/meta_store.h"
#include "host/session/session_meta.h"
#include "host/session/state_folder.h"

namespace kato {

// A twin is made beside the one in use, under its generation; the meta that names the generation
// swaps it in; then the file takes its place. This finishes what a kill left of that, and removes
// what no meta names, and a half of the bytes that are kept with a twin. twin: as committed.
[[nodiscard]] Status settle_twin_files(FileSystem& files, const StateFolder& state,
                                       std::string_view key, const TwinMeta& twin);

// The same for all sessions that have a file beside, whether or not anything happens in them again;
// metas and kept bytes that were being written when the power went are removed too. A session whose
// meta cannot be used is left alone, and so are those that are at work. For after a power loss,
// when nothing tells which sessions these are.
[[nodiscard]] Status settle_all_twin_files(
    FileSystem& files, const StateFolder& state, MetaStore& metas,
    const std::function<bool(std::string_view key)>& is_at_work);

// The file of a committed generation takes its place. No effect if it has done so already.
[[nodiscard]] Status swap_twin_in(FileSystem& files, const StateFolder& state, std::string_view key,
                                  uint32_t generation);

// Everything that holds text of the conversation; the meta must not speak of it any more.
[[nodiscard]] Status remove_twin_files(FileSystem& files, const StateFolder& state,
                                       std::string_view key, uint32_t generation);

// What a session without a meta had begun of its first twin, beside the place where one lies.
[[nodiscard]] Status remove_begun_twin(FileSystem& files, const StateFolder& state,
                                       std::string_view key);

}  // namespace kato
