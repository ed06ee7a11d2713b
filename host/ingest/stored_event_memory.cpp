#include "host/ingest/stored_event_memory.h"

namespace kato {

Result<std::unique_ptr<StoredEventMemory>> StoredEventMemory::load(FileSystem& files,
                                                                   const std::string& path,
                                                                   const CommittedIds& committed,
                                                                   bool restates) {
  auto stored = KnownEvents::load(files, path, committed);
  if (!stored) return forward(stored);
  std::unique_ptr<StoredEventMemory> memory(new StoredEventMemory(files, path, std::move(*stored)));
  if (!restates) return memory;
  if (auto wanted = memory->want_order(); !wanted) return forward(wanted);
  return memory;
}

Status StoredEventMemory::want_order() {
  if (order_) return {};
  if (auto saved = save(); !saved) return saved;
  KnownOrder order;
  if (saved_count() > 0) {
    const auto read = read_known_events(files_, path_, saved(), [&order](const KnownEvent& event) {
      order.add(event.id, event.content_hash);
    });
    if (!read) return read;
  }
  order_ = std::move(order);
  return {};
}

Status StoredEventMemory::renew(const RenewedIds& renewed) {
  if (auto done = stored_.renew(files_, renewed); !done) return done;
  const bool has_order = order_.has_value();
  order_.reset();
  return has_order ? want_order() : save();
}

void StoredEventMemory::add(const EventId& id, uint64_t content) {
  const bool is_new = stored_.add(id, content);
  if (is_new && order_) order_->add(id, content);
}

}  // namespace kato
