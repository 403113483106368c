// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The efficiencies that T section 7.2 prints, computed again: best measured over predicted throughput of each network
/// on each device, of the whole system and of computing alone. T says that it compares computing; the ranges that it
/// prints for the GPU and the NCS2 are those of the system.
#pragma once

#include <qutibench/io/catalogue.hpp>
#include <qutibench/measure/efficiency.hpp>
#include <qutibench/study/published_measurements.hpp>

#include <array>
#include <limits>

namespace qutibench {

/// From the least to the largest of some efficiencies; NaN of none.
struct efficiency_range {
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();

    void take(double one) {
        if (!(one >= low)) low = one;
        if (!(one <= high)) high = one;
    }
};

/// A network in a datatype on a device, over its widths, modes and deployments.
struct printed_efficiency {
    std::string network{};
    std::string platform{};
    precision datatype{};
    std::string widths{};  ///< which ones: "all" or "1"
    efficiency_range printed{};
    std::string where{};  ///< in T
    efficiency_range system{};
    efficiency_range compute{};
};

namespace detail {

struct efficiency_in_text {
    std::string_view network, platform, datatype;
    bool all_widths;
    double low, high;
    std::string_view where;
};

// "up to 37 %" has no lower end. Of CNV the text says 12.5 %, but the figures are those of the whole network.
inline constexpr double no_end = std::numeric_limits<double>::quiet_NaN();
inline constexpr efficiency_in_text efficiencies_in_text[] = {
    {"googlenet_v1", "jetson_tx2", "fp16", true, no_end, 0.37, "7.2.2"},
    {"googlenet_v1", "jetson_tx2", "fp32", true, no_end, 0.52, "7.2.2"},
    {"resnet50", "jetson_tx2", "fp16", true, no_end, 0.60, "7.2.2"},
    {"resnet50", "jetson_tx2", "fp32", true, no_end, 0.71, "7.2.2"},
    {"cnv", "jetson_tx2", "fp16", false, 0.55, 0.57, "7.2.2, as of 12.5 %"},
    {"cnv", "jetson_tx2", "fp32", false, 0.69, 0.72, "7.2.2, as of 12.5 %"},
    {"cnv", "jetson_tx2", "fp16", true, 0.03, no_end, "7.2.2: 3 to 7 % the smallest"},
    {"cnv", "ncs2", "fp16", true, 0.01, 0.18, "7.2.3"},
    {"resnet50", "ncs2", "fp16", true, no_end, 0.27, "7.2.3"},
    {"cnv", "zcu104_finn", "int2", true, 0.08, 0.35, "figure 7.3"},
    {"cnv", "zcu104_finn", "int4", true, 0.08, 0.35, "figure 7.3"},
};

}  // namespace detail

/// The printed ranges beside the computed ones, from measurements as the portal publishes them. Throws parse_error.
[[nodiscard]] inline std::vector<printed_efficiency> printed_efficiencies(const adapter_input& level3) {
    std::vector<printed_efficiency> all;
    for (const detail::efficiency_in_text& one : detail::efficiencies_in_text)
        all.push_back({std::string(one.network),
                       std::string(one.platform),
                       parse_precision(one.datatype),
                       one.all_widths ? "all" : "1",
                       {one.low, one.high},
                       std::string(one.where)});
    for (const measured_scope scope : {measured_scope::system, measured_scope::compute}) {
        std::vector<measurement> rows = published_measurements(level3, scope);
        std::erase_if(rows, [&](const measurement& one) { return one.scope != scope; });
        for (const measurement* best : best_of(rows))
            for (printed_efficiency& row : all) {
                if (row.network != best->network || row.platform != best->platform ||
                    !(row.datatype == best->datatype) || (row.widths == "1" && best->keep != 1))
                    continue;
                const workload net = load_network(best->network).work(best->keep);
                const double share = efficiency(*best, net, detail::load_base_platform(best->platform)).efficiency;
                (scope == measured_scope::system ? row.system : row.compute).take(share);
            }
    }
    return all;
}

/// The same from the catalogue's own table.
[[nodiscard]] inline std::vector<printed_efficiency> printed_efficiencies() {
    return printed_efficiencies(published_data("level3.csv"));
}

}  // namespace qutibench
