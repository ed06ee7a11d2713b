// session_index.jsonl: {"id", "thread_name", "updated_at"}, a line for each change of a title.
#pragma once

#include <string>
#include <string_view>

namespace kato::codex {

// The latest title of the thread; empty if it has none.
[[nodiscard]] std::string title_of(std::string_view index, std::string_view thread_id);

}  // namespace kato::codex
