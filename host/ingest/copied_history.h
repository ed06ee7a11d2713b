// History that a source copied from another session without saying so: a fork, a resumed copy.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/error.h"
#include "host/event/event.h"
#include "host/session/event_id_set.h"
#include "host/session/session_meta.h"

namespace kato {

// A session whose history may have been copied.
struct Origin {
  std::string session_id;
  std::shared_ptr<const EventIdSet> events;
};

// Both may be empty, and both give nothing if there is no such session.
struct OriginLookup {
  // The oldest that begins with a record of that key, and is not `own_id`, nor copied from it.
  std::function<Result<std::optional<Origin>>(std::string_view record_key,
                                              const std::string& own_id)>
      beginning_with;
  std::function<Result<std::optional<Origin>>(const std::string& session_id)> of_session;
};

// Compares the drafts of one source, record by record, with the session that they were copied from.
// One thread at a time; what it is made of must outlive it.
class CopiedHistory {
 public:
  // So many drafts in a row that are no copies end the copied part.
  static constexpr size_t kMostOwnDrafts = 64;

  // meta.sources[index] is the source, and remembers which session it copies.
  CopiedHistory(const OriginLookup& lookup, SessionMeta& meta, size_t index)
      : lookup_(lookup), meta_(meta), index_(index) {}

  // Whether the draft is a copy. An error: the other session's state could not be read.
  [[nodiscard]] Result<bool> is_copy(const Draft& draft);

 private:
  Status find_origin(std::string_view record_key);
  [[nodiscard]] std::string& copied_session() { return meta_.sources[index_].copies_session; }

  const OriginLookup& lookup_;
  SessionMeta& meta_;
  size_t index_;
  std::optional<Origin> origin_;
  std::string looked_up_;
  size_t own_in_a_row_ = 0;
};

}  // namespace kato
