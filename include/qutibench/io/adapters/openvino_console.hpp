// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What OpenVINO's benchmark_app prints, the Python and the C++ tool, from 2020 to today.
#pragma once

#include <qutibench/io/adapters/openvino.hpp>

namespace qutibench {

namespace detail {

inline bool is_openvino_console(std::string_view head) {
    const bool steps = head.find("[Step 1") != head.npos && head.find("Measuring performance") != head.npos;
    const bool counted = head.find("Count:") != head.npos && head.find("iterations") != head.npos;
    return (steps || counted) && head.find("Throughput:") != head.npos && head.find(" FPS") != head.npos;
}

/// Collects what benchmark_app says of its run.
class openvino_console {
public:
    explicit openvino_console(ingest& run) : run_(&run) {}

    void read() {
        line_reader lines = run_->input().lines();
        while (lines.next()) read_line(lines);
        if (rate_ != rate_) run_->fail_without("line 'Throughput: ... FPS'");
        emit();
    }

private:
    void read_line(const line_reader& lines) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        std::string_view text = lines.text();
        run_->heed(text);
        if (const std::size_t at = text.find("[ INFO ]"); at != text.npos) text.remove_prefix(at + 8);
        text = trimmed(text);
        if (text.starts_with("Build ...") && text.rfind(' ') != text.npos)
            run_->set_tool("OpenVINO " + std::string(text.substr(text.rfind(' ') + 1)));
        if (text.starts_with("Model batch size:") || text.starts_with("Network batch size:")) read_batch(text);
        if (text.starts_with("INFERENCE_PRECISION_HINT:")) precision_ = hinted(text);
        if (const std::size_t at = text.find(" inference requests"); at != text.npos) read_requests(text.substr(0, at));
        if (text.starts_with("Latency for each data shape group")) grouped_ = true;
        if (grouped_ && text.find(". ") != text.npos && text.find(": [") != text.npos) ++groups_;
        if (text.starts_with("Throughput:")) {
            if (text.find(" FPS") == text.npos) lines.fail("throughput should be in FPS; the line may be cut off");
            rate_ = number_after(text, "Throughput:", refuse);
            line_ = lines.number();
        }
        if (grouped_) return;
        const auto take = [&](double& into, std::string_view label) {
            if (text.starts_with(label) && text.find_first_of("0123456789") != text.npos)
                into = quantity_after(text, ":", time_units, refuse);
        };
        take(median_, "Latency:");  // until 2021.3 the median stood beside it
        take(median_, "Median:");
        take(mean_, "Average:");
        take(mean_, "AVG:");
        take(min_, "Min:");
        take(min_, "MIN:");
        take(max_, "Max:");
        take(max_, "MAX:");
        if (const std::size_t at = text.find(" percentile"); at != text.npos && text.find("ms") != text.npos) {
            const std::string_view number = number_token(text.substr(text.find_first_of("0123456789")));
            if (number != "50") percentile_ = "p" + std::string(number);
            take(median_, text.substr(0, at));
        }
    }

    void read_batch(std::string_view text) {
        std::int64_t value = 0;
        if (parse_number(trimmed(text.substr(text.find(':') + 1)), value) && value > 0) batch_ = value;
    }

    void read_requests(std::string_view before) {
        std::int64_t value = 0;
        if (parse_number(before.substr(before.find_last_of(" (") + 1), value) && value > 0) requests_ = value;
    }

    /// "INFERENCE_PRECISION_HINT: <Type: 'bfloat16'>" or "... bf16": what layers that are not quantised run in.
    [[nodiscard]] static std::optional<precision> hinted(std::string_view text) {
        for (const auto& [name, type] : {std::pair<std::string_view, datatype>{"bfloat16", bf16},
                                         {"bf16", bf16},
                                         {"float16", fp16},
                                         {"f16", fp16},
                                         {"float32", fp32},
                                         {"f32", fp32}})
            if (text.find(name) != text.npos) return precision(type);
        return std::nullopt;
    }

    void emit() {
        stated_facts said;
        said.batch = batch_;
        if (requests_ && *requests_ > 1) said.threads = requests_;
        const std::optional<precision>& asked = run_->options().datatype;
        if (!asked) said.datatype = precision_;
        measurement one = run_->record(said, line_);
        const auto is_float = [](const precision& type) { return type == fp32 || type == fp16 || type == bf16; };
        if (precision_ && asked && is_float(*asked)) {
            one.datatype = *precision_;
            run_->warn_of_datatype(one);
        }
        if (run_->wants_compute()) one.warn(caution::other_scope);
        if (groups_ > 1) one.warn(caution::mixed_sizes);
        const auto known = [](double time) { return time == 0 ? not_stated : time; };
        if (median_ == 0 || mean_ == 0) one.warn(caution::rounded_away);
        run_->set_latency(one, {{percentile_.empty() ? std::string_view("median") : percentile_, known(median_)},
                                {"mean", known(mean_)},
                                {"min", known(min_)},
                                {"max", known(max_)}});
        one.throughput = quantity_of<inputs_per_second>(rate_);
        if (one.calls_at_a_time() > 1) one.warn(caution::queueing);
        run_->emit(std::move(one));
    }

    ingest* run_;
    std::optional<std::int64_t> batch_, requests_;
    std::optional<precision> precision_;
    std::string percentile_;
    double median_ = not_stated, mean_ = not_stated, min_ = not_stated, max_ = not_stated, rate_ = not_stated;
    std::int64_t line_ = 0;
    int groups_ = 0;
    bool grouped_ = false;
};

}  // namespace detail

namespace adapters {

/// What benchmark_app prints. Traps: latencies are of one request and include waiting when several are under way,
/// throughput counts inputs; a batch that is left open reads '?'; the precision hint is what layers that are not
/// quantised run in, whatever the model's inputs say.
inline constexpr adapter openvino_console{"openvino_console", "openvino", "what OpenVINO's benchmark_app prints",
                                          &detail::is_openvino_console,
                                          [](ingest& run) { detail::openvino_console(run).read(); }};

}  // namespace adapters

}  // namespace qutibench
