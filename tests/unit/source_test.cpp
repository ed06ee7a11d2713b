#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "host/source/discovery.h"
#include "host/source/glob.h"
#include "host/source/source_reader.h"
#include "host/source/source_rule.h"
#include "host/source/source_state.h"

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::FaultyFileSystem;
using kato::test::FileOperation;
using kato::test::TemporaryFolder;

namespace {

std::string packed(std::string_view plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3);
  REQUIRE(ZSTD_isError(size) == 0U);
  out.resize(size);
  return out;
}

struct Fixture {
  TemporaryFolder folder;
  FaultyFileSystem files;
  SourceBuffer buffer;

  SourceReader open(const std::string& path, SourcePacking packing = SourcePacking::kNone,
                    SourceLimits limits = {}) {
    auto reader = SourceReader::open(files, path, packing, buffer, limits);
    REQUIRE(reader);
    return std::move(*reader);
  }
};

}  // namespace

TEST_CASE("a source is read in chunks that hold every byte once", "[source]") {
  Fixture f;
  std::string content;
  for (int i = 0; i < 500; ++i) {
    content += std::string(static_cast<size_t>(i % 97), 'x') + "\n";
  }
  content += "unfinished";
  const auto plain = f.folder.write("plain", content);
  const auto zipped =
      f.folder.write("zipped", packed(content.substr(0, 9000)) + packed(content.substr(9000)));
  for (const auto packing : {SourcePacking::kNone, SourcePacking::kZstd}) {
    auto reader = f.open(packing == SourcePacking::kNone ? plain : zipped, packing);
    std::string seen;
    bool end = false;
    while (!end) {
      const auto chunk = reader.read(seen.size(), 100);
      REQUIRE(chunk);
      CHECK(chunk->offset_bytes == seen.size());
      // Only whole lines are taken: what is left comes again.
      const auto whole = chunk->end_of_input ? chunk->bytes.size() : chunk->bytes.rfind('\n') + 1;
      REQUIRE((whole > 0 || chunk->end_of_input));
      seen += chunk->bytes.substr(0, whole);
      end = chunk->end_of_input;
      CHECK_FALSE(chunk->broke_off);
    }
    CHECK(seen == content);
  }
}

TEST_CASE("an append is read without reading anything else", "[source]") {
  Fixture f;
  const std::string before(1U << 20, 'x');
  const std::string record = std::string(700, 'y') + "\n";
  const auto path = f.folder.write("log", before + "\n" + record);
  auto reader = f.open(path);
  const auto chunk = reader.read(before.size() + 1, 1U << 20);
  REQUIRE(chunk);
  CHECK(chunk->bytes == record);
  CHECK(chunk->end_of_input);
  CHECK(f.files.counts.read_bytes == record.size());
  CHECK(f.files.counts.reads == 1);
  CHECK(f.buffer.capacity_bytes() <= 64U << 10);
}

TEST_CASE("what a chunk left over is not read from the disk again", "[source]") {
  Fixture f;
  const auto path =
      f.folder.write("log", std::string(60, 'a') + "\n" + std::string(60, 'b') + "\n");
  auto reader = f.open(path);
  REQUIRE(reader.read(0, 100)->bytes.size() == 100);
  const auto chunk = reader.read(61, 100);
  CHECK(chunk->bytes == std::string(60, 'b') + "\n");
  CHECK(f.files.counts.read_bytes == 122);
}

TEST_CASE("a record longer than the chunk makes the chunk grow, and the memory is given back",
          "[source]") {
  Fixture f;
  const std::string record = std::string(20U << 20, 'x') + "\n";
  const auto path = f.folder.write("log", record + "short\n");
  auto reader = f.open(path);
  const auto chunk = reader.read(0, 1000);
  REQUIRE(chunk);
  CHECK(chunk->bytes.substr(0, record.size()) == record);
  CHECK(reader.read(record.size(), 1000)->bytes == "short\n");
  CHECK(f.buffer.capacity_bytes() < 1U << 20);
}

TEST_CASE("a record above the limit is stepped over without being kept", "[source]") {
  Fixture f;
  const auto path = f.folder.write("log", "one\n" + std::string(3U << 20, 'x') + "\ntwo\n");
  auto reader = f.open(path, SourcePacking::kNone, {.max_record_bytes = 1U << 20});
  CHECK(reader.read(0, 10)->bytes.starts_with("one\n"));
  const auto chunk = reader.read(4, 10);
  REQUIRE(chunk);
  CHECK(chunk->oversize);
  const auto skipped = reader.skip_record(4);
  REQUIRE(skipped);
  CHECK(skipped->complete);
  CHECK(skipped->end_bytes == 4 + (3U << 20) + 1);
  CHECK(reader.read(skipped->end_bytes, 10)->bytes == "two\n");
  CHECK(f.buffer.capacity_bytes() <= 2U << 20);
}

TEST_CASE("the limit counts the line end, also for what fits into one chunk", "[source]") {
  Fixture f;
  const auto path = f.folder.write("log", "1234567\n12345678\n");
  auto reader = f.open(path, SourcePacking::kNone, {.max_record_bytes = 8});
  CHECK(reader.read(0, 4096)->bytes.starts_with("1234567\n"));
  CHECK(reader.read(8, 4096)->oversize);
}

TEST_CASE("an oversize record that is still growing is skipped as far as it is there", "[source]") {
  Fixture f;
  const auto path = f.folder.write("log", std::string(100, 'x'));
  auto reader = f.open(path, SourcePacking::kNone, {.max_record_bytes = 50});
  CHECK(reader.read(0, 10)->oversize);
  const auto skipped = reader.skip_record(0);
  CHECK(skipped->end_bytes == 100);
  CHECK_FALSE(skipped->complete);
}

TEST_CASE("behind the end there is nothing, and an empty source is no error", "[source]") {
  Fixture f;
  auto reader = f.open(f.folder.write("log", ""));
  const auto chunk = reader.read(0, 100);
  REQUIRE(chunk);
  CHECK(chunk->bytes.empty());
  CHECK(chunk->end_of_input);
  CHECK(reader.read(1000, 100)->bytes.empty());
  CHECK(reader.read_document()->bytes.empty());
}

TEST_CASE("64 bytes behind a chunk can be read", "[source]") {
  Fixture f;
  auto reader = f.open(f.folder.write("log", std::string(64U << 10, 'x')));
  const auto chunk = reader.read(0, 64U << 10);
  REQUIRE(chunk->bytes.size() == 64U << 10);
  unsigned sum = 0;
  for (size_t i = 0; i < kSourcePaddingBytes; ++i) {
    sum += static_cast<unsigned char>(chunk->bytes.data()[chunk->bytes.size() + i]);
  }
  CHECK(sum == 0);
}

TEST_CASE("a document comes as a whole, or not at all if it is too large", "[source]") {
  Fixture f;
  const std::string document = "{\n" + std::string(1U << 20, ' ') + "}\n";
  const auto plain = f.folder.write("plain", document);
  const auto zipped = f.folder.write("zipped", packed(document));
  CHECK(f.open(plain).read_document()->bytes == document);
  CHECK(f.open(zipped, SourcePacking::kZstd).read_document()->bytes == document);
  CHECK(f.open(plain, SourcePacking::kNone, {.max_record_bytes = 1000}).read_document()->oversize);
  CHECK(f.open(zipped, SourcePacking::kZstd, {.max_record_bytes = 1000}).read_document()->oversize);
}

TEST_CASE("a source that shrinks while it is read ends early and says so", "[source]") {
  Fixture f;
  const auto path = f.folder.write("log", "one\ntwo\nthree\n");
  auto reader = f.open(path);
  std::filesystem::resize_file(path, 6);
  const auto chunk = reader.read(0, 100);
  REQUIRE(chunk);
  CHECK(chunk->bytes == "one\ntw");
  CHECK(chunk->end_of_input);
  CHECK(chunk->broke_off);
}

TEST_CASE("a failing disk is an error that names the file", "[source]") {
  Fixture f;
  const auto path = f.folder.write("log", "one\n");
  auto reader = f.open(path);
  f.files.fault = [](FileOperation operation, const std::string&) {
    return operation == FileOperation::kRead ? EIO : 0;
  };
  const auto chunk = reader.read(0, 100);
  REQUIRE_FALSE(chunk);
  CHECK(chunk.error().errno_value() == EIO);
  CHECK(chunk.error().message().find(path) != std::string::npos);
  f.files.fault = {};
  CHECK(reader.read(0, 100)->bytes == "one\n");
  CHECK_FALSE(SourceReader::open(f.files, f.folder / "none", SourcePacking::kNone, f.buffer));
}

TEST_CASE("a packed source that breaks off gives what is there", "[source]") {
  Fixture f;
  std::string content;
  for (int i = 0; i < 100000; ++i) {
    content += std::to_string(i * 7919) + "\n";
  }
  const auto whole = packed(content);
  const auto path = f.folder.write("log", whole.substr(0, whole.size() / 2));
  auto reader = f.open(path, SourcePacking::kZstd);
  const auto chunk = reader.read(0, content.size() + 1);
  REQUIRE(chunk);
  CHECK(chunk->end_of_input);
  CHECK(chunk->broke_off);
  CHECK(!chunk->bytes.empty());
  CHECK(content.starts_with(chunk->bytes));
}

TEST_CASE("damaged packing is an error behind all that could be unpacked", "[source]") {
  Fixture f;
  const auto good = packed("one\ntwo\n");
  auto reader = f.open(f.folder.write("log", good + "not zstd at all"), SourcePacking::kZstd);
  const auto chunk = reader.read(0, 8);
  REQUIRE(chunk);
  CHECK(chunk->bytes == "one\ntwo\n");
  const auto damaged = reader.read(8, 100);
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().code() == ErrorCode::kInvalid);
}

TEST_CASE("a packed source can be read again from the beginning", "[source]") {
  Fixture f;
  const auto path = f.folder.write("log", packed("0123456789\nabcdef\n"));
  auto reader = f.open(path, SourcePacking::kZstd);
  CHECK(reader.read(11, 100)->bytes == "abcdef\n");
  CHECK(reader.read_range(2, 3) == "234");
  CHECK(reader.read(11, 100)->bytes == "abcdef\n");
  CHECK(reader.head(4) == fingerprint_of("0123"));
}

TEST_CASE("a range that is gone comes back shorter", "[source]") {
  Fixture f;
  auto reader = f.open(f.folder.write("log", "0123456789"));
  CHECK(reader.read_range(4, 3) == "456");
  CHECK(reader.read_range(8, 5) == "89");
  CHECK(reader.read_range(20, 5) == "");
}

TEST_CASE("a source is untouched if it is the same file, of the same size and time", "[source]") {
  const FileInfo info{.type = FileType::kRegular, .id = {1, 2}, .size_bytes = 10, .mtime_ns = 5};
  const SourceStamp known{.id = {1, 2}, .size_bytes = 10, .mtime_ns = 5, .head = {}};
  CHECK(is_untouched(known, info));
  for (auto* const change :
       {+[](FileInfo& now) { now.id.inode = 3; }, +[](FileInfo& now) { now.size_bytes = 4; },
        +[](FileInfo& now) { now.mtime_ns = 6; },
        +[](FileInfo& now) { now.type = FileType::kFifo; }}) {
    FileInfo changed = info;
    change(changed);
    CHECK_FALSE(is_untouched(known, changed));
  }
}
