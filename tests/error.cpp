// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/detail/checked.hpp>
#include <qutibench/detail/nearest.hpp>
#include <qutibench/error.hpp>

#include <limits>
#include <vector>

using namespace qutibench;

TEST_CASE("ids are stable: scripts and bindings rely on them") {
    CHECK(shape_error("").id() == "shape_error");
    CHECK(unsupported_operator("").id() == "unsupported_operator");
    CHECK(unsupported_datatype("").id() == "unsupported_datatype");
    CHECK(parse_error("", "", "").id() == "parse_error");
    CHECK(unknown_name("", "", "").id() == "unknown_name");
    const unknown_name several("platform", "a1", "a10' or 'a100");
    CHECK(several.nearest() == "a10");
    CHECK(std::string(several.what()) == "unknown platform 'a1'; did you mean 'a10' or 'a100'?");
    CHECK(invalid_argument("").id() == "invalid_argument");
    CHECK(overflow_error("").id() == "overflow_error");
}

TEST_CASE("a parse error says file, place and reason") {
    const parse_error wrong("board.json", "/peaks/0", "is negative");
    CHECK(std::string(wrong.what()) == "board.json, /peaks/0: is negative");
    CHECK(wrong.source() == "board.json");
    CHECK(wrong.place() == "/peaks/0");
}

TEST_CASE("a message is one short line, whatever names a file brings into it") {
    const parse_error wrong("a\nb.json", "/x", std::string(10'000, 'n') + "\x1b[31m\u202e");
    const std::string what = wrong.what();
    CHECK(what.substr(0, 16) == "a\\nb.json, /x: n");
    CHECK(what.size() < 520);
    CHECK(what.find('\x1b') == std::string::npos);
    CHECK(what.substr(what.size() - 14) == "\\x1b[31m\\u202e");
    CHECK(detail::cut("äää", 4) == "ä...ä");
    CHECK(std::string(unknown_name("network", std::string(1'000'000, 'x'), "").what()).size() < 150);
}

TEST_CASE("the nearest name is close or absent") {
    const std::vector<std::string> names{"resnet50", "resnet18", "mobilenet_v1"};
    CHECK(detail::nearest_name("resnet5O", names) == "resnet50");
    CHECK(detail::nearest_name("mobilnet_v1", names) == "mobilenet_v1");
    CHECK(detail::nearest_name("transformer_xxl", names).empty());
    CHECK(detail::nearest_name("RESNET18", names) == "resnet18");
    CHECK(detail::nearest_name("zcu104", std::vector<std::string>{"zc706", "zcu104_bismo", "zcu104_dpu"}) ==
          "zcu104_dpu");
    // Two of three letters are no typing mistake; neither are two of four that begin otherwise.
    const std::vector<std::string> others{"eie", "cache", "min", "latency_s"};
    CHECK(detail::nearest_name("dir", others).empty());
    CHECK(detail::nearest_name("mine", std::vector<std::string>{"eie"}).empty());
    CHECK(detail::nearest_name("precision", std::vector<std::string>{"execution", "batch"}).empty());
    CHECK(detail::nearest_name("cash", others) == "cache");
    CHECK(detail::nearest_name("mni", others) == "min");
    CHECK(detail::nearest_name("", others).empty());
    CHECK(detail::nearest_names("resnet", names) == "resnet50' or 'resnet18");
    CHECK(detail::nearest_names("resnet5O", names) == "resnet50");
    CHECK(detail::edit_distance("ab", "ba") == 1);
    CHECK(detail::edit_distance("kitten", "sitting") == 3);
    CHECK(detail::choices("zzzzzzzz", std::vector<std::string>{"eco", "turbo"}) == "eco' or 'turbo");
}

TEST_CASE("arithmetic past 64 bits is an error, not a small number") {
    constexpr auto largest = std::numeric_limits<std::int64_t>::max();
    CHECK_THROWS_AS(detail::multiply(largest, 2), overflow_error);
    CHECK_THROWS_AS(detail::add(largest, 1), overflow_error);
    CHECK_THROWS_AS(detail::product({largest, largest}), overflow_error);
    CHECK(detail::product({largest, largest, 0}) == 0);
    CHECK(detail::ceil_divide(7, 2) == 4);
    CHECK(detail::ceil_divide(8, 2) == 4);
}
