// SPDX-License-Identifier: BSD-3-Clause
// std::mutex; where the standard library has no threads (mingw-w64 with win32 threads before g++ 13), nothing to lock.
#pragma once

#include <mutex>

namespace qutibench::detail {

#if defined(__GLIBCXX__) && !defined(_GLIBCXX_HAS_GTHREADS)
struct mutex {
    void lock() {}
    void unlock() {}
};
#else
using mutex = std::mutex;
#endif

}  // namespace qutibench::detail
