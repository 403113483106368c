// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The table of inference rates that PyTorch Image Models (timm) publishes of its networks on GPUs and CPUs.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>

namespace qutibench {

namespace detail {

inline bool is_timm(std::string_view head) {
    const std::string_view first = head.substr(0, head.find('\n'));
    return first.starts_with("model,") && first.find("infer_samples_per_sec") != first.npos &&
           first.find("infer_batch_size") != first.npos;
}

/// One network a row. The datatype is the file name's ("amp", "fp32"), so the caller says it.
inline void read_timm(ingest& run) {
    csv_reader rows = run.input().csv();
    const std::size_t model = rows.column("model"), rate = rows.column("infer_samples_per_sec"),
                      batch = rows.column("infer_batch_size");
    const std::string& wanted = run.options().network;
    const auto refuse = [&](const std::string& reason) { rows.fail(reason); };
    while (rows.next()) {
        const std::string_view name = bare(rows[model]);
        if (!wanted.empty() && name != wanted) continue;
        std::int64_t inputs = 0;
        if (!parse_number(bare(rows[batch]), inputs) || inputs < 1) refuse("infer_batch_size is not a whole number");
        stated_facts said;
        said.network = name;
        said.batch = inputs;
        said.is_row = true;
        measurement one = run.record(said, static_cast<std::int64_t>(rows.line()));
        one.throughput = quantity_of<inputs_per_second>(read_figure(rows[rate], refuse));
        run.emit(std::move(one));
    }
    if (run.count() == 0) run.fail_without(wanted.empty() ? "row of a network" : "row of the network '" + wanted + "'");
}

}  // namespace detail

namespace adapters {

/// timm's results/benchmark-infer-*.csv. Traps: the datatype stands in the file's name alone ("amp" is fp16), and rows
/// are whole batches under PyTorch with the transfer to the device left out.
inline constexpr adapter timm{"timm", "timm", "timm's benchmark-infer CSV", &detail::is_timm, &detail::read_timm};

}  // namespace adapters

}  // namespace qutibench
