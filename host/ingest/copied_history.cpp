#include "host/ingest/copied_history.h"

#include "host/event/event_id.h"

namespace kato {

Status CopiedHistory::find_origin(std::string_view record_key) {
  if (!copied_session().empty() && lookup_.of_session) {
    auto found = lookup_.of_session(copied_session());
    if (!found) return forward(found);
    origin_ = std::move(*found);
    if (!origin_) copied_session().clear();
    return {};
  }
  if (!lookup_.beginning_with || record_key == looked_up_) return {};
  looked_up_ = record_key;
  auto found = lookup_.beginning_with(record_key, meta_.identity.session_id);
  if (!found) return forward(found);
  origin_ = std::move(*found);
  if (origin_) copied_session() = origin_->session_id;
  return {};
}

Result<bool> CopiedHistory::is_copy(const Draft& draft) {
  if (!origin_) {
    if (auto found = find_origin(draft.record_key); !found) return forward(found);
  }
  if (!origin_) return false;
  const auto there = make_event_id(origin_->session_id, draft.record_key, draft.part_key, {});
  if (origin_->events->contains(there)) {
    own_in_a_row_ = 0;
    return true;
  }
  if (++own_in_a_row_ >= kMostOwnDrafts) {
    origin_.reset();
    copied_session().clear();
    own_in_a_row_ = 0;
  }
  return false;
}

}  // namespace kato
