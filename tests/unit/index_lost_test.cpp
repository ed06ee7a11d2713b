// Metas that are gone though nobody removed them: the marks and the index tell of which sessions.
#include "host/session/index_store.h"

#include "tests/support/catch.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/indexed_sessions.h"

using namespace kato;
using namespace kato::test;

namespace {

using Keys = std::set<std::string>;

struct Fixture : IndexedState {
  void commit(IndexStore& store, int number, bool still_owes) {
    REQUIRE(store.owe(key_of(number)));
    REQUIRE(metas.store(meta_of(number), Durability::kOrdered));
    REQUIRE(store.committed(meta_of(number), still_owes));
  }
  void lose(int number) { REQUIRE(metas.remove(key_of(number))); }
};

}  // namespace

TEST_CASE("P7: a meta that was committed and is gone after a kill is lost", "[index][P7]") {
  Fixture f;
  {
    auto store = f.open();
    f.commit(store, 1, false);
    f.commit(store, 2, true);
    f.commit(store, 3, true);
    f.commit(store, 3, false);
    REQUIRE(store.owe(key_of(3)));
  }
  for (const int number : {1, 2, 3}) {
    f.lose(number);
  }
  const auto lost = Keys{key_of(1), key_of(2), key_of(3)};
  SECTION("by the marks alone") {
    CHECK(f.open().lost() == lost);
  }
  SECTION("without an index too") {
    REQUIRE(f.files.remove(f.folder.index()));
    CHECK(f.open().lost() == lost);
  }
  SECTION("and stays known until it is committed anew, or a run ends well") {
    REQUIRE(f.open().save());
    auto store = f.open();
    CHECK(store.lost() == lost);
    REQUIRE(store.removed(key_of(2), meta_of(2).identity.session_id));
    f.commit(store, 1, false);
    CHECK(f.open().lost() == Keys{key_of(2), key_of(3)});
    store.forget_lost();
    REQUIRE(store.save());
    CHECK(f.open().lost().empty());
  }
  SECTION("but not after a power loss") {
    CHECK(f.open(IndexStore::Trust::kMetas).lost().empty());
  }
  CHECK(f.open().owing().contains(key_of(1)) == false);
}

TEST_CASE("P7: one that the index knows is lost too, and stays known by it", "[index][P7]") {
  Fixture f;
  {
    auto store = f.open();
    f.commit(store, 1, true);
    REQUIRE(store.save());
  }
  f.lose(1);
  const auto store = f.open();
  CHECK(store.lost() == Keys{key_of(1)});
  CHECK(store.owing() == Keys{key_of(1)});
  CHECK(store.index().find(meta_of(1).identity.session_id));
}

TEST_CASE("a session whose first commit never came has lost nothing", "[index]") {
  Fixture f;
  {
    auto store = f.open();
    REQUIRE(store.owe(key_of(1)));
  }
  CHECK(f.open().lost().empty());
  REQUIRE(f.open().save());
  CHECK(f.open().lost().empty());
}

TEST_CASE("a session that was removed has lost nothing, whatever is killed meanwhile", "[index]") {
  Fixture f;
  const bool in_index = GENERATE(false, true);
  const int killed_behind = GENERATE(0, 1, 2, 3);
  {
    auto store = f.open();
    f.commit(store, 1, false);
    if (in_index) REQUIRE(store.save());
    REQUIRE(store.removing(key_of(1)));
    f.lose(1);
    if (killed_behind > 0) REQUIRE(store.removed(key_of(1), meta_of(1).identity.session_id));
    if (killed_behind > 1) REQUIRE(store.owe(key_of(1)));
    if (killed_behind > 2) REQUIRE(store.save());
  }
  const auto store = f.open();
  CHECK(store.lost().empty());
  CHECK(store.index().size() == 0);
}
