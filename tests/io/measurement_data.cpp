// SPDX-License-Identifier: BSD-3-Clause
// The published tables under data/measurements are what their datapackage.json says (Frictionless Data Package v1).
#include "catch.hpp"

#include <qutibench/io/csv.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>

namespace qb = qutibench;

namespace {

const std::string folder = QUTIBENCH_SOURCE_DIR "/data/measurements/";
const auto package = nlohmann::json::parse(qb::detail::read_file(folder + "datapackage.json"));

}  // namespace

TEST_CASE("data package: licence, citation and a resource for every table") {
    CHECK(package.at("licenses").at(0).at("name") == "Apache-2.0");  // the portal's, since July 2020
    CHECK(std::filesystem::exists(folder + package.at("licenses").at(0).at("path").get<std::string>()));
    CHECK(package.at("citation").get<std::string>().find("doi:10.1145/3358700") != std::string::npos);
    std::set<std::string> described, there;
    for (const auto& resource : package.at("resources")) described.insert(resource.at("path").get<std::string>());
    for (const auto& file : std::filesystem::directory_iterator(folder))
        if (file.path().extension() == ".csv") there.insert(file.path().filename().string());
    CHECK(described == there);
    CHECK(there.size() == 16);
}

TEST_CASE("data package: columns, types and units are those of the files") {
    for (const auto& resource : package.at("resources")) {
        INFO(resource.at("path"));
        auto rows = qb::csv_reader::open(folder + resource.at("path").get<std::string>());
        const auto& fields = resource.at("schema").at("fields");
        REQUIRE(rows.names().size() == fields.size());
        const std::set<std::string> missing = resource.at("schema").at("missingValues");
        for (std::size_t i = 0; i < fields.size(); ++i) {
            CHECK(rows.names()[i] == fields[i].at("name"));
            CHECK_FALSE(fields[i].at("description").get<std::string>().empty());
            // A column of milliseconds, per cent or watts says so in its name and in its unit.
            if (rows.names()[i].ends_with("_ms")) CHECK(fields[i].at("unit") == "ms");
            if (rows.names()[i].ends_with("_percent")) CHECK(fields[i].at("unit") == "%");
            if (rows.names()[i].ends_with("_w")) CHECK(fields[i].at("unit") == "W");
        }
        std::size_t count = 0;
        while (rows.next()) {
            ++count;
            for (std::size_t i = 0; i < fields.size(); ++i) {
                if (missing.count(std::string(rows[i])) > 0) continue;
                if (fields[i].at("type") == "number") static_cast<void>(rows.number(i));
                if (fields[i].at("type") == "integer") static_cast<void>(rows.integer(i));
            }
        }
        CHECK(count > 1);
    }
}
