#include "host/daemon/head_summary.h"

#include <utility>

#include "host/session/twin_reader.h"

namespace kato {

void HeadSummary::take_up(const TwinSource& twin, const PeriodMark& begin) {
  const bool is_same = generation_ == twin.generation && begin_.seq == begin.seq &&
                       begin_.event_id == begin.event_id && at_ <= twin.size_bytes;
  if (is_same) return;
  *this = {};
  generation_ = twin.generation;
  begin_ = begin;
}

bool HeadSummary::add(const Event& event) {
  const bool is_begin = begin_.event_id && event.id == *begin_.event_id;
  if (!is_begin && begin_.seq > 0 && event.seq >= begin_.seq) return true;
  summary_.add(event);
  return is_begin;
}

Result<std::optional<SessionSummary>> HeadSummary::gather(FileSystem& files, const TwinSource& twin,
                                                          const PeriodMark& begin,
                                                          uint64_t part_bytes) {
  take_up(twin, begin);
  auto reader = TwinReader::open(files, twin.file, at_, twin.size_bytes);
  if (!reader) return forward(reader);
  for (const uint64_t from = at_; at_ - from < part_bytes;) {
    const auto next = reader->next_event();
    if (!next) return forward(next);
    if (!*next || add((*next)->event)) return std::exchange(*this, {}).summary_;
    at_ = (*next)->end_bytes;
  }
  return std::nullopt;
}

}  // namespace kato
