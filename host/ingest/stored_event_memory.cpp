#include "host/ingest/stored_event_memory.h"

#include <cstring>

namespace kato {
namespace {

uint64_t fingerprint(const EventId& id) {
  uint64_t value = 0;
  std::memcpy(&value, id.data(), sizeof(value));
  return value;
}

}  // namespace

Result<std::unique_ptr<StoredEventMemory>> StoredEventMemory::load(FileSystem& files,
                                                                   const std::string& path,
                                                                   uint64_t committed_count,
                                                                   bool restates) {
  auto stored = KnownEvents::load(files, path, committed_count);
  if (!stored) return forward(stored);
  std::unique_ptr<StoredEventMemory> memory(new StoredEventMemory(std::move(*stored), restates));
  if (!restates || committed_count == 0) return memory;
  const auto read = read_known_events(
      files, path, committed_count,
      [&memory](const KnownEvent& event) { memory->remember(event.id, event.content_hash); });
  if (!read) return forward(read);
  return memory;
}

std::optional<uint64_t> StoredEventMemory::content_of(const EventId& id) const {
  const auto found = content_by_id_.find(fingerprint(id));
  if (found == content_by_id_.end()) return std::nullopt;
  return found->second;
}

bool StoredEventMemory::knows_content(uint64_t content) const {
  return contents_.contains(content);
}

void StoredEventMemory::add(const EventId& id, uint64_t content) {
  stored_.add(id, content);
  if (restates_) remember(id, content);
}

void StoredEventMemory::remember(const EventId& id, uint64_t content) {
  contents_.insert(content);
  content_by_id_[fingerprint(id)] = content;
}

}  // namespace kato
