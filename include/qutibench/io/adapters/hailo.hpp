// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/adapters/ingest.hpp>

namespace qutibench {

namespace detail {

inline bool is_hailo(std::string_view head) {
    return head.find("(hw_only)") != head.npos && head.find("FPS") != head.npos;
}

/// `text` with every run of blanks as one.
[[nodiscard]] inline std::string single_blanks(std::string_view text) {
    std::string single;
    for (const char one : trimmed(text)) {
        const bool blank = one == ' ' || one == '\t';
        if (!blank || single.back() != ' ') single += blank ? ' ' : one;
    }
    return single;
}

inline void read_hailo(ingest& run) {
    double compute_rate = not_stated, system_rate = not_stated, latency = not_stated, power = not_stated;
    std::int64_t line = 0;
    std::string network;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string text = single_blanks(lines.text());
        const auto take = [&](double& into, double value) {
            if (value != value) return;
            lines.require_end();
            into = value;
            if (line == 0) line = lines.number();
        };
        if (text.starts_with("Network ") && text.find('/') != text.npos) network = text.substr(8, text.find('/') - 8);
        take(compute_rate, number_after(text, "FPS (hw_only) =", refuse));
        if (text.starts_with("(streaming) =") || text.starts_with("FPS (streaming) ="))
            take(system_rate, number_after(text, "(streaming) =", refuse));
        take(latency, quantity_after(text, "Latency (hw) =", time_units, refuse));
        take(power, quantity_after(text, "Power in streaming mode (average) =", power_units, refuse));
    }
    if (compute_rate != compute_rate && system_rate != system_rate)
        run.fail_without("line 'FPS (hw_only) =' or '(streaming) ='");
    stated_facts said;
    said.network = network;
    measurement one = run.record(said, line);
    const bool compute = run.wants_compute() ? compute_rate == compute_rate : system_rate != system_rate;
    one.scope = compute ? measured_scope::compute : measured_scope::system;
    if (one.scope != run.options().scope) one.warn(caution::other_scope);
    one.throughput = quantity_of<inputs_per_second>(compute ? compute_rate : system_rate);
    if (compute && latency == latency) {
        run.set_latency(one, {{"mean", latency}});
        one.warn(caution::separate_runs);
    }
    one.power = quantity_of<watts>(power);
    run.emit(std::move(one));
}

}  // namespace detail

namespace adapters {

/// What `hailortcli benchmark` prints. Traps: the device is a pipeline, so throughput is not one over latency, and the
/// two come from different runs; the latency is the device's own, so the system's record has none.
inline constexpr adapter hailo{"hailo", "hailo", "what hailortcli benchmark prints", &detail::is_hailo,
                               &detail::read_hailo};

}  // namespace adapters

}  // namespace qutibench
