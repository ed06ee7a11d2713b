// Identifiers that come out the same on every machine, after every restart, at every decoding.
#pragma once

#include <string>
#include <string_view>

#include "host/event/event.h"

namespace kato {

// UUID-shaped, from provider and providerSessionId.
[[nodiscard]] std::string make_session_id(std::string_view provider,
                                          std::string_view provider_session_id);

// The first eight characters of a session id.
inline constexpr size_t kShortIdLength = 8;
[[nodiscard]] std::string_view short_id(std::string_view session_id) noexcept;

// File-system safe name of a session's files: "<provider>-<session id>".
[[nodiscard]] std::string make_session_key(std::string_view provider, std::string_view session_id);
// The session id in such a name.
[[nodiscard]] std::string_view session_id_of_key(std::string_view key) noexcept;

// revision_key: empty, or for a revision the hash of its content.
[[nodiscard]] EventId make_event_id(std::string_view session_id, std::string_view record_key,
                                    std::string_view part_key, std::string_view revision_key);

// Kind and normalised text: equal for two statements of the same thing. White space counts as one
// blank each; times, ids and models do not count.
[[nodiscard]] uint64_t content_hash(const EventBody& body);

}  // namespace kato
