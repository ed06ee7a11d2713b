// The first record of a rollout, which says what session it is.
#pragma once

#include <string_view>

#include "line.h"

namespace kato::codex {

// session_meta, or the header line of a bare rollout.
void on_session_meta(Line& line);
// turn_context: model and folder from here on.
void on_turn_context(Line& line);

// thread_settings_applied: the same, as the client's settings.
void on_thread_settings(Line& line);

// Says folder and version of the client, if they are not what was said last. Empty: unknown.
void tell_facts(const Line& line, std::string_view directory, std::string_view version);

}  // namespace kato::codex
