// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/adapters/figures.hpp>

#include <clocale>

using namespace qutibench::detail;
using Catch::Matchers::Contains;

namespace {

struct refused {
    std::string reason;
};
const auto refuse = [](const std::string& reason) { throw refused{reason}; };

std::string reason_of(std::string_view field, thousands grouping = thousands::refused) {
    try {
        (void)read_figure(field, refuse, grouping);
    } catch (const refused& why) {
        return why.reason;
    }
    return {};
}

}  // namespace

TEST_CASE("figures: C notation, blanks around, missing words") {
    CHECK(read_figure(" 12.5 ", refuse) == 12.5);
    CHECK(read_figure("+1e-3", refuse) == 1e-3);
    for (const char* missing : {"", " ", "NaN", "nan", "NA", "n/a", "None", "null", "-"})
        CHECK(std::isnan(read_figure(missing, refuse)));
    CHECK_THAT(reason_of("inf"), Contains("finite"));
    CHECK_THAT(reason_of("1e999"), Contains("finite"));
    CHECK_THAT(reason_of("12 ms"), Contains("finite"));
    CHECK_THAT(reason_of("0x10"), Contains("finite"));
}

TEST_CASE("figures: commas are thousands where the format has them, and otherwise refused") {
    CHECK(read_figure("598,130.841", refuse, thousands::commas) == 598130.841);
    CHECK(read_figure("1,234,567", refuse, thousands::commas) == 1234567);
    CHECK(read_figure("-1,234", refuse, thousands::commas) == -1234);
    CHECK_THAT(reason_of("1,234"), Contains("two ways") || Contains("can be read as"));
    for (const char* comma : {"12,5", "0,967", "1.234,56", "1,23,456", ",123", "1234,567", "1,234.5,6"}) {
        INFO(comma);
        const bool grouped = std::string(comma) == "0,967";
        CHECK_THAT(reason_of(comma), Contains("comma"));
        if (!grouped) CHECK_THAT(reason_of(comma, thousands::commas), Contains("comma"));
    }
}

TEST_CASE("figures: the process's locale does not matter") {
    const std::string before = std::setlocale(LC_ALL, nullptr);
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"})
        if (std::setlocale(LC_ALL, name) != nullptr) break;
    CHECK(read_figure("12.5", refuse) == 12.5);
    CHECK_THAT(reason_of("12,5"), Contains("decimal comma"));
    std::setlocale(LC_ALL, before.c_str());
}

TEST_CASE("figures: quantities need a unit that is known") {
    CHECK(quantity_after("Latency: min = 0.965637 ms, max = 2 us", "min =", time_units, refuse) == Approx(0.965637e-3));
    CHECK(quantity_after("Latency: min = 0.965637 ms, max = 2 us", "max =", time_units, refuse) == Approx(2e-6));
    CHECK(quantity_after("took 1.5s.", "took", time_units, refuse) == 1.5);
    CHECK(quantity_after("used: 7.04MiB", "used", size_units, refuse) == Approx(7.04 * 1048576));
    CHECK(std::isnan(quantity_after("nothing here", "min =", time_units, refuse)));
    CHECK_THROWS_AS(quantity_after("min = 0.9", "min =", time_units, refuse), refused);
    CHECK_THROWS_AS(quantity_after("min = 0.9 fortnights", "min =", time_units, refuse), refused);
    CHECK_THROWS_AS(quantity_after("min = 0,9 ms", "min =", time_units, refuse), refused);
    CHECK_THROWS_AS(quantity_after("min = ms", "min =", time_units, refuse), refused);
    CHECK_THROWS_AS(quantity_after("min = nan ms", "min =", time_units, refuse), refused);
}

TEST_CASE("figures: a comma ends a number unless a digit follows") {
    CHECK(number_token("12.5, next") == "12.5");
    CHECK(number_token("12,5 ms") == "12,5");
    CHECK(number_token("1e-3s") == "1e-3");
    CHECK(number_token("60.0023 seconds.") == "60.0023");
    CHECK(number_token("18.574.") == "18.574");
    CHECK(number_token("abc").empty());
    CHECK(count_after("batch: 8, more", "batch", refuse).value() == 8);
    CHECK_FALSE(count_after("threads: 8", "batch", refuse).has_value());
    CHECK_THROWS_AS(count_after("batch: 8.5", "batch", refuse), refused);
}
