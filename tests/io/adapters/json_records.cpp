// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/adapters/json_records.hpp>

namespace qb = qutibench;
using Catch::Matchers::Contains;

namespace {

std::vector<std::string> pointers(std::string_view text, std::initializer_list<std::string_view> places) {
    std::vector<std::string> found;
    qb::for_each_json_record(qb::adapter_input::text(text), places,
                             [&](const qb::json_record& one) { found.push_back(one.pointer()); });
    return found;
}

}  // namespace

TEST_CASE("records: scalars by path, objects inside belong to the record") {
    std::size_t records = 0;
    const auto input = qb::adapter_input::text(
        R"([{"name": "a", "args": {"op_name": "Conv", "shape": [{"float": [1, 3]}, 7]}, "dur": 12.5, "ok": true,
             "none": null, "text": "3.5"}])");
    qb::for_each_json_record(input, {"/*"}, [&](const qb::json_record& one) {
        ++records;
        CHECK(one.pointer() == "/0");
        CHECK(one.text("name") == "a");
        CHECK(one.text("args/op_name") == "Conv");
        CHECK(one.number("args/shape/0/float/1") == 3);
        CHECK(one.number("args/shape/1") == 7);
        CHECK(one.number("dur") == 12.5);
        CHECK(one.number("text") == 3.5);
        CHECK(one.flag("ok"));
        CHECK(std::isnan(one.number("none")));
        CHECK(std::isnan(one.number("absent")));
        CHECK(one.text("absent").empty());
        CHECK_THROWS_AS(one.number("name"), qb::parse_error);
        CHECK_THROWS_AS(one.count("dur"), qb::parse_error);
        CHECK_THROWS_AS(one.number("ok"), qb::parse_error);
    });
    CHECK(records == 1);
}

TEST_CASE("records: places, wildcards and RFC 6901 escapes") {
    CHECK(pointers(R"({"a": {"b": [{}, {"c": {}}]}})", {"/a/b/*"}) == std::vector<std::string>{"/a/b/0", "/a/b/1"});
    CHECK(pointers(R"({"a": {"x": {}}, "b": {"x": {}}})", {"/*/x"}) == std::vector<std::string>{"/a/x", "/b/x"});
    CHECK(pointers(R"({"a": 1})", {""}) == std::vector<std::string>{""});
    CHECK(pointers(R"([[{}], {}])", {"/*"}) == std::vector<std::string>{"/1"});
    CHECK(pointers(R"({"a/b": {}})", {"/a~1b"}) == std::vector<std::string>{"/a~1b"});
}

TEST_CASE("records: broken JSON has its line") {
    CHECK_THROWS_WITH(pointers("[{\"a\": 1},\n {\"a\": NaN}]", {"/*"}), Contains("line 2"));
    CHECK_THROWS_AS(pointers("[{\"a\": 1}", {"/*"}), qb::parse_error);
    CHECK_THROWS_AS(pointers("[{\"a\": 1e999}]", {"/*"}), qb::parse_error);
    CHECK_THROWS_AS(pointers("[{\"a\": \"\xff\"}]", {"/*"}), qb::parse_error);
    CHECK_THROWS_AS(pointers("", {"/*"}), qb::parse_error);
    CHECK_THROWS_WITH(pointers(std::string(100000, '['), {"/*"}), Contains("nested"));
}

TEST_CASE("records: a byte order mark and CRLF do not matter") {
    CHECK(pointers("\xef\xbb\xbf[\r\n{}\r\n]", {"/*"}).size() == 1);
}
