// SPDX-License-Identifier: BSD-3-Clause
// What the catalogue promises of its devices as a whole: how complete they are, that siblings agree, and that nothing
// measured beats a bound.
#include <qutibench/io/attained.hpp>
#include <qutibench/model/predict.hpp>

#include <map>

#include "catch.hpp"

using namespace qutibench;

namespace {

std::vector<platform> all_platforms() {
    return select_platforms({});
}

/// The highest peak of a mode in a datatype, or 0.
double peak_of(const operating_mode& mode, const precision& numbers) {
    for (const peak& one : mode.peaks)
        if (one.numbers == numbers) return one.dense.value();
    return 0;
}

bool is_native(const operating_mode& mode, const char* datatype) {
    return peak_of(mode, parse_precision(datatype)) > 0;
}

/// Images per second that level 0 allows at most, in any mode and any datatype from eight bits on.
double bound(const workload& work, const platform& device) {
    double best = 0;
    for (const operating_mode& mode : device.modes()) {
        const platform selected = mode.name.empty() ? device : device.in_mode(mode.name);
        for (const peak& one : mode.peaks) {
            if (one.numbers.weights.bits < 8 || one.numbers.weights.bits > 32) continue;
            deployment how;
            how.datatype = one.numbers;
            how.batch = 2048;
            best = std::max(best, predict(work, selected, how).throughput().value());
        }
    }
    return best;
}

}  // namespace

TEST_CASE("the catalogue has the devices of today") {
    CHECK(platform_ids().size() >= 160);
    for (const char* const id : {"a30",
                                 "a2",
                                 "a40",
                                 "l40",
                                 "a100_pcie_80gb",
                                 "h100_nvl",
                                 "qualcomm_cloud_ai_100",
                                 "xeon_8480",
                                 "rtx_5090",
                                 "rtx_pro_6000",
                                 "b300_sxm",
                                 "gb200",
                                 "gb300",
                                 "mi325x",
                                 "mi355x",
                                 "jetson_thor",
                                 "tpu_v6e",
                                 "trainium2",
                                 "apple_m4_gpu",
                                 "apple_m4_ane",
                                 "hailo_10h",
                                 "hailo_15h",
                                 "snapdragon_8_elite_npu",
                                 "ryzen_ai_300_npu",
                                 "core_ultra_200_npu",
                                 "raspberry_pi_5",
                                 "core_i9_10940x"})
        CHECK(load_platform(id).id() == id);
}

TEST_CASE("fewer than ten modes have no bandwidth, and each says why") {
    int without = 0;
    for (const platform& device : all_platforms())
        for (const operating_mode& mode : device.modes()) {
            const platform selected = mode.name.empty() ? device : device.in_mode(mode.name);
            if (is_known(selected.bandwidth())) continue;
            CAPTURE(device.id(), mode.name);
            ++without;
            CHECK(std::any_of(device.sources.begin(), device.sources.end(), [](const provenance& one) {
                return one.basis == "unknown" && one.pointer.ends_with("bandwidth_bytes_per_s") &&
                       one.derivation.size() > 20;
            }));
        }
    CHECK(without < 10);
}

TEST_CASE("every CPU answers in INT8 and in BF16 or FP32 of its own") {
    int count = 0;
    for (const platform& device : all_platforms()) {
        if (device.device_class != "CPU") continue;
        CAPTURE(device.id());
        ++count;
        for (const operating_mode& mode : device.modes()) {
            CHECK(is_native(mode, "int8"));
            CHECK((is_native(mode, "bf16") || is_native(mode, "fp32")));
            CHECK(mode.peaks.front().numbers != parse_precision("fp64"));  // what is asked first
        }
    }
    CHECK(count >= 15);
}

TEST_CASE("every Jetson of Tensor Cores computes in FP16 in all of its modes") {
    for (const char* const id :
         {"jetson_agx_xavier", "jetson_xavier_nx", "jetson_agx_orin_32gb", "jetson_agx_orin_64gb",
          "jetson_orin_nano_4gb", "jetson_orin_nano_8gb", "jetson_orin_nx_8gb", "jetson_orin_nx_16gb", "jetson_thor"}) {
        const platform device = load_platform(id);
        for (const operating_mode& mode : device.modes()) {
            CAPTURE(id, mode.name);
            CHECK(is_native(mode, "fp16"));
            CHECK(is_native(mode, "int8"));
        }
    }
}

TEST_CASE("a bigger sibling is not slower in any datatype that both have, nor in memory") {
    const std::vector<std::vector<const char*>> families = {
        {"jetson_orin_nano_4gb", "jetson_orin_nano_8gb", "jetson_orin_nx_8gb", "jetson_orin_nx_16gb",
         "jetson_agx_orin_32gb:maxn", "jetson_agx_orin_64gb:maxn", "jetson_thor"},
        {"jetson_orin_nx_8gb:maxn_dla", "jetson_orin_nx_16gb:maxn_dla", "jetson_agx_orin_32gb:maxn_dla",
         "jetson_agx_orin_64gb:maxn_dla"},
        {"jetson_orin_nano_8gb:25w", "jetson_orin_nx_8gb:maxn_super", "jetson_orin_nx_16gb:maxn_super"},
        {"jetson_nano", "jetson_tx1", "jetson_tx2", "jetson_agx_xavier"},
        {"jetson_xavier_nx", "jetson_agx_xavier"},
        {"a2", "a10", "a40"},
        {"a30", "a100_pcie_40gb", "a100_pcie_80gb", "a100_sxm_80gb"},
        {"a100_sxm_40gb", "a100_sxm_80gb", "h100_sxm", "h200_sxm", "b200_sxm", "gb200"},
        {"h100_pcie", "h100_nvl", "h100_sxm"},
        {"h200_nvl", "h200_sxm"},
        {"b300_sxm", "gb300"},
        {"t4", "l4", "l40", "l40s"},
        {"rtx_4000_ada", "rtx_5000_ada", "rtx_6000_ada"},
        {"rtx_3070", "rtx_3080", "rtx_3080_ti", "rtx_3090"},
        {"rtx_4070_ti", "rtx_4080", "rtx_4090", "rtx_5090"},
        {"rtx_5060_ti_16gb", "rtx_5070", "rtx_5070_ti", "rtx_5080", "rtx_5090"},
        {"mi100", "mi210", "mi250x", "mi300x", "mi325x"},
        {"mi350x", "mi355x"},
        {"tpu_v2", "tpu_v3", "tpu_v4", "tpu_v5p", "tpu_v7"},
        {"tpu_v5e", "tpu_v6e"},
        {"inferentia2", "trainium1", "trainium2", "trainium3"},
        {"gaudi2", "gaudi3"},
        {"hailo_8l", "hailo_8"},
        {"ethos_u55_32", "ethos_u55_64", "ethos_u55_128", "ethos_u55_256"},
        {"ethos_u85_128", "ethos_u85_256", "ethos_u85_512", "ethos_u85_1024", "ethos_u85_2048"},
        {"apple_m1_gpu_7core", "apple_m1_gpu", "apple_m2_gpu", "apple_m4_gpu", "apple_m4_pro_gpu", "apple_m4_max_gpu"},
        {"apple_m1_ane", "apple_m2_ane", "apple_m3_ane", "apple_m4_ane", "apple_m5_ane"},
        {"xeon_8380", "xeon_8480", "xeon_8592", "xeon_6980p"},
        {"epyc_7742", "epyc_9654", "epyc_9755"},
        {"graviton3", "graviton4"},
        {"raspberry_pi_zero_2", "raspberry_pi_4", "raspberry_pi_5"},
        {"p4", "p40"},
        {"p100", "p100_sxm2"},
        {"v100", "v100_sxm2"},
    };
    // Where the bigger one is slower in something, and why.
    const std::map<std::string, std::string> reasons = {
        {"h100_nvl h100_sxm", "six stacks of HBM3 beside five"},
        {"b300_sxm gb300", "the totals of HGX B300 are rounded to one digit"},
        {"t4 l4", "a bus of 192 bit beside 256, which 48 MB of L2 make up for"},
        {"mi100 mi210", "104 compute units beside 120"},
    };
    for (const auto& family : families)
        for (std::size_t i = 0; i + 1 < family.size(); ++i) {
            const platform smaller = load_platform(family[i]);
            const platform bigger = load_platform(family[i + 1]);
            bool slower = bigger.bandwidth() < smaller.bandwidth();
            for (const peak& one : smaller.mode().peaks) {
                const double other = peak_of(bigger.mode(), one.numbers);
                slower = slower || (other > 0 && other < 0.999 * one.dense.value());
            }
            CAPTURE(family[i], family[i + 1]);
            CHECK(slower == reasons.contains(std::string(family[i]) + " " + family[i + 1]));
        }
}

TEST_CASE("the GPUs that gave up INT8 and FP64 say so by their figures") {
    // Blackwell Ultra trades both for FP4; its whitepapers list a thirtieth of the INT8 rate.
    CHECK(load_platform("b300_sxm").peak_for(int8).as.dense < load_platform("b200_sxm").peak_for(int8).as.dense);
    CHECK(load_platform("gb300").peak_for(int8).as.dense < load_platform("gb200").peak_for(int8).as.dense);
    CHECK(load_platform("gb300").peak_for(parse_precision("fp4")).as.dense >
          load_platform("gb200").peak_for(parse_precision("fp4")).as.dense);
}

TEST_CASE("no measured network beats the bound of its device, and the share that was attained is sensible") {
    const std::vector<attained_peak> all = attained_peaks();
    CHECK(all.size() >= 29);
    for (const attained_peak& one : all) {
        const platform device = load_platform(one.mode.empty() ? one.platform : one.platform + ":" + one.mode);
        const double share = one.share_of(device.peak_for(one.datatype).as);
        CAPTURE(one.platform, one.mode, to_string(one.datatype), share);
        CHECK(device.peak_for(one.datatype).native);
        CHECK(share < 0.75);
        CHECK((share > 0.1 || one.platform == "zcu104_bismo"));  // bit-serial products of a small MLP's batches
        if (one.datatype.weights.bits >= 8)
            CHECK(one.inputs_per_s < bound(load_network(one.network).work(one.keep), device));
        CHECK(detail::find_attained(all, one.platform, one.mode, one.datatype) == &one);
    }
    // 91,826 images/s x 8.2 GOP of 1979 TOP/s
    const attained_peak* const hopper = detail::find_attained(all, "h100_sxm", "", int8);
    REQUIRE(hopper != nullptr);
    CHECK(hopper->share_of(load_platform("h100_sxm").peak_for(int8).as) == Approx(0.38).margin(0.005));
}

TEST_CASE("every mode states its memories, power, clock, units and price, or says why it does not") {
    const auto is_explained = [](const platform& device, const std::string& key) {
        return std::any_of(device.sources.begin(), device.sources.end(), [&](const provenance& one) {
            return one.basis == "unknown" && one.pointer.ends_with("/" + key) && one.derivation.size() > 8;
        });
    };
    for (const platform& device : all_platforms()) {
        CAPTURE(device.id());
        CHECK_FALSE(device.vendor.empty());
        CHECK_FALSE(device.device_class.empty());
        CHECK((device.year > 0 || is_explained(device, "year")));
        CHECK((device.price_usd > 0 || is_explained(device, "price_usd")));
        for (const operating_mode& mode : device.modes()) {
            CAPTURE(mode.name);
            const bool has_power = is_known(mode.power) || is_known(mode.measured_power);
            CHECK((has_power || is_explained(device, "power_w")));
            CHECK((is_known(mode.clock) || is_explained(device, "clock_hz")));
            CHECK((mode.compute_units > 0 || is_explained(device, "compute_units")));
            bool has_on_chip = false;
            for (const memory_level& one : mode.memories) {
                CHECK((is_known(one.capacity) || is_explained(device, "capacity_bytes")));
                has_on_chip = has_on_chip || one.on_chip;
            }
            CHECK(has_on_chip);
        }
    }
}

TEST_CASE("prices say when they were asked") {
    for (const platform& device : all_platforms()) {
        CAPTURE(device.id());
        const auto said = std::find_if(device.sources.begin(), device.sources.end(),
                                       [](const provenance& one) { return one.pointer == "/price_usd"; });
        REQUIRE(said != device.sources.end());
        if (said->basis != "unknown") CHECK(said->derivation.find("20") != std::string::npos);
    }
}

TEST_CASE("a network of 25 MB does not fit a microcontroller") {
    const workload work = load_network("resnet50").work();
    for (const char* const id : {"stm32h743", "stm32f446", "esp32_s3", "nrf5340", "kendryte_k210"}) {
        CAPTURE(id);
        deployment how;
        how.datatype = int8;
        CHECK(predict(work, load_platform(id), how).feasible == feasibility::infeasible);
    }
}
