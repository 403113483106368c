// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The perf.yaml of a model of AI Hub Models: latencies on phones and boards under several runtimes.
#pragma once

#include <qutibench/io/adapters/published.hpp>

#include <optional>
#include <string>
#include <vector>

namespace qutibench {

namespace detail {

inline bool is_ai_hub(std::string_view head) {
    return head.find("\nprecisions:") != head.npos && head.find("performance_metrics:") != head.npos;
}

/// A float network runs in 16 bits on these processors; mixed precisions are no one format.
[[nodiscard]] inline std::optional<precision> ai_hub_precision(std::string_view name) {
    if (name == "float") return fp16;
    if (name == "w8a8") return int8;
    if (name == "w8a16") return parse_precision("int8xint16");
    if (name == "w4a16") return parse_precision("int4xint16");
    return std::nullopt;
}

/// The keys that lead to a line of block mappings, by indentation.
class yaml_path {
public:
    struct step {
        std::size_t indent;
        std::string key;
    };

    /// Takes a line in; returns what stands behind its key, nothing of a line without one.
    std::optional<std::string_view> take(std::string_view line) {
        const std::size_t indent = line.find_first_not_of(' ');
        if (indent == line.npos || line[indent] == '-' || line[indent] == '#') return std::nullopt;
        line.remove_prefix(indent);
        const std::size_t colon = line.find(':');
        if (colon == line.npos) return std::nullopt;
        while (!steps_.empty() && steps_.back().indent >= indent) steps_.pop_back();
        steps_.push_back({indent, std::string(unquoted(line.substr(0, colon)))});
        return unquoted(trimmed(line.substr(colon + 1)));
    }

    [[nodiscard]] const std::vector<step>& steps() const { return steps_; }

private:
    static std::string_view unquoted(std::string_view text) {
        const bool quoted = text.size() > 1 && text.front() == text.back() && (text[0] == '"' || text[0] == '\'');
        return quoted ? text.substr(1, text.size() - 2) : text;
    }

    std::vector<step> steps_;
};

/// What one runtime reached on one device.
struct ai_hub_run {
    std::string precision{}, component{}, device{}, runtime{};
    double latency = not_stated;
    bool is_on_npu = false;
    std::int64_t line = 0;
};

inline void emit_ai_hub(ingest& run, const ai_hub_run& of) {
    const std::string network = id_of(of.component), device = id_of(of.device);
    const std::optional<precision> numbers = ai_hub_precision(of.precision);
    const ingest_options& wanted = run.options();
    if (!of.is_on_npu || of.latency != of.latency || !numbers) return;
    if (!is_wanted(network, wanted.network) || !is_wanted(device, wanted.platform) ||
        !is_wanted(of.runtime, wanted.mode) || (wanted.datatype && !(*wanted.datatype == *numbers)))
        return;
    stated_facts said;
    said.network = network;
    said.platform = device;
    said.mode = of.runtime;
    said.datatype = numbers;
    said.batch = 1;
    said.is_row = true;
    measurement one = run.record(said, of.line);
    if (run.wants_compute()) one.warn(caution::other_scope);
    run.set_latency(one, {{"", of.latency}});
    run.emit(std::move(one));
}

/// precisions: NAME: components: NAME: performance_metrics: DEVICE: RUNTIME: {inference_time_milliseconds, ...}
inline void read_ai_hub(ingest& run) {
    yaml_path path;
    ai_hub_run now;
    const auto key = [&](std::size_t depth) -> const std::string& { return path.steps()[depth].key; };
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const std::optional<std::string_view> value = path.take(lines.text());
        if (!value || path.steps().size() < 7) continue;
        if (key(0) != "precisions" || key(2) != "components" || key(4) != "performance_metrics") continue;
        if (path.steps().size() == 7) {
            emit_ai_hub(run, now);
            now = {key(1), key(3), key(5), key(6), not_stated, false, lines.number()};
        } else if (key(7) == "inference_time_milliseconds" && path.steps().size() == 8) {
            lines.require_end();
            now.latency = read_figure(*value, [&](const std::string& reason) { lines.fail(reason); }) * 1e-3;
            now.line = lines.number();
        } else if (key(7) == "primary_compute_unit") {
            now.is_on_npu = *value == "NPU";
        }
    }
    emit_ai_hub(run, now);
    require_rows(run, "latency of an NPU");
}

}  // namespace detail

namespace adapters {

/// qai_hub_models/models/*/perf.yaml. Traps: devices that share a chip may share a measurement; what did not run on the
/// NPU, and mixed precisions, are passed over. Network, platform, mode (the runtime) and datatype choose rows.
inline constexpr adapter ai_hub{"ai_hub", "ai_hub", "AI Hub Models' perf.yaml", &detail::is_ai_hub,
                                &detail::read_ai_hub};

}  // namespace adapters

}  // namespace qutibench
