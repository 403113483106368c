# SPDX-License-Identifier: BSD-3-Clause
# find_package(qutibench REQUIRED)                     qutibench::qutibench, the core
# find_package(qutibench REQUIRED COMPONENTS json)     and qutibench::json, with what io/json.hpp includes

include(CMakeFindDependencyMacro)
find_dependency(Boost 1.71)

include("${CMAKE_CURRENT_LIST_DIR}/qutibenchTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/components.cmake")

foreach(component IN LISTS qutibench_FIND_COMPONENTS)
  qutibench_add_component(${component} missing)
  if(missing STREQUAL "")
    set(qutibench_${component}_FOUND TRUE)
  else()
    set(qutibench_${component}_FOUND FALSE)
    if(qutibench_FIND_REQUIRED_${component})
      set(qutibench_FOUND FALSE)
      set(qutibench_NOT_FOUND_MESSAGE "${missing}")
    endif()
  endif()
endforeach()
