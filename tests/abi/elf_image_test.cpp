// Files that are no plugins, or only look like one: the reader of notes says so, reads little and
// never goes astray.
#include "host/plugin/elf_image.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fstream>
#include <kato/abi.h>
#include <kato/testkit/mutation.hpp>
#include <sstream>
#include <string>

#include "tests/support/catch.h"

using namespace kato;
using kato::plugin::ElfImage;

namespace {

// A file in memory that counts what is read of it.
class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::string bytes) : bytes_(std::move(bytes)) {}

  Result<size_t> read_at(uint64_t offset, std::span<char> buffer) override {
    if (offset >= bytes_.size()) return size_t{0};
    const size_t size = std::min<uint64_t>(buffer.size(), bytes_.size() - offset);
    std::copy_n(bytes_.data() + offset, size, buffer.data());
    read_bytes += buffer.size();
    return size;
  }
  Status append(std::string_view) override { return fail(ErrorCode::kInternal, "read only"); }
  Status truncate(uint64_t) override { return fail(ErrorCode::kInternal, "read only"); }
  Status set_mode(uint32_t) override { return fail(ErrorCode::kInternal, "read only"); }
  Status sync() override { return {}; }
  Result<FileInfo> info() override { return FileInfo{}; }

  uint64_t read_bytes = 0;

 private:
  std::string bytes_;
};

std::string plugin_bytes(const std::string& name) {
  std::ostringstream content;
  content << std::ifstream(std::string(KATO_TEST_PLUGINS) + "/" + name + "/" + name + ".so",
                           std::ios::binary)
                 .rdbuf();
  REQUIRE(content.str().size() > sizeof(Elf64_Ehdr));
  return content.str();
}

Result<PluginIdentity> identity_in(const std::string& bytes) {
  MemoryFile file(bytes);
  const auto image = ElfImage::read(file);
  if (!image) return forward(image);
  return image->identity();
}

template <class Struct>
Struct get(const std::string& bytes, size_t at) {
  Struct value{};
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}
template <class Struct>
void put(std::string& bytes, size_t at, const Struct& value) {
  std::memcpy(bytes.data() + at, &value, sizeof(value));
}

// Calls change(segment) for each program header and writes it back.
template <class Change>
std::string with_segments(std::string bytes, const Change& change) {
  const auto header = get<Elf64_Ehdr>(bytes, 0);
  for (size_t i = 0; i < header.e_phnum; ++i) {
    const size_t at = header.e_phoff + i * sizeof(Elf64_Phdr);
    auto segment = get<Elf64_Phdr>(bytes, at);
    change(segment);
    put(bytes, at, segment);
  }
  return bytes;
}
template <class Change>
std::string with_header(std::string bytes, const Change& change) {
  auto header = get<Elf64_Ehdr>(bytes, 0);
  change(header);
  put(bytes, 0, header);
  return bytes;
}
// Where Kato's note begins.
size_t note_at(const std::string& bytes) {
  const size_t name = bytes.find(std::string("Kato\0\0\0\0", 8));
  REQUIRE(name != std::string::npos);
  return name - 12;
}

}  // namespace

TEST_CASE("a plugin's identity is read from its file", "[abi]") {
  const auto bytes = plugin_bytes("toy_provider");
  MemoryFile file(bytes);
  const auto image = ElfImage::read(file);
  REQUIRE(image);
  CHECK(image->names_symbol("kato_plugin_v1"));
  CHECK_FALSE(image->names_symbol("kato_plugin_v"));
  CHECK_FALSE(image->names_symbol("ato_plugin_v1"));
  const auto identity = image->identity();
  REQUIRE(identity);
  CHECK(identity->id == "toy");
  CHECK(identity->version == "1.0.0");
  CHECK(identity->kind == PluginKind::kProvider);
  CHECK(identity->abi_major == KATO_ABI_MAJOR);
  CHECK(file.read_bytes < 1U << 16U);
}

TEST_CASE("a file cut anywhere gives an error, never more", "[abi]") {
  const auto bytes = plugin_bytes("toy_provider");
  // What is needed lies at the front; a file that still has it all may pass.
  bool was_whole = true;
  for (size_t size = bytes.size(); size > 0; size = size * 9 / 10) {
    const bool is_whole = identity_in(bytes.substr(0, size)).has_value();
    CHECK((was_whole || !is_whole));
    was_whole = is_whole;
  }
  CHECK_FALSE(was_whole);
  CHECK_FALSE(identity_in({}));
}

TEST_CASE("program headers that claim the absurd are refused", "[abi]") {
  const auto bytes = plugin_bytes("toy_provider");
  const auto refused = [&](const auto& change) {
    const auto identity = identity_in(with_header(bytes, change));
    return !identity.has_value();
  };
  CHECK(refused([](Elf64_Ehdr& h) { h.e_phnum = 0xffff; }));
  CHECK(refused([](Elf64_Ehdr& h) { h.e_phnum = 0; }));
  CHECK(refused([](Elf64_Ehdr& h) { h.e_phnum = 1024; }));
  CHECK(refused([](Elf64_Ehdr& h) { h.e_phentsize = 1; }));
  CHECK(refused([](Elf64_Ehdr& h) { h.e_phoff = UINT64_MAX - 8; }));
  CHECK(refused([](Elf64_Ehdr& h) { h.e_phoff = 1U << 30U; }));
  CHECK(refused([](Elf64_Ehdr& h) { h.e_ident[EI_CLASS] = ELFCLASS32; }));
  CHECK(refused([](Elf64_Ehdr& h) { h.e_ident[EI_DATA] = ELFDATA2MSB; }));
  CHECK(refused([](Elf64_Ehdr& h) { h.e_type = ET_REL; }));
}

TEST_CASE("segments that are huge, outside of the file, or everywhere are survived", "[abi]") {
  const auto bytes = plugin_bytes("toy_provider");
  const auto identity = [&](const auto& change) {
    return identity_in(with_segments(bytes, change));
  };
  const auto is_note = [](const Elf64_Phdr& s) { return s.p_type == PT_NOTE; };
  CHECK_FALSE(identity([&](Elf64_Phdr& s) {
    if (is_note(s)) s.p_filesz = UINT64_MAX;
  }));
  CHECK_FALSE(identity([&](Elf64_Phdr& s) {
    if (is_note(s)) s.p_offset = UINT64_MAX;
  }));
  CHECK_FALSE(identity([&](Elf64_Phdr& s) {
    if (is_note(s)) s.p_type = PT_NULL;
  }));
  // All of them are the same notes: two identities.
  Elf64_Phdr note{};
  static_cast<void>(identity([&](Elf64_Phdr& s) {
    if (is_note(s)) note = s;
  }));
  size_t notes = 0;
  const auto overlapping = identity([&](Elf64_Phdr& s) {
    if (s.p_type == PT_LOAD && notes++ > 0) s = note;
  });
  CHECK_FALSE(overlapping);
  CHECK_FALSE(identity([](Elf64_Phdr& s) {
    if (s.p_type == PT_DYNAMIC) s.p_filesz = UINT64_MAX;
  }));
  CHECK_FALSE(identity([](Elf64_Phdr& s) {
    if (s.p_type == PT_DYNAMIC) s.p_type = PT_NULL;
  }));
  // An alignment of any value: only 8 means anything.
  CHECK_NOTHROW(identity([&](Elf64_Phdr& s) { s.p_align = 0; }));
}

TEST_CASE("notes with sizes that lie are survived", "[abi]") {
  const auto bytes = plugin_bytes("toy_provider");
  const size_t at = note_at(bytes);
  for (const size_t field : {0U, 4U}) {
    for (const uint32_t size : {0U, 1U, 4U, 6U, 1000U, 0x7fffffffU, 0xfffffffcU, 0xffffffffU}) {
      auto damaged = bytes;
      put(damaged, at + field, size);
      CHECK_FALSE(identity_in(damaged));
    }
  }
  auto unterminated = bytes;
  std::fill_n(unterminated.begin() + static_cast<ptrdiff_t>(at + offsetof(kato_note, content.id)),
              KATO_NOTE_ID_BYTES, 'a');
  const auto identity = identity_in(unterminated);
  REQUIRE(identity);
  CHECK(identity->id == std::string(KATO_NOTE_ID_BYTES, 'a'));
}

TEST_CASE("a note that grew is read as far as it is known", "[abi]") {
  // As a later version of the headers would write it: the same begin, more behind.
  const auto bytes = plugin_bytes("toy_provider");
  auto grown = bytes;
  const size_t at = note_at(bytes);
  put(grown, at + offsetof(kato_note, content.struct_size),
      static_cast<uint32_t>(sizeof(kato_note_identity) + 64));
  CHECK(identity_in(grown));
}

TEST_CASE("thirty thousand damaged libraries give an outcome each", "[abi]") {
  const auto bytes = plugin_bytes("toy_sink");
  testkit::Seeded random(20261122);
  const auto header = get<Elf64_Ehdr>(bytes, 0);
  const size_t table_end = header.e_phoff + header.e_phnum * sizeof(Elf64_Phdr);
  const size_t note = note_at(bytes);
  size_t identities = 0;
  for (int i = 0; i < 30000; ++i) {
    auto damaged = bytes;
    for (uint64_t left = 1 + random.below(3); left > 0; --left) {
      const size_t at =
          random.one_in(4) ? note + random.below(sizeof(kato_note)) : random.below(table_end);
      damaged[at] = static_cast<char>(random.one_in(3) ? 0xff : random.below(256));
    }
    MemoryFile file(std::move(damaged));
    const auto image = ElfImage::read(file);
    if (image && image->identity()) ++identities;
    REQUIRE(file.read_bytes < 70U << 20U);
  }
  CHECK(identities > 0);
  CHECK(identities < 30000);
}
