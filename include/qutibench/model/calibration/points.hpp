// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a calibration is made from: measured throughputs, and the networks that they belong to.
#pragma once

#include <qutibench/model/calibration/kernels.hpp>

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>

namespace qutibench {

/// How inputs reach a device.
enum class feeding : unsigned char {
    batch,    ///< `value` inputs in one call
    threads,  ///< `value` calls of `call_batch` inputs side by side
    stream,   ///< `value` inputs one after the other through a pipeline
};
template <>
inline constexpr enumeration<3> names_of<feeding>{"deployment", {"batch", "threads", "stream"}};

/// How a network is run, as far as measurements tell runs apart.
struct measured_run {
    std::string mode{};  ///< of the platform; empty: its first
    precision datatype{};
    feeding how = feeding::batch;
    std::int64_t value = 1;
    std::int64_t call_batch = 1;  ///< inputs of each call when threads feed the device

    /// Inputs of one call.
    [[nodiscard]] std::int64_t batch() const { return how == feeding::batch ? value : call_batch; }
    /// Calls side by side; 0 when one call follows the other.
    [[nodiscard]] std::int64_t threads() const { return how == feeding::threads ? value : 0; }
};

/// One measured throughput. Runs of one `network` (a key of the network set, pruning included) are held out together.
struct calibration_point {
    std::string network{};
    measured_run run{};
    double throughput_ips = std::numeric_limits<double>::quiet_NaN();  ///< inputs per second; NaN: not measured
};

/// The networks of a calibration by key. Pointers to them stay valid while the set grows.
class network_set {
public:
    /// Throws invalid_argument when the workload has no multiply-accumulates. A key that is there already is kept.
    void add(const std::string& key, const workload& net) {
        if (find(key) == nullptr) add(key, fitting::kernels_of(net));
    }

    /// A pruned network of which only totals are published, with the layers of the network that it was pruned from.
    void add_pruned(const std::string& key, const workload_totals& totals, const workload& parent) {
        if (find(key) == nullptr) add(key, fitting::scaled_to(fitting::kernels_of(parent), totals, key));
    }

    /// A network by its kernels.
    void add(const std::string& key, fitting::kernel_table table) {
        if (find(key) != nullptr) return;
        table.name = key;
        tables_.push_back(std::move(table));
    }

    [[nodiscard]] const fitting::kernel_table* find(std::string_view key) const {
        for (const fitting::kernel_table& one : tables_)
            if (one.name == key) return &one;
        return nullptr;
    }

    /// Throws unknown_name with the nearest key.
    [[nodiscard]] const fitting::kernel_table& at(std::string_view key) const {
        if (const fitting::kernel_table* found = find(key)) return *found;
        std::vector<std::string_view> names;
        for (const fitting::kernel_table& one : tables_) names.push_back(one.name);
        throw unknown_name("network", key, detail::nearest_name(key, names));
    }

    [[nodiscard]] std::size_t size() const { return tables_.size(); }

private:
    std::deque<fitting::kernel_table> tables_;
};

}  // namespace qutibench
