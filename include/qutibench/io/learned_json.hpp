// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the learned form and single kernels add to a calibration's JSON: they predict alike once read back.
#pragma once

#include <qutibench/io/population_json.hpp>
#include <qutibench/model/calibration/kernel_process.hpp>
#include <qutibench/model/calibration/learned_fit.hpp>

#include <memory>

namespace qutibench::detail {

[[nodiscard]] inline ordered_json learned_json(const fitting::learned_fit& of) {
    ordered_json residuals = ordered_json::array();
    for (const fitting::residual_weight& one : of.residuals)
        residuals.push_back({{"weight", one.weight}, {"likeness", one.likeness}});
    return {{"population", population_json(*of.from)},
            {"reference",
             {of.reference.peak, of.reference.bandwidth, of.reference.weight_bytes, of.reference.activation_bytes}},
            {"rates", rates_json(of.rates)},
            {"covariance", covariance_json(of.covariance)},
            {"noise", of.noise},
            {"residual_scale", of.residual_scale},
            {"residence", of.from->has_regimes ? residence_json(of.residence) : ordered_json::array()},
            {"residuals", std::move(residuals)}};
}

[[nodiscard]] inline fitting::learned_fit learned_at(const json_reader& at) {
    at.expect_keys(
        {"population", "reference", "rates", "covariance", "noise", "residual_scale", "residence", "residuals"});
    fitting::learned_fit out;
    out.from = std::make_shared<fitting::population>(population_at(at["population"]));
    const auto reference = at["reference"].elements();
    if (reference.size() != 4)
        at["reference"].fail("must hold peak, bandwidth and the bytes of a weight and an activation");
    out.reference = {reference[0].positive(), reference[1].positive(), reference[2].positive(),
                     reference[3].positive()};
    out.rates = rates_at(at["rates"]);
    out.covariance = covariance_at(at["covariance"]);
    out.noise = at["noise"].positive();
    out.residual_scale = at["residual_scale"].number();
    if (const auto found = at.find("residence"); found && !found->elements().empty())
        out.residence = residence_at(*found);
    for (const json_reader& one : at["residuals"].elements()) {
        one.expect_keys({"weight", "likeness"});
        out.residuals.push_back({likeness_at(one["likeness"]), one["weight"].number()});
    }
    return out;
}

[[nodiscard]] inline ordered_json kernels_json(const fitting::kernel_process& of) {
    ordered_json seen = ordered_json::array();
    for (std::size_t i = 0; i < of.seen.size(); ++i) {
        const fitting::kernel_point& one = of.seen[i];
        seen.push_back({{"kind", std::string(to_string(one.kind))},
                        {"compute_s", one.compute},
                        {"memory_s", one.memory},
                        {"extents", one.extents},
                        {"fills", one.fills},
                        {"weight", of.weights[i]}});
    }
    return {{"compute", of.compute}, {"memory", of.memory}, {"launch_s", of.launch},
            {"middle", of.middle},   {"noise", of.noise},   {"seen", std::move(seen)}};
}

[[nodiscard]] inline fitting::kernel_kind kernel_kind_at(const json_reader& at) {
    return at.checked([&] { return parse_name<fitting::kernel_kind>(at.text()); });
}

[[nodiscard]] inline fitting::kernel_process kernels_at(const json_reader& at) {
    at.expect_keys({"compute", "memory", "launch_s", "middle", "noise", "seen"});
    fitting::kernel_process out;
    out.compute = at["compute"].positive();
    out.memory = at["memory"].positive();
    out.launch = at["launch_s"].positive();
    out.middle = at["middle"].number();
    out.noise = at["noise"].positive();
    for (const json_reader& one : at["seen"].elements()) {
        one.expect_keys({"kind", "compute_s", "memory_s", "extents", "fills", "weight"});
        fitting::kernel_point point;
        point.kind = kernel_kind_at(one["kind"]);
        point.compute = one["compute_s"].positive();
        point.memory = one["memory_s"].positive();
        read_numbers(
            one["extents"], [&](std::size_t i, double value) { point.extents[i] = value; }, fitting::kernel_extents);
        read_numbers(one["fills"], [&](std::size_t i, double value) { point.fills[i] = value; }, fitting::kernel_fills);
        out.seen.push_back(point);
        out.weights.push_back(one["weight"].number());
    }
    return out;
}

}  // namespace qutibench::detail
