// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The version of the library. CMake and the Python build read it from the three macros below.
#pragma once

#include <string_view>

#define QUTIBENCH_VERSION_MAJOR 0
#define QUTIBENCH_VERSION_MINOR 1
#define QUTIBENCH_VERSION_PATCH 0

/// One number to compare with, as in `#if QUTIBENCH_VERSION >= 1'02'00` (major, minor, patch: two digits each).
#define QUTIBENCH_VERSION (QUTIBENCH_VERSION_MAJOR * 10000 + QUTIBENCH_VERSION_MINOR * 100 + QUTIBENCH_VERSION_PATCH)

#define QUTIBENCH_DETAIL_TEXT(x) #x
#define QUTIBENCH_DETAIL_VERSION_TEXT(major, minor, patch) \
    QUTIBENCH_DETAIL_TEXT(major) "." QUTIBENCH_DETAIL_TEXT(minor) "." QUTIBENCH_DETAIL_TEXT(patch)

namespace qutibench {

/// "major.minor.patch" of these headers, after the rules of semantic versioning.
inline constexpr std::string_view version =
    QUTIBENCH_DETAIL_VERSION_TEXT(QUTIBENCH_VERSION_MAJOR, QUTIBENCH_VERSION_MINOR, QUTIBENCH_VERSION_PATCH);

}  // namespace qutibench

#undef QUTIBENCH_DETAIL_VERSION_TEXT
#undef QUTIBENCH_DETAIL_TEXT
