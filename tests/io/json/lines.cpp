// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/json/lines.hpp>

#include "catch.hpp"

using qutibench::detail::json_lines;

TEST_CASE("each value of a text has its line") {
    const json_lines lines("{\n  \"a\": [1,\n    {\"b \\\" c\": \"}\",\n \"d/e\": null}],\n  \"f\": {}}\n");
    CHECK(lines.at("") == 1);
    CHECK(lines.at("/a") == 2);
    CHECK(lines.at("/a/0") == 2);
    CHECK(lines.at("/a/1") == 3);
    CHECK(lines.at("/a/1/d~1e") == 4);
    CHECK(lines.at("/f") == 5);
}

TEST_CASE("where there is no value, the line is that of what is around it") {
    const json_lines lines("{\"a\":\n[1, 2]}");
    CHECK(lines.at("/a/7/b") == 2);
    CHECK(lines.at("/z") == 1);
    CHECK(json_lines("").at("/a") == 1);
    CHECK(json_lines("[[[").at("/0/0") == 1);
    CHECK(json_lines(std::string(1000000, '[')).at("/0/0") == 1);
}
