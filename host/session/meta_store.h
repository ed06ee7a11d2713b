// The metas on disk.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "host/io/file_system.h"
#include "host/io/files.h"
#include "host/session/session_meta.h"
#include "host/session/state_folder.h"

namespace kato {

// Turns a meta of one schema version into one of the next.
struct MetaMigration {
  uint32_t from = 0;
  std::function<Status(nlohmann::json&)> apply;
};

class MetaStore {
 public:
  // Both must outlive the store. migrations: those that this build knows.
  MetaStore(FileSystem& files, StateFolder folder, std::vector<MetaMigration> migrations = {});

  // Nothing if there is none. kInvalid: it is damaged; kUnsupported: its schema version is newer,
  // or too old. Either way the file stays as it is, and the message names it and the remedy. An
  // older meta that can be migrated is kept beside the file, as it was, under ".v<version>".
  [[nodiscard]] Result<std::optional<SessionMeta>> load(std::string_view key);

  // Replaces it atomically.
  [[nodiscard]] Status store(const SessionMeta& meta, Durability durability);

  // Of all sessions that have a meta, in no particular order.
  [[nodiscard]] Result<std::vector<std::string>> keys();

  // It is no error if there is none.
  [[nodiscard]] Status remove(std::string_view key);

 private:
  Result<SessionMeta> understand(const std::string& path, const std::string& text);
  Status migrate(const std::string& path, const std::string& text, uint32_t version,
                 nlohmann::json& json);

  FileSystem& files_;
  StateFolder folder_;
  std::vector<MetaMigration> migrations_;
};

}  // namespace kato
