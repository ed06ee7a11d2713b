// Sessions for the tests of the index, each with a number.
#pragma once

#include <string>

#include "host/io/file_system.h"
#include "host/session/index_store.h"
#include "host/session/session_meta.h"

#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace kato::test {

[[nodiscard]] std::string source_path(int number);  // not UTF-8
// Of its source, as it was committed.
[[nodiscard]] FileInfo info_of(int number);
// Copied, recorded, all read. Two each begin with the same record, "first-" and half the number.
[[nodiscard]] SessionMeta meta_of(int number);
[[nodiscard]] std::string key_of(int number);

// A state folder with their metas and the index.
struct IndexedState {
  IndexedState();
  // As a run does that begins.
  [[nodiscard]] IndexStore open(IndexStore::Trust trust = IndexStore::Trust::kMarks);

  TemporaryFolder temporary;
  FaultyFileSystem files;
  StateFolder folder{temporary / "state"};
  MetaStore metas{files, folder};
};

}  // namespace kato::test
