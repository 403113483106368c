// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/file.hpp>

#include <filesystem>
#include <fstream>

#include "catch.hpp"

using namespace qutibench;
namespace fs = std::filesystem;

namespace {

struct temporary_folder {
    fs::path path = fs::temp_directory_path() / ("qutibench_file_" + std::to_string(std::random_device()()));
    temporary_folder() { fs::create_directory(path); }
    ~temporary_folder() { fs::remove_all(path); }
    [[nodiscard]] std::string operator/(const char* name) const { return (path / name).string(); }
};

}  // namespace

TEST_CASE("a file is replaced as a whole, with the rights it had, and nothing is left beside it") {
    const temporary_folder place;
    const std::string file = place / "a.json";
    detail::write_file(file, "one");
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    detail::write_file(file, "two");
    CHECK(detail::read_file(file) == "two");
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(std::distance(fs::directory_iterator(place.path), fs::directory_iterator()) == 1);
}

TEST_CASE("what a link points to is written, and the link stays") {
    const temporary_folder place;
    const std::string file = place / "a.json", link = place / "b.json";
    detail::write_file(file, "one");
    fs::create_symlink(file, link);
    detail::write_file(link, "two");
    CHECK(fs::is_symlink(link));
    CHECK(detail::read_file(file) == "two");
}

TEST_CASE("what cannot be written is said") {
    const temporary_folder place;
    CHECK_THROWS_AS(detail::write_file(place / "no/such.json", "x"), parse_error);
    CHECK_THROWS_AS(detail::write_file(place.path.string(), "x"), parse_error);
    if (fs::exists("/dev/full")) CHECK_THROWS_AS(detail::write_file("/dev/full", "x"), parse_error);
    CHECK(fs::is_empty(place.path));
}

TEST_CASE("a file that there is not: the one that is called almost so is named") {
    const temporary_folder place;
    detail::write_file(place / "my_network.onnx", "x");
    CHECK_THROWS_WITH(
        detail::read_file(place / "my_netwrok.onnx"),
        Catch::Matchers::EndsWith("there is no such file; did you mean '" + (place / "my_network.onnx") + "'?"));
    CHECK_THROWS_WITH(detail::read_file(place / "other.json"), Catch::Matchers::EndsWith("there is no such file"));
    CHECK_THROWS_WITH(detail::read_file(place / "no_folder/my.json"), Catch::Matchers::EndsWith("no such file"));
    CHECK(detail::file_or("no such thing", "like").substr(0, 4) == "like");
}
