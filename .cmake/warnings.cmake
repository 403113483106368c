# SPDX-License-Identifier: BSD-3-Clause
# Warnings of the project's own targets; users keep theirs.

set(QUTIBENCH_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(QUTIBENCH_WARNINGS_AS_ERRORS)
  list(APPEND QUTIBENCH_WARNINGS -Werror)
endif()

add_library(qutibench_warnings INTERFACE)
target_compile_options(qutibench_warnings
                       INTERFACE "$<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:${QUTIBENCH_WARNINGS}>")
