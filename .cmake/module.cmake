# SPDX-License-Identifier: BSD-3-Clause
# qutibench::module: link it, and `import qutibench;` works.

add_library(qutibench_module STATIC)
add_library(qutibench::module ALIAS qutibench_module)
target_sources(qutibench_module PUBLIC FILE_SET CXX_MODULES BASE_DIRS "${PROJECT_SOURCE_DIR}/packaging"
                                       FILES "${PROJECT_SOURCE_DIR}/packaging/qutibench.cppm")
target_link_libraries(qutibench_module PUBLIC qutibench)
# The headers within the module are meant to be there.
target_compile_options(qutibench_module
                       PRIVATE $<$<CXX_COMPILER_ID:Clang>:-Wno-include-angled-in-module-purview>)
