#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io/file_system.h"
#include "host/io/files.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::TemporaryFolder;

TEST_CASE("what is appended is read again, at any offset", "[io]") {
  const TemporaryFolder folder;
  const auto files = make_posix_file_system();
  auto file = files->open(folder / "a", OpenMode::kCreateNew);
  REQUIRE(file);
  REQUIRE((*file)->append("hello "));
  REQUIRE((*file)->append("world"));
  std::string buffer(100, '\0');
  REQUIRE((*file)->read_at(6, buffer) == 5U);
  CHECK(buffer.substr(0, 5) == "world");
  CHECK((*file)->read_at(11, buffer) == 0U);
  CHECK((*file)->info()->mode == 0600U);
}

TEST_CASE("a FIFO, a folder and a missing file are refused without waiting", "[io]") {
  const TemporaryFolder folder;
  const auto files = make_posix_file_system();
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK(files->open(folder / "fifo", OpenMode::kRead).error().code() == ErrorCode::kInvalid);
  CHECK_FALSE(files->open(folder.path(), OpenMode::kRead));
  CHECK(files->open(folder / "none", OpenMode::kRead).error().code() == ErrorCode::kNotFound);
}

TEST_CASE("beneath a root no link and no .. leads out", "[io]") {
  const TemporaryFolder folder;
  const auto files = make_posix_file_system();
  folder.write("outside/secret", "x");
  folder.write("root/inside", "y");
  REQUIRE(::symlink((folder / "outside").c_str(), (folder / "root/link").c_str()) == 0);
  const auto root = folder / "root";
  CHECK(files->open_beneath(root, "inside", OpenMode::kRead));
  CHECK_FALSE(files->open_beneath(root, "link/secret", OpenMode::kRead));
  CHECK_FALSE(files->open_beneath(root, "../outside/secret", OpenMode::kRead));
  CHECK(files->open_beneath(root, "new", OpenMode::kCreateNew));
}

TEST_CASE("a replaced file keeps its mode and leaves nothing beside it", "[io]") {
  const TemporaryFolder folder;
  const auto files = make_posix_file_system();
  const auto path = folder.write("meta", "old");
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  REQUIRE(replace_whole(*files, path, "new", Durability::kSynced));
  CHECK(folder.read("meta") == "new");
  CHECK(files->info(path)->mode == 0640U);
  CHECK(files->list(folder.path())->size() == 1);
}

TEST_CASE("a lock is held by one at a time", "[io]") {
  const TemporaryFolder folder;
  const auto files = make_posix_file_system();
  auto first = files->lock(folder / "lock");
  REQUIRE(first);
  CHECK(files->lock(folder / "lock").error().code() == ErrorCode::kRefused);
  first->reset();
  CHECK(files->lock(folder / "lock"));
}

TEST_CASE("folders are made with all their parents, once or twice", "[io]") {
  const TemporaryFolder folder;
  const auto files = make_posix_file_system();
  CHECK(files->make_folders(folder / "a/b/c", 0700));
  CHECK(files->make_folders(folder / "a/b/c", 0700));
  folder.write("file", "");
  CHECK_FALSE(files->make_folders(folder / "file", 0700));
  CHECK_FALSE(files->make_folders(folder / "file/below", 0700));
}

TEST_CASE("reading whole refuses what is too large", "[io]") {
  const TemporaryFolder folder;
  const auto files = make_posix_file_system();
  const auto path = folder.write("big", "12345");
  CHECK(read_whole(*files, path, 5) == "12345");
  CHECK(read_whole(*files, path, 4).error().code() == ErrorCode::kInvalid);
}

TEST_CASE("paths are taken apart as expected", "[io]") {
  CHECK(parent_folder("/a/b") == "/a");
  CHECK(parent_folder("/a") == "/");
  CHECK(base_name("/a/b") == "b");
  CHECK(normal_path("/a/./b/../c//d/") == "/a/c/d");
}

TEST_CASE("a path is made normal as the standard library does it, but for slashes at its end",
          "[io]") {
  const std::vector<std::string> parts = {"", "/", "a", "bc", ".", "..", "a/", "/.", "/..", "//"};
  for (const auto& one : parts) {
    for (const auto& two : parts) {
      for (const auto& three : parts) {
        for (const auto& four : parts) {
          const auto path = std::string(one).append(two).append("/").append(three).append(four);
          auto expected = std::filesystem::path(path).lexically_normal().string();
          if (expected.size() > 1 && expected.back() == '/') expected.pop_back();
          if (path.find_first_not_of('/') == std::string::npos) expected = "/";
          INFO(path);
          CHECK(normal_path(path) == expected);
        }
      }
    }
  }
  CHECK(normal_path("").empty());
}

TEST_CASE("a file that is written out again holds what it held", "[io]") {
  TemporaryFolder folder;
  const auto files = make_posix_file_system();
  for (const size_t size : {size_t{0}, size_t{5}, size_t{17} << 20}) {
    std::string content(size, 'x');
    if (size > 0) content.back() = 'y';
    const auto file = files->open(folder.write("a", content), OpenMode::kAppend);
    REQUIRE(file);
    CHECK((*file)->sync_again());
    CHECK((*file)->append("more"));
    CHECK((*file)->sync_again());
    CHECK(folder.read("a") == content + "more");
  }
}
