// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/ncnn.hpp>

using namespace adapter_testing;
using Catch::Matchers::Contains;
using qutibench::adapters::ncnn;

TEST_CASE("ncnn: a row for each network, the datatype has to be told but where the name has it") {
    const auto rows = from_file(ncnn, "ncnn.txt", {.platform = "b", .datatype = qb::fp16});
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].network == "squeezenet");
    CHECK(rows[0].latency.value() == Approx(11.74e-3));
    CHECK(rows[0].statistic == "mean");
    CHECK(rows[1].datatype == qb::precision(qb::int8));
    CHECK(rows[2].datatype == qb::precision(qb::fp16));
    CHECK_THROWS_WITH(from_file(ncnn, "ncnn.txt", {.platform = "b"}), Contains("datatype"));
}

TEST_CASE("ncnn: the network chooses a row, or renames the only one") {
    CHECK(only(from_file(ncnn, "ncnn.txt", told({.network = "resnet50", .statistic = "min"}))).latency.value() ==
          Approx(89.5e-3));
    CHECK_THROWS_WITH(from_file(ncnn, "ncnn.txt", told({.network = "vgg16"})), Contains("vgg16"));
    const std::string row = "loop_count = 4\n            resnet50  min =   89.50  max =   90.11  avg =   89.80\n";
    CHECK(only(from_text(ncnn, row, told({.network = "resnet50_v1_5"}))).network == "resnet50_v1_5");
}

TEST_CASE("ncnn: cut lines, commas and figures out of order are refused") {
    const std::string head = "loop_count = 4\n", row = "resnet50  min =   89.50  max =   90.11  avg =   ";
    CHECK(only(from_text(ncnn, head + row + "89.80", told())).latency.value() == Approx(89.8e-3));
    for (const char* cut : {"89.8", "89.", "89", "8", ""})
        CHECK_THROWS_WITH(from_text(ncnn, head + row + cut, told()), Contains("line 2"));
    CHECK_THROWS_WITH(from_text(ncnn, head + row + "89,80\n", told()), Contains("line 2"));
    CHECK_THROWS_WITH(from_text(ncnn, head + row + "12.00\n", told()), Contains("out of order"));
    CHECK_THROWS_AS(from_text(ncnn, head, told()), qb::parse_error);
}

TEST_CASE("ncnn: units are read where they stand, what is rounded to nothing is unknown") {
    const std::string head = "loop_count = 4\n";
    const auto micro =
        only(from_text(ncnn, head + "squeezenet  min =  4430.11us  max =  5000.00us  avg =  4700.00us\n", told()));
    CHECK(micro.latency.value() == Approx(4.7e-3));
    const auto zero = only(from_text(ncnn, head + "tiny  min =  0.00  max =  0.08  avg =  0.00\n", told()));
    CHECK_FALSE(qb::is_known(zero.latency));  // the maximum is no latency
    CHECK(zero.has(qutibench::caution::rounded_away));
}
