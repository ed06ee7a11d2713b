// Ids of sessions that come from damaged logs, as the C++ glue hands them out.
#include <kato/provider.hpp>
#include <kato/testkit/fake_host.hpp>
#include <string>

#include "tests/support/catch.h"

using kato::sdk::session_id_that_fits;
using kato::testkit::FakeHost;

TEST_CASE("an id that a host takes is left as it is", "[abi]") {
  const FakeHost fake;
  const kato::sdk::Host host(fake.c());
  const std::string longest(KATO_MAX_SESSION_ID_BYTES, 'a');
  CHECK(session_id_that_fits(host, "").empty());
  CHECK(session_id_that_fits(host, longest) == longest);
  CHECK(session_id_that_fits(host, "gespräch-1") == "gespräch-1");
}

TEST_CASE("an id that is too long gets a short name of its own", "[abi]") {
  const FakeHost fake;
  const kato::sdk::Host host(fake.c());
  const std::string one(KATO_MAX_SESSION_ID_BYTES + 1, 'a');
  const auto other = one + "b";
  CHECK(session_id_that_fits(host, one).size() <= KATO_MAX_SESSION_ID_BYTES);
  CHECK(session_id_that_fits(host, one) == session_id_that_fits(host, one));
  CHECK(session_id_that_fits(host, one) != session_id_that_fits(host, other));
}

TEST_CASE("bytes that are no text count as what a host makes of them", "[abi]") {
  const FakeHost fake;
  const kato::sdk::Host host(fake.c());
  const std::string junk(KATO_MAX_SESSION_ID_BYTES / 2, '\xff');
  CHECK(session_id_that_fits(host, junk) != junk);
}
