// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/csv.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace qutibench;

namespace {

std::vector<std::vector<std::string>> rows_of(csv_reader rows) {
    std::vector<std::vector<std::string>> all;
    while (rows.next()) all.emplace_back(rows.fields().begin(), rows.fields().end());
    return all;
}

std::string what_reading(const std::string& text) {
    try {
        rows_of(csv_reader::over(text, "t.csv"));
    } catch (const parse_error& wrong) {
        return wrong.what();
    }
    return "";
}

using table = std::vector<std::vector<std::string>>;
constexpr csv_format bare{.separator = ',', .header = false};

}  // namespace

TEST_CASE("fields as RFC 4180 has them") {
    // The examples of RFC 4180, section 2, items 1 to 7.
    CHECK(rows_of(csv_reader::over("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n", "", bare)) ==
          table{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
    CHECK(rows_of(csv_reader::over("aaa,bbb,ccc\r\nzzz,yyy,xxx", "", bare)) ==
          table{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
    CHECK(rows_of(csv_reader::over("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz,yyy,xxx", "", bare)) ==
          table{{"aaa", "b\r\nbb", "ccc"}, {"zzz", "yyy", "xxx"}});
    CHECK(rows_of(csv_reader::over("\"aaa\",\"b\"\"bb\",\"ccc\"", "", bare)) == table{{"aaa", "b\"bb", "ccc"}});
}

TEST_CASE("byte order mark, blank lines, empty fields and other separators") {
    csv_reader rows = csv_reader::over("\xef\xbb\xbf name , level\n\na,1\n\r\n,\"\"\n");
    CHECK(rows.names()[0] == "name");
    CHECK(rows.column("level") == 1);
    CHECK(rows.has("name"));
    CHECK_FALSE(rows.has("nam"));
    REQUIRE(rows.next());
    CHECK(rows.line() == 3);
    CHECK(rows[0] == "a");
    CHECK(rows.integer(1) == 1);
    REQUIRE(rows.next());
    CHECK(rows.line() == 5);
    CHECK(rows[1].empty());
    CHECK_FALSE(rows.next());
    CHECK_FALSE(rows.next());
    CHECK(rows_of(csv_reader::over("a;b,c\n", "", {.separator = ';', .header = false})) == table{{"a", "b,c"}});
    CHECK(rows_of(csv_reader::over("\"\"\n", "", bare)) == table{{""}});
    CHECK(rows_of(csv_reader::over("", "", bare)).empty());
}

TEST_CASE("numbers are read in C notation, and nothing else is one") {
    csv_reader rows = csv_reader::over("1.5e3, -2 ,+3,,nan,inf,1e999,0x10,1 2\n", "n.csv", bare);
    REQUIRE(rows.next());
    CHECK(rows.number(0) == 1500);
    CHECK(rows.number(1) == -2);
    CHECK(rows.integer(2) == 3);
    CHECK(std::isnan(rows.optional_number(3)));
    for (std::size_t column = 3; column < 9; ++column) CHECK_THROWS_AS(rows.number(column), parse_error);
    CHECK_THROWS_WITH(rows.number(8), "n.csv, line 1: column 9 should be a number, not '1 2'");
    CHECK_THROWS_WITH(rows.integer(0),
                      "n.csv, line 1: column 1 should be a whole number of at most 64 bits, not '1.5e3'");
}

TEST_CASE("mistakes are reported with their line") {
    CHECK(what_reading("a,b\n1,2\n1,2,3\n") == "t.csv, line 3: this row has 3 fields where the header has 2");
    CHECK(what_reading("a,b\n1,\"2\n3,4\n") == "t.csv, line 2: a quoted field is never closed");
    CHECK(what_reading("a,b\n1,\"2\"x\n") == "t.csv, line 2: text follows the closing quote of a field");
    CHECK(what_reading("") == "t.csv: the file is empty where a header row should be");
    CHECK_THROWS_WITH(csv_reader::over("latency_ms,batch\n", "t.csv").column("latency"),
                      Catch::Contains("t.csv, line 1: there is no column 'latency'"));
    CHECK_THROWS_WITH(csv_reader::over("latency_ms,batch\n", "t.csv").column("latency_m"),
                      Catch::Contains("did you mean 'latency_ms'?"));
    CHECK_THROWS_AS(csv_reader::open("no/such/file.csv"), parse_error);
    CHECK_THROWS_WITH(csv_reader::open(QUTIBENCH_SOURCE_DIR), Catch::Contains("a folder"));
}

TEST_CASE("a file larger than the buffer reads as the text does") {
    // Rows of every length, quoted and not, so that buffers end in every place of a row.
    std::string text = "index,body\n";
    table expected;
    for (int i = 0; i < 3000; ++i) {
        std::string body(static_cast<std::size_t>(i % 701), 'x');
        if (i % 3 == 0) body += "\"\n,";
        expected.push_back({std::to_string(i), body});
        text += std::to_string(i) + ",\"";
        for (const char one : body) text += one == '"' ? "\"\"" : std::string(1, one);
        text += i % 2 == 0 ? "\"\n" : "\"\r\n";
    }
    const std::string path = "qutibench_csv_test.csv";
    detail::write_file(path, text);
    CHECK(rows_of(csv_reader::open(path)) == expected);
    CHECK(rows_of(csv_reader::over(text)) == expected);
    std::remove(path.c_str());
}
