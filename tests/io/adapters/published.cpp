// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/ai_hub.hpp>
#include <qutibench/io/adapters/hailo_zoo.hpp>
#include <qutibench/io/adapters/ncnn.hpp>
#include <qutibench/io/adapters/vitis_zoo.hpp>

using namespace adapter_testing;
using Catch::Matchers::Contains;
using qutibench::adapters::ai_hub;
using qutibench::adapters::hailo_zoo;
using qutibench::adapters::ncnn_readme;
using qutibench::adapters::vitis_zoo;

TEST_CASE("published: names in words become ids") {
    CHECK(qb::detail::id_of("Samsung Galaxy S25") == "samsung_galaxy_s25");
    CHECK(qb::detail::id_of("QCS8550 (Proxy)") == "qcs8550_proxy");
    CHECK(qb::detail::id_of("(-)").empty());
}

TEST_CASE("AI Hub: a row for each device, runtime and precision that ran on the NPU") {
    const auto rows = from_file(ai_hub, "ai_hub.yaml", {});
    REQUIRE(rows.size() == 4);
    CHECK(rows[0].network == "resnet50");
    CHECK(rows[0].platform == "phone_one");
    CHECK(rows[0].mode == "tflite");
    CHECK(rows[0].datatype == qb::precision(qb::fp16));
    CHECK(rows[0].latency.value() == Approx(0.755e-3));
    CHECK(rows[1].mode == "onnx");
    CHECK(rows[2].datatype == qb::precision(qb::int8));
    CHECK(rows[3].datatype == qb::parse_precision("int8xint16"));
    const auto one = only(from_file(ai_hub, "ai_hub.yaml", {.mode = "qnn_dlc", .datatype = qb::int8}));
    CHECK(one.latency.value() == Approx(0.398e-3));
    CHECK_THROWS_WITH(from_file(ai_hub, "ai_hub.yaml", {.platform = "board_two_proxy"}), Contains("board_two_proxy"));
}

TEST_CASE("AI Hub: a time that ends the file may be cut off") {
    const std::string text = content("ai_hub.yaml");
    const std::size_t at = text.find("0.755") + 4;
    CHECK_THROWS_WITH(from_text(ai_hub, text.substr(0, at), {}), Contains("cut off"));
}

TEST_CASE("Hailo's zoo: both batches of a row, a rate of 0 is none") {
    const auto rows = from_file(hailo_zoo, "hailo_zoo.rst", {.platform = "hailo_8", .datatype = qb::int8});
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].network == "resnet50");
    CHECK(rows[0].deployment_value == 1);
    CHECK(rows[1].deployment_value == 8);
    CHECK(rows[1].throughput.value() == 1325);
    CHECK(rows[2].network == "vit_tiny");
    CHECK(rows[2].throughput.value() == 402.5);
    CHECK_THROWS_WITH(from_file(hailo_zoo, "hailo_zoo.rst", {.platform = "hailo_8"}), Contains("datatype"));
    CHECK_THROWS_WITH(from_file(hailo_zoo, "hailo_zoo.rst", told({.network = "vgg16"})), Contains("vgg16"));
}

TEST_CASE("Vitis' zoo: one thread, and several where the caller says how many") {
    const auto one = from_file(vitis_zoo, "vitis_zoo.md", {});
    REQUIRE(one.size() == 4);
    CHECK(one[0].platform == "zcu102_dpu_b4096");
    CHECK(one[0].network == "resnet50");
    CHECK(one[0].throughput.value() == 76.25);
    CHECK(one[0].deployment_value == 1);
    CHECK(one[2].platform == "vck190");
    CHECK(one[2].latency.value() == Approx(1.25e-3));
    const auto both = from_file(vitis_zoo, "vitis_zoo.md", {.platform = "zcu102_dpu_b4096", .threads = 6});
    REQUIRE(both.size() == 4);
    CHECK(both[1].deployment_value == 6);
    CHECK(both[1].throughput.value() == 175.5);
    CHECK_THROWS_WITH(from_file(vitis_zoo, "vitis_zoo.md", {.platform = "u50"}), Contains("u50"));
}

TEST_CASE("ncnn's page: a platform for each heading and set-up, broken rows are passed over") {
    const auto rows = from_file(ncnn_readme, "ncnn_readme.md", {.datatype = qb::fp32});
    REQUIRE(rows.size() == 5);
    CHECK(rows[0].platform == "some_soc_1_cortex_a76_2_4ghz_x_4_4_threads_powersave_2");
    CHECK(rows[0].latency.value() == Approx(5.2e-3));
    CHECK(rows[1].datatype == qb::precision(qb::int8));
    CHECK(rows[3].platform == "some_soc_1_cortex_a76_2_4ghz_x_4_gpu_powersave_2");
    const qb::ingest_options board{.platform = "another_board_2020_2_threads", .datatype = qb::fp32};
    CHECK(only(from_file(ncnn_readme, "ncnn_readme.md", board)).network == "squeezenet");
    CHECK_THROWS_WITH(from_file(ncnn_readme, "ncnn_readme.md", {}), Contains("datatype"));
}
