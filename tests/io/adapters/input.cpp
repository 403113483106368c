// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/adapters/json_records.hpp>

#include <sys/stat.h>
#include <filesystem>
#include <thread>

namespace qb = qutibench;
using Catch::Matchers::Contains;

namespace {

std::vector<std::string> lines_of(const qb::adapter_input& input) {
    std::vector<std::string> all;
    qb::line_reader lines = input.lines();
    while (lines.next()) {
        all.emplace_back(lines.text());
        CHECK(lines.number() == static_cast<std::int64_t>(all.size()));
    }
    return all;
}

struct temporary_file {
    std::string path = (std::filesystem::temp_directory_path() / "qutibench_input_test.txt").string();
    explicit temporary_file(const std::string& text) { qb::detail::write_file(path, text); }
    ~temporary_file() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("lines: LF, CRLF, a byte order mark, a last line without an end") {
    using list = std::vector<std::string>;
    CHECK(lines_of(qb::adapter_input::text("a\nb\n")) == list{"a", "b"});
    CHECK(lines_of(qb::adapter_input::text("a\r\nb")) == list{"a", "b"});
    CHECK(lines_of(qb::adapter_input::text("\xef\xbb\xbf"
                                           "a\n\nb\r\n")) == list{"a", "", "b"});
    CHECK(lines_of(qb::adapter_input::text("")).empty());
}

TEST_CASE("lines: across chunks, from a file as from a text") {
    std::string text;
    for (int i = 0; i < 60000; ++i)
        text += std::string(static_cast<std::size_t>(i % 37), 'x') + std::to_string(i) + "\n";
    text += std::string(600000, 'y') + "\nlast";
    const temporary_file file(text);
    const auto from_file = lines_of(qb::adapter_input::file(file.path));
    CHECK(from_file == lines_of(qb::adapter_input::text(text)));
    CHECK(from_file.size() == 60002);
    CHECK(from_file.back() == "last");
    CHECK(from_file[59999].ends_with("59999"));
}

TEST_CASE("lines: a cut-off last line can be told apart") {
    const auto whole = qb::adapter_input::text("a 1\nb 22\n");
    const auto cut = qb::adapter_input::text("a 1\nb 2");
    qb::line_reader good = whole.lines(), bad = cut.lines();
    while (good.next()) CHECK_NOTHROW(good.require_end());
    CHECK(bad.next());
    CHECK_NOTHROW(bad.require_end());
    CHECK(bad.next());
    CHECK_THROWS_WITH(bad.require_end(), Contains("line 2") && Contains("cut off"));
}

TEST_CASE("inputs that are no text are refused") {
    CHECK_THROWS_WITH(qb::adapter_input::text("").head(), Contains("empty"));
    CHECK_THROWS_WITH(qb::adapter_input::text(" \n ").head(), Contains("empty"));
    CHECK_THROWS_WITH(qb::adapter_input::text("\xff\xfe"
                                              "a")
                          .head(),
                      Contains("UTF-16"));
    CHECK_THROWS_WITH(lines_of(qb::adapter_input::text(std::string_view("a\nb\0c\n", 6))),
                      Contains("line 2") && Contains("zero byte"));
    CHECK_THROWS_AS(qb::adapter_input::file("/nowhere/at/all").head(), qb::parse_error);
    CHECK_THROWS_AS(qb::adapter_input::file(QUTIBENCH_SOURCE_DIR).head(), qb::parse_error);
}

TEST_CASE("a named pipe, which gives its bytes once, is read as a file is") {
    const std::string path = (std::filesystem::temp_directory_path() / "qutibench_input_test.pipe").string();
    std::filesystem::remove(path);
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    std::thread writer([&] { qb::detail::write_file(path, "a\nb\n"); });
    const auto input = qb::adapter_input::file(path);
    writer.join();
    CHECK(input.head() == "a\nb\n");
    CHECK(lines_of(input) == std::vector<std::string>{"a", "b"});
    CHECK(input.estimated_lines() >= 2);
    std::filesystem::remove(path);
}

TEST_CASE("a path ends where it ends, not at a zero byte") {
    const temporary_file file("a\n");
    CHECK_THROWS_WITH(lines_of(qb::adapter_input::file(file.path + std::string(1, '\0') + ".txt")),
                      Contains("zero byte"));
}

TEST_CASE("what is held of one input is limited") {
    const temporary_file file("");
    const auto read_json = [&](const std::string& text) {
        qb::detail::write_file(file.path, text);
        qb::for_each_json_record(qb::adapter_input::file(file.path), {"/*"}, [](const qb::json_record&) {});
    };
    std::filesystem::resize_file(file.path, qb::detail::piece_limit + (1 << 20));
    CHECK_THROWS_WITH(lines_of(qb::adapter_input::file(file.path)), Contains("line 1: this line has more than 64 MiB"));
    CHECK_THROWS_WITH(qb::csv_reader::open(file.path), Contains("line 1: this row has more than 64 MiB"));
    const std::string half(qb::detail::piece_limit / 2, 'x');
    CHECK_NOTHROW(read_json(R"([{"a": ")" + half + R"("}, {"a": ")" + half + R"("}])"));
    CHECK_THROWS_WITH(read_json(R"([{"a": ")" + half + R"(", "b": ")" + half + R"("}])"),
                      Contains("/0: this record has more than 64 MiB"));
    CHECK_THROWS_WITH(read_json("[\"" + half + half + half + "\"]"), Contains("one text of it has more than 64 MiB"));
    std::filesystem::resize_file(file.path, qb::detail::whole_file_limit + 1);
    CHECK_THROWS_WITH(qb::detail::read_file(file.path), Contains("the file has more than 256 MiB"));
}
