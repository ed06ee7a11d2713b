#include "host/plugin/elf_image.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <elf.h>
#include <kato/abi.h>
#include <optional>
#include <span>

namespace kato::plugin {
namespace {

constexpr size_t kMaxSegments = 1024;
constexpr uint64_t kMaxNoteBytes = 1U << 20U;
constexpr uint64_t kMaxDynamicBytes = 1U << 20U;
constexpr uint64_t kMaxSymbolNameBytes = 64U << 20U;
constexpr std::string_view kNoteOwner{"Kato\0", 5};

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr uint16_t kMachine = EM_RISCV;
#else
#error "name the ELF machine of this platform"
#endif
constexpr unsigned char kByteOrder =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

Result<std::string> read_exactly(File& file, uint64_t offset, uint64_t size) {
  std::string bytes(size, '\0');
  const auto got = file.read_at(offset, bytes);
  if (!got) return forward(got);
  if (*got != size) return fail(ErrorCode::kInvalid, "the file is cut short");
  return bytes;
}

template <class Struct>
Struct at(std::string_view bytes, size_t offset) {
  Struct value{};
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

Status check_header(const Elf64_Ehdr& header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return fail(ErrorCode::kInvalid, "not an ELF shared library");
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64) {
    return fail(ErrorCode::kInvalid, "not a 64-bit library; this host is");
  }
  if (header.e_ident[EI_DATA] != kByteOrder) {
    return fail(ErrorCode::kInvalid, "a library of the other byte order");
  }
  if (header.e_machine != kMachine) {
    return fail(ErrorCode::kInvalid, "a library for another processor (ELF machine {})",
                header.e_machine);
  }
  if (header.e_type != ET_DYN) {
    return fail(ErrorCode::kInvalid, "an ELF file but not a shared library");
  }
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 ||
      header.e_phnum > kMaxSegments) {
    return fail(ErrorCode::kInvalid, "its program headers are damaged");
  }
  return {};
}

constexpr uint64_t align_up(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

// Calls `found` with the content of each of Kato's identity notes in one segment. A segment that is
// not a sequence of notes ends at what does not fit.
template <class Found>
void for_each_identity(std::string_view notes, uint64_t alignment, Found&& found) {
  uint64_t offset = 0;
  while (notes.size() - offset >= sizeof(Elf64_Nhdr)) {
    const auto header = at<Elf64_Nhdr>(notes, offset);
    const uint64_t name_at = offset + sizeof(header);
    const uint64_t content_at = offset + align_up(sizeof(header) + header.n_namesz, alignment);
    const uint64_t content_end = content_at + header.n_descsz;
    if (content_end > notes.size()) return;
    if (header.n_type == KATO_NOTE_TYPE_IDENTITY &&
        notes.substr(name_at, header.n_namesz) == kNoteOwner) {
      found(notes.substr(content_at, header.n_descsz));
    }
    offset = std::min<uint64_t>(align_up(content_end, alignment), notes.size());
  }
}

std::string text_of(std::span<const char> padded) {
  return {padded.begin(), std::find(padded.begin(), padded.end(), '\0')};
}

Result<PluginIdentity> identity_of(std::string_view content) {
  kato_note_identity note{};
  if (content.size() < sizeof(note)) return fail(ErrorCode::kInvalid, "its identity note is cut");
  std::memcpy(&note, content.data(), sizeof(note));
  if (note.struct_size < sizeof(note)) {
    return fail(ErrorCode::kInvalid, "its identity note is too small: struct_size {}, at least {}",
                note.struct_size, sizeof(note));
  }
  PluginIdentity identity;
  identity.kind = static_cast<PluginKind>(static_cast<uint8_t>(std::clamp(note.kind, 0, 255)));
  identity.id = text_of(note.id);
  identity.version = text_of(note.version);
  identity.abi_major = note.abi_major;
  identity.abi_minor = note.abi_minor;
  identity.required_capabilities = static_cast<uint64_t>(note.required_capabilities_high) << 32U |
                                   note.required_capabilities_low;
  return identity;
}

}  // namespace

Result<ElfImage> ElfImage::read(File& file) {
  ElfImage image(file);
  if (auto s = image.read_segments(); !s) return forward(s);
  if (auto s = image.read_symbol_names(); !s) return forward(s);
  return image;
}

Status ElfImage::read_segments() {
  std::string start(sizeof(Elf64_Ehdr), '\0');
  if (const auto got = file_->read_at(0, start); !got) return forward(got);
  const auto header = at<Elf64_Ehdr>(start, 0);
  if (auto s = check_header(header); !s) return s;
  const uint64_t count = header.e_phnum;
  const auto table = read_exactly(*file_, header.e_phoff, count * sizeof(Elf64_Phdr));
  if (!table) return forward(table, "its program headers");
  for (size_t i = 0; i < count; ++i) {
    const auto segment = at<Elf64_Phdr>(*table, i * sizeof(Elf64_Phdr));
    segments_.push_back(
        {segment.p_type, segment.p_offset, segment.p_vaddr, segment.p_filesz, segment.p_align});
  }
  return {};
}

Result<std::string> ElfImage::read_segment(const ElfSegment& segment, uint64_t max_bytes) const {
  if (segment.size_bytes > max_bytes) return fail(ErrorCode::kInvalid, "a segment is too large");
  return read_exactly(*file_, segment.offset_bytes, segment.size_bytes);
}

Status ElfImage::read_symbol_names() {
  const auto dynamic =
      std::ranges::find(segments_, static_cast<uint32_t>(PT_DYNAMIC), &ElfSegment::type);
  if (dynamic == segments_.end()) return fail(ErrorCode::kInvalid, "it has no dynamic section");
  const auto entries = read_segment(*dynamic, kMaxDynamicBytes);
  if (!entries) return forward(entries, "its dynamic section");
  uint64_t address = 0;
  uint64_t size = 0;
  for (size_t i = 0; i + sizeof(Elf64_Dyn) <= entries->size(); i += sizeof(Elf64_Dyn)) {
    const auto entry = at<Elf64_Dyn>(*entries, i);
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_STRTAB) address = entry.d_un.d_ptr;
    if (entry.d_tag == DT_STRSZ) size = entry.d_un.d_val;
  }
  const auto holds_names = [&](const ElfSegment& segment) {
    return segment.type == PT_LOAD && address >= segment.address &&
           address - segment.address <= segment.size_bytes &&
           size <= segment.size_bytes - (address - segment.address);
  };
  const auto loaded = std::ranges::find_if(segments_, holds_names);
  if (loaded == segments_.end() || size > kMaxSymbolNameBytes) {
    return fail(ErrorCode::kInvalid, "its table of symbol names is damaged");
  }
  auto names = read_exactly(*file_, loaded->offset_bytes + (address - loaded->address), size);
  if (!names) return forward(names, "its table of symbol names");
  symbol_names_ = std::move(*names);
  return {};
}

Result<PluginIdentity> ElfImage::identity() const {
  std::optional<Result<PluginIdentity>> identity;
  for (const auto& segment : segments_) {
    if (segment.type != PT_NOTE) continue;
    const auto notes = read_segment(segment, kMaxNoteBytes);
    if (!notes) return forward(notes, "its notes");
    bool twice = false;
    for_each_identity(*notes, segment.alignment == 8 ? 8 : 4, [&](std::string_view content) {
      twice = identity.has_value();
      identity = identity_of(content);
    });
    if (twice) return fail(ErrorCode::kInvalid, "it has two identity notes");
  }
  if (!identity) {
    return fail(ErrorCode::kNotFound,
                "it has no identity note: not a plugin, or built without KATO_PLUGIN_NOTE");
  }
  return *identity;
}

}  // namespace kato::plugin
