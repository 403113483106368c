// SPDX-License-Identifier: BSD-3-Clause
// The one main of every test program. With Catch2 version 3 the linked library brings its own.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
