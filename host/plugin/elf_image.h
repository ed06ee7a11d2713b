// What a shared library says of itself in its file, read without running any of its code. The file
// may be anything: all that it claims is checked, and no more than a few megabytes of it are read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/io/file_system.h"
#include "host/plugin/plugin_identity.h"

namespace kato::plugin {

struct ElfSegment {
  uint32_t type = 0;
  uint64_t offset_bytes = 0;
  uint64_t address = 0;
  uint64_t size_bytes = 0;
  uint64_t alignment = 0;
};

class ElfImage {
 public:
  // `file` must outlive the image. kInvalid: not a shared library that this process could load.
  [[nodiscard]] static Result<ElfImage> read(File& file);

  // From the identity note (KATO_PLUGIN_NOTE), found through the program headers. The kind is as
  // the note has it. kNotFound: there is none; kInvalid: it is damaged, or there are two.
  [[nodiscard]] Result<PluginIdentity> identity() const;

  // Whether `name` is among the names of dynamic symbols: if not, the library does not export it.
  [[nodiscard]] bool names_symbol(std::string_view name) const {
    return symbol_names_.find('\0' + std::string(name) + '\0') != std::string::npos;
  }

 private:
  explicit ElfImage(File& file) : file_(&file) {}
  [[nodiscard]] Status read_segments();
  [[nodiscard]] Status read_symbol_names();
  [[nodiscard]] Result<std::string> read_segment(const ElfSegment& segment,
                                                 uint64_t max_bytes) const;

  File* file_;
  std::vector<ElfSegment> segments_;
  std::string symbol_names_;  // the dynamic string table
};

}  // namespace kato::plugin
