// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// NVIDIA Nsight Compute: `ncu --csv`, the details page and the raw page.
#pragma once

#include <qutibench/io/adapters/kernel_times.hpp>

namespace qutibench {

namespace detail {

/// Where the header of Nsight Compute's CSV starts, behind what the profiler and the program print; npos without one.
[[nodiscard]] inline std::size_t nsight_header(std::string_view text) {
    for (std::size_t at = 0; at != text.npos && at < text.size();) {
        const std::string_view line = text.substr(at, text.find('\n', at) - at);
        if (line.starts_with("\"ID\",") && line.find("\"Kernel Name\"") != line.npos) return at;
        at = text.find('\n', at);
        if (at != text.npos) ++at;
    }
    return std::string_view::npos;
}

inline bool is_nsight_compute(std::string_view head) {
    return nsight_header(head) != std::string_view::npos;
}

/// Reads either page: one metric to a row, or one launch to a row with the units in a row of their own.
class nsight_reader {
public:
    explicit nsight_reader(ingest& run) : run_(&run), kernels_(run) {
        chunk_reader chunks = run.input().chunks();
        for (std::string_view chunk = chunks.next(); !chunk.empty(); chunk = chunks.next()) {
            text_ += chunk;
            if (text_.size() > piece_limit)
                throw parse_error(run.input().name(), "", "this profile has more than 64 MiB");
        }
        const std::size_t at = nsight_header(text_);
        if (at == text_.npos) run.fail_without("header with \"ID\" and \"Kernel Name\"");
        before_ = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
        text_.erase(0, at);
    }

    void read() {
        csv_reader rows = csv_reader::over(std::move(text_), run_->input().name());
        if (rows.has("Metric Name"))
            read_details(rows);
        else
            read_raw(rows);
        kernels_.emit();
    }

private:
    static constexpr named_unit times[] = {{"nsecond", 1e-9}, {"ns", 1e-9}, {"usecond", 1e-6}, {"us", 1e-6},
                                           {"msecond", 1e-3}, {"ms", 1e-3}, {"second", 1.0},   {"s", 1.0}};
    static constexpr named_unit sizes[] = {{"byte", 1.0},  {"B", 1.0},  {"Kbyte", 1e3}, {"KB", 1e3},
                                           {"Mbyte", 1e6}, {"MB", 1e6}, {"Gbyte", 1e9}, {"GB", 1e9}};

    template <std::size_t Count>
    [[nodiscard]] static double figure(const csv_reader& rows, std::string_view value, std::string_view unit,
                                       const named_unit (&units)[Count]) {
        const auto refuse = [&](const std::string& reason) { rows.fail(reason); };
        const double factor = unit_factor(trimmed(unit), units);
        if (factor == 0) refuse(message({"the unit '", unit, "' is unknown"}));
        return read_figure(value, refuse, thousands::commas) * factor;
    }

    void read_details(csv_reader& rows) {
        const std::size_t id = rows.column("ID"), kernel = rows.column("Kernel Name"),
                          metric = rows.column("Metric Name"), unit = rows.column("Metric Unit"),
                          value = rows.column("Metric Value");
        std::string present, name;
        double time = not_stated, traffic = not_stated;
        std::int64_t line = 0;
        const auto close = [&] {
            if (time == time) kernels_.add(name, time, line, traffic);
            time = traffic = not_stated;
        };
        while (rows.next()) {
            if (rows[id] != present) {
                close();
                present = rows[id];
                name = rows[kernel];
                line = before_ + static_cast<std::int64_t>(rows.line());
            }
            const std::string_view what = rows[metric];
            if (what == "Duration" || what == "gpu__time_duration.sum")
                time = figure(rows, rows[value], rows[unit], times);
            if (what == "dram__bytes.sum") traffic = figure(rows, rows[value], rows[unit], sizes);
        }
        close();
    }

    void read_raw(csv_reader& rows) {
        const std::size_t id = rows.column("ID"), kernel = rows.column("Kernel Name"),
                          time = rows.column("gpu__time_duration.sum");
        const bool has_traffic = rows.has("dram__bytes.sum");
        const std::size_t traffic = has_traffic ? rows.column("dram__bytes.sum") : 0;
        std::string time_unit, traffic_unit;
        while (rows.next()) {
            if (trimmed(rows[id]).empty()) {
                time_unit = rows[time];
                if (has_traffic) traffic_unit = rows[traffic];
                continue;
            }
            kernels_.add(rows[kernel], figure(rows, rows[time], time_unit, times),
                         before_ + static_cast<std::int64_t>(rows.line()),
                         has_traffic ? figure(rows, rows[traffic], traffic_unit, sizes) : not_stated);
        }
    }

    ingest* run_;
    kernel_times kernels_;
    std::string text_;
    std::int64_t before_ = 0;
};

}  // namespace detail

namespace adapters {

/// `ncu --csv`, with or without `--page raw`. A part is a kernel, its latency that of one launch. Traps: units per
/// metric, thousands separators; kernels run one after the other and clocks are held at their base unless
/// `--clock-control none`, so times are not those of a run without the profiler.
inline constexpr adapter nsight_compute{"nsight_compute", "nsight_compute", "NVIDIA Nsight Compute, ncu --csv",
                                        &detail::is_nsight_compute,
                                        [](ingest& run) { detail::nsight_reader(run).read(); }};

}  // namespace adapters

}  // namespace qutibench
