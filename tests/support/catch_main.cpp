#define CATCH_CONFIG_MAIN  // NOLINT(readability-identifier-naming): a name of the library
#include <catch2/catch.hpp>
