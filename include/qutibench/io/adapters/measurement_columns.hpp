// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/adapters/ingest.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench::detail {

/// Columns of a table by meaning; the reader's column count where it has none.
class measurement_columns {
public:
    struct timed {
        std::size_t at;
        double unit;
    };

    /// `mapped` pairs names of columns that this library knows with those that the table has in their place. Throws
    /// unknown_name for one that it does not know, and parse_error for one that the table does not have.
    measurement_columns(const csv_reader& rows, const ingest_options::pairs& mapped)
        : none_(rows.names().size()), rows_(&rows), mapped_(&mapped) {
        network = any({"network", "NN_Topology"});
        platform = any({"platform", "HWType"});
        mode = any({"mode", "Op mode"});
        datatype = any({"datatype", "Datatype", "Precision"});
        pruning_percent = any({"pruning_percent", "PruningFactor"});
        keep = any({"keep"});
        parameter = any({"deployment_parameter", "deployment"});
        value = any({"deployment_value", "batch/thread/stream"});
        batch = any({"batch"});
        threads = any({"threads"});
        stream = any({"stream"});
        level = any({"level"});
        layer = any({"layer"});
        block = any({"block"});
        scope = any({"scope"});
        statistic = any({"statistic"});
        call_operations = any({"GOPS"});
        mega_operations = any({"mega_ops"});
        top1_percent = any({"top1_percent", "top1 [%]", "top1"});
        top5_percent = any({"top5_percent", "top5 [%]", "top5"});
        top1 = any({"accuracy_top1"});
        top5 = any({"accuracy_top5"});
        power_base = any({"power_base_w", "Base_Pwr_W"});
        power_idle = any({"power_idle_w", "Idle_Pwr_W"});
        power = any({"power_full_w", "Full_Pwr_W", "power_w"});
        latency = {time("latency_system_", "lat-sys"), time("latency_compute_", "lat-comp"), time("latency_", "")};
        throughput = {any({"throughput_system_fps", "throughput_system_ips", "fps-system"}),
                      any({"throughput_compute_fps", "throughput_compute_ips", "fps-comp"}),
                      any({"throughput_fps", "throughput_ips"})};
        giga_rate = {any({"tp-system"}), any({"tp-comp"}), any({"throughput_gops"})};
        check_mapped();
    }

    [[nodiscard]] bool has(std::size_t column) const { return column != none_; }
    [[nodiscard]] bool has_figures() const {
        for (std::size_t i = 0; i < 3; ++i)
            if (has(latency[i].at) || has(throughput[i]) || has(giga_rate[i])) return true;
        return false;
    }

    std::size_t network, platform, mode, datatype, pruning_percent, keep, parameter, value, batch, threads, stream,
        level, layer, block, scope, statistic, call_operations, mega_operations, top1_percent, top5_percent, top1, top5,
        power_base, power_idle, power;
    std::array<timed, 3> latency{};  ///< of the system, of computing, of whatever the row says
    std::array<std::size_t, 3> throughput{};
    std::array<std::size_t, 3> giga_rate{};

private:
    [[nodiscard]] std::size_t any(std::initializer_list<std::string_view> names) {
        known_.insert(known_.end(), names.begin(), names.end());
        for (const std::string_view name : names) {
            for (const auto& [ours, theirs] : *mapped_)
                if (ours == name) return rows_->column(theirs);
        }
        for (const std::string_view name : names)
            if (rows_->has(name)) return rows_->column(name);
        return none_;
    }

    void check_mapped() const {
        for (const auto& [ours, theirs] : *mapped_)
            if (std::find(known_.begin(), known_.end(), ours) == known_.end())
                throw unknown_name("column of measurements", ours, nearest_name(ours, known_));
    }

    [[nodiscard]] timed time(std::string_view prefix, std::string_view portal) {
        for (const named_unit& unit : {named_unit{"ms", 1e-3}, {"s", 1.0}, {"us", 1e-6}, {"ns", 1e-9}}) {
            const std::string name = std::string(prefix) + std::string(unit.name);
            const std::size_t at = any({name});
            if (has(at)) return {at, unit.factor};
        }
        return {portal.empty() ? none_ : any({portal}), 1e-3};
    }

    std::size_t none_;
    const csv_reader* rows_;
    const ingest_options::pairs* mapped_;
    std::vector<std::string> known_{};  ///< names of columns that mean something
};

}  // namespace qutibench::detail
