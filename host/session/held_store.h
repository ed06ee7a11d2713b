// The bytes of records that plugins hold back, for sessions with a twin: the source may be gone
// when they are asked for again.
//
// One line of JSON for each record, the bytes in base64. Replaced as a whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/io/file_system.h"
#include "host/io/files.h"

namespace kato {

inline constexpr uint32_t kHeldSchemaVersion = 1;

struct HeldBytes {
  std::string source;  // path
  std::string key;
  uint64_t offset_bytes = 0;
  uint64_t hash = 0;  // of the bytes, as the plugin said
  std::string bytes;
};

// Nothing, if there is no file. kInvalid, kUnsupported: it is not understood; it was not touched.
[[nodiscard]] Result<std::vector<HeldBytes>> load_held(FileSystem& files, const std::string& path);

// No records: the file is removed.
[[nodiscard]] Status store_held(FileSystem& files, const std::string& path,
                                const std::vector<HeldBytes>& held, Durability durability);

}  // namespace kato
