// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What doubling parts of its device would buy an answer, as JSON objects.
#pragma once

#include <qutibench/ask/records.hpp>
#include <qutibench/explore/doubling.hpp>

namespace qutibench {

/// A row for the device as it is and for each part doubled, with the keys of the command line's JSON. Throws
/// invalid_argument on the answer of a calibration or of several devices, and what `doublings` throws.
[[nodiscard]] inline std::vector<record> doubling_records(const answer& of) {
    if (of.fitted) detail::raise(invalid_argument("sensitivity doubles parts of a device in the model's answer"));
    std::vector<record> rows;
    for (const doubling& part : doublings(*of.work, *of.device, of.how)) {
        const estimate& figures = part.prediction;
        rows.push_back({{"network", of.network},
                        {"platform", of.device->id()},
                        {"datatype", to_string(of.how.datatype)},
                        {"batch", of.how.batch},
                        {"doubled", part.key},
                        {"meaning", part.says},
                        {"throughput_ips", figures.throughput().value()},
                        {"latency_s", figures.latency().value()},
                        {"gain", part.gain},
                        {"bound", to_string(figures.bound())}});
    }
    return rows;
}

}  // namespace qutibench
