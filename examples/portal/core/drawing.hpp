// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A network as the page draws it: its layers with what they read, and the time that each takes on a device.
#pragma once

#include "session.hpp"

#include <algorithm>

namespace portal {

/// Layers of `network` at width `keep` with the indices of those that they read, and, where `selection` has an answer,
/// the seconds that each takes in the fastest one, in a call of one kernel after the other; null for a layer that runs
/// in another's kernel, which `runs_in` names.
[[nodiscard]] inline record drawing(session& known, const qutibench::detail::json_reader& asked) {
    asked.expect_keys({"network", "keep", "selection"});
    const auto rows = known.answer(asked["selection"]).rows;
    const auto fastest = std::max_element(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        return a.prediction.throughput() < b.prediction.throughput();
    });
    const auto work =
        fastest != rows.end() ? fastest->work : known.work(asked["network"].text(), asked["keep"].number());
    record layers = to_record(*work)["layers"];
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const qutibench::layer_workload& one = work->layers()[i];
        layers[i]["reads"] = work->producers(one);
        layers[i]["runs_in"] = one.fused_into;
        layers[i]["time_s"] = nullptr;
        layers[i]["bound"] = nullptr;
    }
    record all = {{"layers", std::move(layers)}, {"estimate", nullptr}};
    if (fastest == rows.end()) return all;
    for (const qutibench::kernel_estimate& one : explain(*work, *fastest->device, fastest->how).kernels) {
        record& layer = all["layers"][static_cast<std::size_t>(one.layer)];
        layer["time_s"] = one.time;
        layer["bound"] = to_string(one.bound);
    }
    all["estimate"] = to_record(*fastest);
    return all;
}

}  // namespace portal
