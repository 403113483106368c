// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Catch2 under one name, whether version 2 (Debian 12) or version 3 is installed.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
