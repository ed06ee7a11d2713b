// The only place that names the test framework's header (Debian 12 has Catch2 2.13).
#pragma once

#include <catch2/catch.hpp>
