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
