// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Parts that a program of many files can compile once. They are inline like everything else, unless
/// QUTIBENCH_COMPILE_ONCE is defined for all its translation units: then these parts are declared only, and defined in
/// the one that also defines QUTIBENCH_IMPLEMENTATION (docs/getting_started.md).
#pragma once

#if defined(QUTIBENCH_COMPILE_ONCE)
#define QUTIBENCH_INLINE
#else
#define QUTIBENCH_INLINE inline
#endif

#if !defined(QUTIBENCH_COMPILE_ONCE) || defined(QUTIBENCH_IMPLEMENTATION)
#define QUTIBENCH_HAS_BODIES 1
#else
#define QUTIBENCH_HAS_BODIES 0
#endif
