// SPDX-License-Identifier: BSD-3-Clause
// Tables 2.4 and 2.5 of the thesis against the catalogue: every peak it prints with a known datatype is kept, and its
// operations per watt follow from its own peak and power.
#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/csv.hpp>

#include <cmath>
#include <map>

#include "catch.hpp"

using namespace qutibench;

namespace {

struct home {
    const char* id;
    const char* datatype;
};

// What is not here has no datatype that the tables name: Graphcore, Groq and Nervana, ARM's ML processor.
const std::map<std::string, home> homes = {
    {"Intel CascadeLake 92xx (56cores) [92] FP64", {"xeon_cascadelake_92xx", "fp64"}},
    {"Intel CascadeLake 82xx (28cores) [92] FP64", {"xeon_cascadelake_82xx", "fp64"}},
    {"AMD Epyc 7742 (28cores) [95] FP64", {"epyc_7742", "fp64"}},
    {"Quadro RTX 6000 [99] FP16", {"quadro_rtx_6000", "fp16"}},
    {"NVIDIA V100 [93] FP32", {"v100", "fp32"}},
    {"NVIDIA V100 FP16", {"v100", "fp16"}},
    {"NVIDIA P100 [113] FP32", {"p100", "fp32"}},
    {"NVIDIA P100 FP16", {"p100", "fp16"}},
    {"NVIDIA P40 [114] INT8", {"p40", "int8"}},
    {"NVIDIA P4 INT8", {"p4", "int8"}},
    {"AMD Vega10 [115] FP32", {"vega10", "fp32"}},
    {"Google TPUv1 [100] INT8", {"tpu_v1", "int8"}},
    {"Google TPUv2 [15] FP16", {"tpu_v2", "fp16"}},
    {"Google TPUv3 [101] FP16", {"tpu_v3", "fp16"}},
    {"Wavecomputing 1DPU INT8", {"wave_dpu", "int8"}},
    {"Xilinx VU9P 2b/8b", {"vu9p", "w2a8"}},
    {"Xilinx VU9P 2b/4b", {"vu9p", "w2a4"}},
    {"Xilinx VU9P 2b/2b", {"vu9p", "int2"}},
    {"Microsoft Brainwave Stratix X [107] FP8", {"stratix_10_gx2800", "fp8"}},
    {"ARM Cortex-A53 using gemmlowp; Ultra96 INT8", {"ultra96_a53", "int8"}},
    {"Bitserial Cortex-A57; Jetson TX1 [116] BIN", {"cortex_a57_bitserial", "binary"}},
    {"NVIDIA AGX (30W) [98] FP32", {"jetson_agx_xavier:30w", "fp32"}},
    {"NVIDIA AGX (30W) [98] FP16", {"jetson_agx_xavier:30w", "fp16"}},
    {"NVIDIA TX2 (MaxP) [97] FP32", {"jetson_tx2:maxp", "fp32"}},
    {"NVIDIA TX2 (MaxP) [97] FP16", {"jetson_tx2:maxp", "fp16"}},
    {"Movidius Myriad 2 [102] INT8", {"ncs", "int8"}},
    {"Movidius Myriad X [117] INT8", {"ncs2", "int8"}},
    {"Kalray MPPA Turbocard3 [118] FP32", {"kalray_turbocard3", "fp32"}},
    {"BinarEye [103] BIN", {"binareye", "binary"}},
    {"BNN Custom Fabric [104] BIN", {"bnn_custom_fabric", "binary"}},
    {"Stripes Bitserial ASIC [112] BIN", {"stripes", "binary"}},
    {"IBM AI Accelerator [105] ⁴ BIN", {"ibm_ai_accelerator", "binary"}},
    {"Eyeriss [60] INT16", {"eyeriss", "int16"}},
    {"DianNao [120] INT16", {"diannao", "int16"}},
    {"EIE(28nm) [121] INT4", {"eie", "int4"}},
    {"Cambricon-X [110] INT16", {"cambricon_x", "int16"}},
    {"Lattice SenseAI [106] BIN", {"lattice_sensai", "binary"}},
    {"BISMO biserial on PYNQ [111] BIN", {"pynq_bismo", "binary"}},
    {"FINN on ZC706 [34] BIN", {"zc706", "binary"}},
    {"ZCU104 (Deephi-666MHz) INT8", {"zcu104_dpu", "int8"}},
    {"ZCU104 (Theoretical-775MHz) INT8", {"zcu104_dpu", "int8"}},
    {"GX1150 on HARPv2 [122] BIN", {"arria_10_gx1150", "binary"}},
};

/// The number that a cell starts with: "130.5^{*}", "30W", "0.09 - 2.8*", ".575".
double leading(std::string_view cell) {
    const std::size_t size = std::min(cell.find_first_not_of("0123456789."), cell.size());
    double value = std::numeric_limits<double>::quiet_NaN();
    return detail::parse_number(cell.substr(0, size), value) ? value : std::numeric_limits<double>::quiet_NaN();
}

/// Whether a platform's file states `tops` for a datatype, as its peak or as another source's.
bool states(const platform& device, const std::string& datatype, double tops) {
    const double wanted = tops * 1e12;
    for (const peak& one : device.mode().peaks) {
        if (!(one.numbers == parse_precision(datatype))) continue;
        if (std::abs(one.dense.value() - wanted) <= 1e-9 * wanted || one.sparse.value() == wanted) return true;
    }
    for (const provenance& one : device.sources) {
        constexpr std::string_view said = "another source states ";
        if (one.derivation.find(said) != 0 || one.pointer.find("operations_per_second") == std::string::npos) continue;
        if (std::abs(leading(std::string_view(one.derivation).substr(said.size())) - wanted) <= 1e-9 * wanted)
            return true;
    }
    return false;
}

}  // namespace

TEST_CASE("every peak of tables 2.4 and 2.5 with a known datatype is in the catalogue") {
    csv_reader rows = csv_reader::open(QUTIBENCH_TEST_DATA_DIR "/tables_2_4_and_2_5_platforms.csv");
    std::vector<std::string> without;
    std::size_t found = 0;
    while (rows.next()) {
        const std::string label = std::string(rows[2]) + " " + std::string(rows[3]);
        const auto at = homes.find(label);
        if (at == homes.end()) {
            without.push_back(label);
            continue;
        }
        CAPTURE(label);
        CHECK(states(load_platform(at->second.id), at->second.datatype, leading(rows[4])));
        ++found;
    }
    CHECK(found == homes.size());
    CHECK(without == std::vector<std::string>{"Graphcore Custom", "Groq unknown", "Nervana custom16",
                                              "ARM ML Processor [119] unknown"});
}

TEST_CASE("operations per watt of tables 2.4 and 2.5 follow from the catalogue's peak and power") {
    csv_reader rows = csv_reader::open(QUTIBENCH_TEST_DATA_DIR "/tables_2_4_and_2_5_platforms.csv");
    int compared = 0;
    while (rows.next()) {
        const std::string label = std::string(rows[2]) + " " + std::string(rows[3]);
        const auto at = homes.find(label);
        const std::string_view cell = rows[7];
        const double printed = leading(cell);
        if (at == homes.end() || std::isnan(printed)) continue;
        const platform device = load_platform(at->second.id);
        // Its own note says why: the chip's power alone, another unit, or a power printed for 28 nm.
        if (!is_known(device.power()) || label.starts_with("EIE") || label.starts_with("GX1150")) continue;
        CAPTURE(label, device.power().value());
        const double watts = label.starts_with("Movidius Myriad 2") ? 1.2 : device.power().value();
        const std::size_t point = cell.find('.');
        const double digits =
            point == std::string_view::npos
                ? 0
                : static_cast<double>(cell.substr(point + 1).find_first_not_of("0123456789") == std::string_view::npos
                                          ? cell.size() - point - 1
                                          : 0);
        CHECK(std::abs(leading(rows[4]) / watts - printed) < std::pow(10.0, -digits));
        ++compared;
    }
    CHECK(compared >= 24);
}
