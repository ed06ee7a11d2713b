#include "host/daemon/replay_filter.h"

#include "host/event/event_id.h"

namespace kato {

void ReplayFilter::add(const KnownEvent& known) {
  (passed_ ? later_ : known_).insert(known.id);
  contents_.insert(known.content_hash);
  passed_ = passed_ || known.id == through_;
}

void ReplayFilter::on_event(const Event& event, CommandRight right) {
  if (later_.contains(event.id)) return;
  const bool is_known = known_.contains(event.id) || contents_.contains(content_hash(event.body));
  if (is_known) into_.on_event(event, right);
}

}  // namespace kato
