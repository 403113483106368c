# SPDX-License-Identifier: BSD-3-Clause
# Tests that run the compiler. The slow ones are targets outside `all`, built by their test and only when out of date.

if(CMAKE_GENERATOR STREQUAL "Ninja")
  set(keep_going -- -k 0)
endif()

function(qutibench_add_build_test name target)
  add_test(NAME ${name}
           COMMAND "${CMAKE_COMMAND}" --build "${PROJECT_BINARY_DIR}" --target ${target}
                   --parallel ${cores} ${keep_going})
  set_tests_properties(${name} PROPERTIES LABELS compile PROCESSORS ${cores} RESOURCE_LOCK build)
endfunction()

function(qutibench_add_script_test name script)
  add_test(NAME ${name} COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/support/${script}" ${ARGN}
           WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES LABELS compile)
endfunction()

# Every header compiles alone, and two translation units that include everything link together. What another header
# includes first has been compiled alone when that one was.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/include"
     "${PROJECT_SOURCE_DIR}/include/*.hpp")
set(units "")
set(everything "")
set(seen_alone "")
foreach(header IN LISTS headers)
  file(STRINGS "${PROJECT_SOURCE_DIR}/include/${header}" first REGEX "^#include <" LIMIT_COUNT 1)
  if(first MATCHES "<(qutibench/.*)>")
    list(APPEND seen_alone "${CMAKE_MATCH_1}")
  endif()
endforeach()
foreach(header IN LISTS headers)
  string(REGEX REPLACE "\\.hpp$" ".cpp" unit "${CMAKE_CURRENT_BINARY_DIR}/headers/${header}")
  file(CONFIGURE OUTPUT "${unit}" CONTENT "#include <${header}>\n#include <${header}>  // and twice\n" @ONLY)
  if(NOT header IN_LIST seen_alone)
    list(APPEND units "${unit}")
  endif()
  string(APPEND everything "#include <${header}>\n")
endforeach()
file(CONFIGURE OUTPUT headers/first.cpp CONTENT "${everything}int second();\nint main() { return second(); }\n" @ONLY)
file(CONFIGURE OUTPUT headers/second.cpp CONTENT "${everything}int second();\nint second() { return 0; }\n" @ONLY)
set(linked "${CMAKE_CURRENT_BINARY_DIR}/headers/first.cpp" "${CMAKE_CURRENT_BINARY_DIR}/headers/second.cpp")

add_library(headers_alone OBJECT EXCLUDE_FROM_ALL ${units})
add_executable(headers_linked EXCLUDE_FROM_ALL ${linked})
foreach(target headers_alone headers_linked)
  target_link_libraries(${target} PRIVATE qutibench_testing)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0>)
endforeach()
qutibench_add_build_test(headers_compile_alone headers_alone)
qutibench_add_build_test(headers_link_together headers_linked)

# What the scripts below need to call the compiler themselves
set(compiler --compiler "${CMAKE_CXX_COMPILER}" --include "${PROJECT_SOURCE_DIR}/include"
             --include "${PROJECT_BINARY_DIR}/generated/include")
foreach(library Boost::headers Eigen3::Eigen nlohmann_json::nlohmann_json)
  get_target_property(directories ${library} INTERFACE_INCLUDE_DIRECTORIES)
  list(APPEND third_party ${directories})
endforeach()
list(APPEND third_party "${PROTOZERO_INCLUDE_DIR}")
list(FILTER third_party EXCLUDE REGEX "NOTFOUND$|^/usr/include$|>")
list(REMOVE_DUPLICATES third_party)
foreach(directory IN LISTS third_party)
  list(APPEND compiler --system "${directory}")
endforeach()

qutibench_add_script_test(dependencies_point_down dependencies.py include/qutibench)
if(EXISTS "${PROJECT_SOURCE_DIR}/include/qutibench/qutibench.hpp")
  qutibench_add_script_test(core_stays_light core_stays_light.py ${compiler})
  qutibench_add_script_test(firmware_flags firmware_flags.py ${compiler})
  qutibench_add_script_test(outside_project outside_project.py --compiler "${CMAKE_CXX_COMPILER}"
                            --cmake "${CMAKE_COMMAND}")
  set_tests_properties(outside_project PROPERTIES COST 300)  # seconds: the longest begins first
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    qutibench_add_script_test(compile_cost compile_cost.py ${compiler} --check)
  endif()
endif()

# Wrong formulas that the tests must notice: minutes, so by hand and before a release
add_custom_target(mutations
                  COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/support/mutations.py" ${compiler}
                          --jobs ${cores}
                  USES_TERMINAL)

file(GLOB misuses CONFIGURE_DEPENDS compile_fail/*.cpp)
foreach(misuse IN LISTS misuses)
  get_filename_component(name "${misuse}" NAME_WE)
  qutibench_add_script_test(compile_fail.${name} compile_fail.py ${compiler} "${misuse}")
endforeach()
