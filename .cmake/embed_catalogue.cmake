# SPDX-License-Identifier: BSD-3-Clause
# Packs the data files of the catalogue into one C++ header, so that programs find them without any configuration.
#
#   qutibench_embed_catalogue(DATA_DIR HEADER)    inside a project: follows every data file, also new ones
#   cmake -D DATA_DIR=data -D HEADER=out.hpp -P .cmake/embed_catalogue.cmake    by hand
#
# Written at configure time, because `cmake --install` of a header-only library must work without a build.

if(CMAKE_SCRIPT_MODE_FILE)
  cmake_minimum_required(VERSION 3.22)
endif()

set(QUTIBENCH_CATALOGUE_KINDS platforms networks published measurements)

# The header's text for the files given. Raw string literals are cut between lines into pieces of at most 12,000 bytes,
# since compilers other than g++ and clang++ limit one literal; neighbouring pieces join again when compiled. Texts of
# more than 60,000 bytes, which MSVC cannot join so, have a second form for it: an array that is filled when compiled.
function(_qutibench_catalogue_header data_dir out files)
  set(entries "")
  set(texts "")
  set(one_by_one "#if defined(_MSC_VER) && !defined(__clang__) || defined(QUTIBENCH_SHORT_LITERALS)")
  foreach(file IN LISTS files)
    file(READ "${data_dir}/${file}" text)
    if(text MATCHES "\\)qutibench\"")
      message(FATAL_ERROR "${data_dir}/${file} contains )qutibench\", which ends a raw string literal")
    endif()
    get_filename_component(kind "${file}" DIRECTORY)
    get_filename_component(name "${file}" NAME)
    set(pieces "")
    set(between "")
    string(LENGTH "${text}" whole_length)
    while(TRUE)
      string(LENGTH "${text}" length)
      set(cut ${length})
      if(length GREATER 12000)
        string(SUBSTRING "${text}" 0 12000 piece)
        string(FIND "${piece}" "\n" cut REVERSE)
        math(EXPR cut "${cut} + 1")
        if(cut EQUAL 0)
          set(cut ${length})
        endif()
      endif()
      string(SUBSTRING "${text}" 0 ${cut} piece)
      string(SUBSTRING "${text}" ${cut} -1 text)
      string(APPEND pieces "${between}\n     R\"qutibench(${piece})qutibench\"")
      set(between "@BETWEEN@")
      if("${text}" STREQUAL "")
        break()
      endif()
    endwhile()
    string(REPLACE "@BETWEEN@" "" joined "${pieces}")
    string(MAKE_C_IDENTIFIER "text_of_${kind}_${name}" variable)
    set(text "inline constexpr char ${variable}[] =${joined};\n")
    if(whole_length GREATER 60000)
      string(REPLACE "@BETWEEN@" "," pieces "${pieces}")
      set(text "${one_by_one}\ninline constexpr auto ${variable} = joined(${pieces});\n#else\n${text}#endif\n")
    endif()
    string(APPEND texts "${text}")
    string(APPEND entries "    {\"${kind}\", \"${name}\", whole(${variable})},\n")
  endforeach()
  list(LENGTH files count)
  set(${out} "// SPDX-License-Identifier: BSD-3-Clause
/// \\file
/// The catalogue's data files, packed by the build. Generated: edit the files under data/ instead.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace qutibench::detail {

/// One file of the catalogue: its folder under data/, its name with extension, its text.
struct embedded_file {
    std::string_view kind;
    std::string_view name;
    std::string_view text;
};

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored \"-Woverlength-strings\"
#endif

template <std::size_t Size>
constexpr std::string_view whole(const char (&text)[Size]) {
    return {text, Size - 1};
}

template <std::size_t Size>
constexpr std::string_view whole(const std::array<char, Size>& text) {
    return {text.data(), Size};
}

template <std::size_t... Sizes>
constexpr auto joined(const char (&...texts)[Sizes]) {
    std::array<char, (0 + ... + (Sizes - 1))> all{};
    std::size_t at = 0;
    const auto append = [&](const char* text, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) all[at++] = text[i];
    };
    (append(texts, Sizes - 1), ...);
    return all;
}

// Variables, since a linker keeps one of each, but literals as often as sections differ in their alignment; long texts
// in a second form for compilers that limit literals
${texts}
/// Sorted by kind as listed in the build, then by name.
inline constexpr std::array<embedded_file, ${count}> embedded_files = {{
${entries}}};

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

}  // namespace qutibench::detail
" PARENT_SCOPE)
endfunction()

# The calibrations in a header of their own beside it, since few programs read them.
function(_qutibench_calibrations_header out catalogue)
  string(REPLACE "The catalogue's data files" "The calibrations that ship" text "${catalogue}")
  string(REPLACE "#include <array>\n#include <cstddef>\n#include <string_view>"
                 "#include <qutibench/io/catalogue_data.hpp>" text "${text}")
  string(REPLACE "embedded_files =" "embedded_calibrations =" text "${text}")
  string(FIND "${text}" "/// One file of the catalogue" from)
  string(FIND "${text}" "#if defined(__clang__)" to)
  string(SUBSTRING "${text}" 0 ${from} before)
  string(SUBSTRING "${text}" ${to} -1 after)
  string(FIND "${after}" "template <std::size_t Size>" from)
  string(FIND "${after}" "// Variables, since" to)
  string(SUBSTRING "${after}" 0 ${from} diagnostic)
  string(SUBSTRING "${after}" ${to} -1 after)
  set(${out} "${before}${diagnostic}${after}" PARENT_SCOPE)
endfunction()

function(_qutibench_write header text)
  file(WRITE "${header}.new" "${text}")
  file(COPY_FILE "${header}.new" "${header}" ONLY_IF_DIFFERENT)
  file(REMOVE "${header}.new")
endfunction()

function(_qutibench_catalogue_files data_dir kinds out)
  set(files "")
  foreach(kind IN LISTS kinds)
    if(CMAKE_SCRIPT_MODE_FILE)
      file(GLOB found RELATIVE "${data_dir}" "${data_dir}/${kind}/*.json" "${data_dir}/${kind}/*.csv")
    else()
      file(GLOB found RELATIVE "${data_dir}" CONFIGURE_DEPENDS "${data_dir}/${kind}/*.json" "${data_dir}/${kind}/*.csv")
    endif()
    list(FILTER found EXCLUDE REGEX "\\.schema\\.json$|/datapackage\\.json$")
    list(SORT found)
    list(APPEND files ${found})
  endforeach()
  set(${out} "${files}" PARENT_SCOPE)
endfunction()

function(qutibench_embed_catalogue data_dir header)
  _qutibench_catalogue_files("${data_dir}" "${QUTIBENCH_CATALOGUE_KINDS}" files)
  _qutibench_catalogue_files("${data_dir}" calibrations calibrations)
  _qutibench_catalogue_header("${data_dir}" text "${files}")
  _qutibench_write("${header}" "${text}")
  _qutibench_catalogue_header("${data_dir}" text "${calibrations}")
  _qutibench_calibrations_header(text "${text}")
  get_filename_component(folder "${header}" DIRECTORY)
  _qutibench_write("${folder}/calibration_data.hpp" "${text}")
  if(NOT CMAKE_SCRIPT_MODE_FILE)
    list(APPEND files ${calibrations})
    list(TRANSFORM files PREPEND "${data_dir}/")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
  endif()
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  get_filename_component(data_dir "${DATA_DIR}" ABSOLUTE)
  get_filename_component(header "${HEADER}" ABSOLUTE)
  qutibench_embed_catalogue("${data_dir}" "${header}")
endif()
