// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What platform files say beyond what the models need: an FPGA's resources, which operators its software runs,
/// remarks.
#pragma once

#include <qutibench/hardware/fpga.hpp>
#include <qutibench/io/json/platform.hpp>

namespace qutibench {

/// What a platform's file says besides the platform; absent resources are not stated.
struct platform_details {
    std::optional<fpga_resources> resources{};
    double utilization = 1;  ///< share of the resources that a design can use
    operator_support operators{};
    std::vector<std::string> notes{};
    std::vector<std::string> aliases{};  ///< other names that people type
};

/// The details in a platform's file; throws parse_error with a JSON pointer.
[[nodiscard]] platform_details parse_platform_details(std::string_view text, const std::string& source = "platform");

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/json/platform_document.hpp>
namespace qutibench {

namespace detail {

[[nodiscard]] inline fpga_resources resources_of(const json_reader& at, figure_reader& figures) {
    const auto count = [&](std::string_view key) {
        const double value = figures.read_if_any(at, key, count_figure);
        if (value > 1e15) at[key].fail("no device has that many");
        return value == value ? static_cast<std::int64_t>(value) : 0;
    };
    fpga_resources has;
    has.luts = count("lut");
    has.dsps = count("dsp");
    has.bram18 = count("bram18");
    has.urams = count("uram");
    has.flip_flops = count("ff");
    return has;
}

}  // namespace detail

QUTIBENCH_INLINE platform_details parse_platform_details(std::string_view text, const std::string& source) {
    const detail::json document = detail::parse_json(text, source);
    const detail::json_reader reader(document, source);
    const platform device = detail::platform_document(reader).read();
    detail::figure_reader figures(reader);
    platform_details details;
    details.operators = device.operators;
    details.notes = detail::texts_of(reader, "notes");
    details.aliases = detail::texts_of(reader, "aliases");
    if (const auto resources = reader.find("resources")) {
        details.resources = detail::resources_of(*resources, figures);
        const double share = figures.read_if_any(*resources, "utilization", detail::share_figure);
        if (share == share) details.utilization = share;
    }
    return details;
}

}  // namespace qutibench
#endif
