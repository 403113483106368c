# SPDX-License-Identifier: BSD-3-Clause
# Test files compiled together. Each stays in a namespace of its own, so that helpers of two files may share a name;
# what they include comes before, outside these namespaces, and its guards make it nothing inside.

# qutibench_join_files(TEXT SOURCE...): the text of a file that stands for the sources.
function(qutibench_join_files text)
  set(includes "")
  set(bodies "")
  foreach(source IN LISTS ARGN)
    file(STRINGS "${source}" lines REGEX "^#include ")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
    get_filename_component(folder "${CMAKE_CURRENT_SOURCE_DIR}/${source}" DIRECTORY)
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#include \"(.*)\".*" "\\1" own "${line}")
      if(EXISTS "${folder}/${own}")
        set(line "#include \"${folder}/${own}\"")
      endif()
      list(APPEND includes "${line}")
    endforeach()
    string(MAKE_C_IDENTIFIER "${source}" unit)
    string(APPEND bodies "namespace ${unit} {\n#include \"${CMAKE_CURRENT_SOURCE_DIR}/${source}\"\n}\n")
  endforeach()
  list(REMOVE_DUPLICATES includes)
  list(JOIN includes "\n" includes)
  set(${text} "${includes}\n${bodies}" PARENT_SCOPE)
endfunction()

# qutibench_join(RESULT NAME SOURCE...): RESULT is the list of files that include up to twenty of the sources each, all
# of about the same number. What the files share, most of the library, is compiled once for each: a file of twenty takes
# some 4 GB.
function(qutibench_join result name)
  set(joined "")
  list(LENGTH ARGN count)
  math(EXPR files "(${count} + 19) / 20")
  math(EXPR each "(${count} + ${files} - 1) / ${files}")
  set(begin 0)
  while(begin LESS count)
    list(SUBLIST ARGN ${begin} ${each} batch)
    qutibench_join_files(text ${batch})
    set(file "${CMAKE_CURRENT_BINARY_DIR}/joint/${name}_${begin}.cpp")
    file(CONFIGURE OUTPUT "${file}" CONTENT "${text}" @ONLY)
    list(APPEND joined "${file}")
    math(EXPR begin "${begin} + ${each}")
  endwhile()
  set(${result} ${joined} PARENT_SCOPE)
endfunction()

# qutibench_join_fuzzers(RESULT PROGRAM NAME...): one file with the targets fuzz/NAME.cpp, of which the variable
# FUZZ_TARGET of the environment says which is run.
function(qutibench_join_fuzzers result program)
  set(text "#include <cstdint>\n#include <cstdlib>\n#include <string_view>\n")
  set(choices "")
  foreach(name IN LISTS ARGN)
    qutibench_join_files(one "fuzz/${name}.cpp")
    string(APPEND text "#define LLVMFuzzerTestOneInput fuzz_${name}\n${one}#undef LLVMFuzzerTestOneInput\n")
    string(APPEND choices "    if (name == \"${name}\") return fuzz_${name}_cpp::fuzz_${name}(data, size);\n")
  endforeach()
  string(APPEND text "extern \"C\" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {\n"
                     "    static const std::string_view name = std::getenv(\"FUZZ_TARGET\");\n"
                     "${choices}    std::abort();  // no such target\n}\n")
  set(file "${CMAKE_CURRENT_BINARY_DIR}/joint/${program}.cpp")
  file(CONFIGURE OUTPUT "${file}" CONTENT "${text}" @ONLY)
  set(${result} "${file}" PARENT_SCOPE)
endfunction()
