// What a session's state remembers of its events.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "host/ingest/event_memory.h"
#include "host/session/known_events.h"

namespace kato {

// Ids from the session's `.ids`. What the events said is loaded where it has to be compared.
class StoredEventMemory final : public EventMemory {
 public:
  // The file system must outlive it. Errors as KnownEvents::load.
  [[nodiscard]] static Result<std::unique_ptr<StoredEventMemory>> load(
      FileSystem& files, const std::string& path, const CommittedIds& committed, bool restates);

  [[nodiscard]] bool knows(const EventId& id) const override { return stored_.contains(id); }
  // The file wants them of every event.
  [[nodiscard]] bool keeps_content() const override { return true; }
  [[nodiscard]] const KnownOrder* order() const override { return order_ ? &*order_ : nullptr; }
  // Saves first.
  [[nodiscard]] Status want_order() override;
  void add(const EventId& id, uint64_t content) override;

  [[nodiscard]] Result<RenewedIds> renewed(std::span<const KnownEvent> contents,
                                           uint64_t committed_count) const {
    return stored_.renewed(files_, contents, committed_count);
  }
  // See KnownEvents::renew. Saves then.
  [[nodiscard]] Status renew(const RenewedIds& renewed);
  // The file stays open.
  [[nodiscard]] Status save() { return stored_.save(files_); }
  void close() { stored_.close(); }
  [[nodiscard]] uint64_t saved_count() const { return stored_.saved_count(); }
  // What a commit is to say.
  [[nodiscard]] const CommittedIds& saved() const { return stored_.saved(); }

 private:
  StoredEventMemory(FileSystem& files, std::string path, KnownEvents stored)
      : files_(files), path_(std::move(path)), stored_(std::move(stored)) {}

  FileSystem& files_;
  std::string path_;
  KnownEvents stored_;
  std::optional<KnownOrder> order_;
};

}  // namespace kato
