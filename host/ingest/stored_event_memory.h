// What a session's state remembers of its events.
#pragma once

#include <unordered_map>

#include "host/ingest/event_memory.h"
#include "host/session/known_events.h"

namespace kato {

// Ids from the session's `.ids`. Contents are loaded too where its log states things again.
class StoredEventMemory final : public EventMemory {
 public:
  [[nodiscard]] static Result<std::unique_ptr<StoredEventMemory>> load(FileSystem& files,
                                                                       const std::string& path,
                                                                       uint64_t committed_count,
                                                                       bool restates);

  [[nodiscard]] bool knows(const EventId& id) const override { return stored_.contains(id); }
  // The file wants them of every event.
  [[nodiscard]] bool keeps_content() const override { return true; }
  [[nodiscard]] bool compares_content() const override { return restates_; }
  [[nodiscard]] std::optional<uint64_t> content_of(const EventId& id) const override;
  [[nodiscard]] bool knows_content(uint64_t content) const override;
  void add(const EventId& id, uint64_t content) override;

  [[nodiscard]] Status save(FileSystem& files) { return stored_.save(files); }
  [[nodiscard]] uint64_t saved_count() const { return stored_.saved_count(); }

 private:
  StoredEventMemory(KnownEvents stored, bool restates)
      : stored_(std::move(stored)), restates_(restates) {}
  void remember(const EventId& id, uint64_t content);

  KnownEvents stored_;
  bool restates_;
  HashSet64 contents_;
  std::unordered_map<uint64_t, uint64_t> content_by_id_;
};

}  // namespace kato
