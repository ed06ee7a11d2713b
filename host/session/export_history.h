// Which conversations were exported, when and where to: exports.jsonl. Append-only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/clock.h"
#include "host/event/event.h"
#include "host/io/file_system.h"
#include "host/session/session_meta.h"

namespace kato {

inline constexpr uint32_t kExportsSchemaVersion = 1;

struct ExportRecord {
  std::string export_id;  // empty: written before there were any
  UnixMillis at;
  std::string session_id;
  std::string destination;
  std::string sink;
  RequestOrigin origin = RequestOrigin::kCommandLine;
  uint64_t event_count = 0;
  std::optional<EventId> last_event;
  uint64_t size_bytes = 0;  // of what was written
  uint64_t hash = 0;        // hash64 of it; 0: not known
};

// A line that a crash tore is completed first, so that it stays alone in being unreadable.
[[nodiscard]] Status add_export(FileSystem& files, const std::string& path,
                                const ExportRecord& record);

// What the history has of that export. Nothing, if there is no file.
[[nodiscard]] Result<std::optional<ExportRecord>> find_export(FileSystem& files,
                                                              const std::string& path,
                                                              std::string_view export_id);

struct ExportHistory {
  std::vector<ExportRecord> records;  // in order
  uint64_t unreadable_lines = 0;      // torn, or of another schema version
};
// Nothing, if there is no file.
[[nodiscard]] Result<ExportHistory> load_exports(FileSystem& files, const std::string& path);

}  // namespace kato
