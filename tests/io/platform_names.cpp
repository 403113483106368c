// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/catalogue.hpp>

#include "catch.hpp"

using namespace qutibench;

namespace {

using ids = std::vector<std::string>;

}  // namespace

TEST_CASE("what people type finds the device") {
    CHECK(load_platform("rpi5").id() == "raspberry_pi_5");
    CHECK(load_platform("4090").id() == "rtx_4090");
    CHECK(load_platform("RTX 4090").id() == "rtx_4090");
    CHECK(load_platform("Raspberry-Pi-5").id() == "raspberry_pi_5");
    CHECK(load_platform("trillium").id() == "tpu_v6e");
    CHECK(load_platform("b200").id() == "b200_sxm");
    CHECK(load_platform("xavier:15w").mode().name == "15w");
    CHECK(load_platform_details("coral").operators.unsupported_networks == ids{"cnv", "mlp"});
    CHECK(load_platform("t4").id() == "t4");  // an id is itself, whatever else has it in its name
    CHECK(load_platform("jetson_tx2").id() == "jetson_tx2");
}

TEST_CASE("a name of several devices lists them") {
    CHECK(platforms_called("a100") == ids{"a100_pcie_40gb", "a100_pcie_80gb", "a100_sxm_40gb", "a100_sxm_80gb"});
    CHECK(platforms_called("h100") == ids{"h100_nvl", "h100_pcie", "h100_sxm"});
    CHECK_THROWS_WITH(load_platform("h100"),
                      "unknown platform 'h100'; did you mean 'h100_nvl' or 'h100_pcie' or 'h100_sxm'?");
    for (const std::string& id : platforms_called("orin")) CHECK(id.find("jetson_") == 0);
    CHECK(platforms_called("orin").size() >= 7);
    CHECK_THROWS_WITH(load_platform("a100"), Catch::Contains("a100_sxm_80gb") && !Catch::Contains("'a10'"));
    CHECK_THROWS_WITH(load_platform("orin"), Catch::Contains("jetson_orin_nano_8gb"));
}

TEST_CASE("the beginning of a name suggests and does not choose") {
    CHECK_THROWS_WITH(load_platform("cerebra"), "unknown platform 'cerebra'; did you mean 'cerebras_wse_3'?");
    CHECK_THROWS_WITH(load_platform("rtx_30"), Catch::Contains("'rtx_3070' or 'rtx_3080'"));
    CHECK_THROWS_WITH(load_platform("jetson_tx3"), "unknown platform 'jetson_tx3'; did you mean 'jetson_tx1'?");
    CHECK(platforms_called("").empty());
    CHECK(platforms_called("_").empty());
}

TEST_CASE("no alias is an id or the alias of another device, and each finds its own") {
    ids seen = platform_ids();
    for (const std::string& id : platform_ids())
        for (const std::string& alias : load_platform_details(id).aliases) {
            CAPTURE(id, alias);
            CHECK(std::find(seen.begin(), seen.end(), alias) == seen.end());
            CHECK(load_platform(alias).id() == id);
            seen.push_back(alias);
        }
    CHECK(seen.size() > platform_ids().size() + 40);
}

TEST_CASE("platforms by vendor, class and year") {
    const auto all_are = [](const platform_filter& wanted, auto&& holds) {
        const std::vector<platform> found = select_platforms(wanted);
        CHECK_FALSE(found.empty());
        return std::all_of(found.begin(), found.end(), holds);
    };
    CHECK(all_are({.vendor = "nvidia"}, [](const platform& one) { return one.vendor.find("NVIDIA") == 0; }));
    CHECK(all_are({.device_class = "GPU"}, [](const platform& one) { return one.device_class == "GPU"; }));
    CHECK(all_are({.device_class = "fpga"},
                  [](const platform& one) { return one.device_class.find("FPGA") != std::string::npos; }));
    CHECK(all_are({.vendor = "NVIDIA", .device_class = "GPU", .year = 2025},
                  [](const platform& one) { return one.year == 2025 && one.vendor == "NVIDIA"; }));
    CHECK(select_platforms({}).size() == platform_ids().size());
    CHECK(select_platforms({.year = 1999}).empty());
    CHECK_THROWS_WITH(select_platforms({.vendor = "nvidea"}), "unknown vendor 'nvidea'; did you mean 'NVIDIA'?");
    CHECK_THROWS_AS(select_platforms({.device_class = "abacus"}), unknown_name);
}
