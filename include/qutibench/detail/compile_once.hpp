// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Parts that a program of many files can compile once. They are inline like everything else, unless
/// QUTIBENCH_COMPILE_ONCE is defined for all its translation units: then these parts are declared only, and defined in
/// one that defines QUTIBENCH_IMPLEMENTATION before it includes them (docs/getting_started.md). Included by each such
/// part, for what is defined by then.

#undef QUTIBENCH_INLINE
#undef QUTIBENCH_HAS_BODIES
#undef QUTIBENCH_INSTANTIATE

#if !defined(QUTIBENCH_COMPILE_ONCE)
#define QUTIBENCH_INLINE inline
#define QUTIBENCH_HAS_BODIES 1
#elif defined(QUTIBENCH_IMPLEMENTATION)
#define QUTIBENCH_INLINE
#define QUTIBENCH_HAS_BODIES 1
#define QUTIBENCH_INSTANTIATE template
#else
#define QUTIBENCH_HAS_BODIES 0
#define QUTIBENCH_INSTANTIATE extern template
#endif
