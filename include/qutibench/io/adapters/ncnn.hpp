// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/adapters/ingest.hpp>

#include <vector>

namespace qutibench {

namespace detail {

inline bool is_ncnn(std::string_view head) {
    const std::size_t at = head.find("min =");
    return head.find("loop_count =") != head.npos && at != head.npos && head.find("avg =", at) != head.npos;
}

struct ncnn_row {
    std::string name{};
    double min = not_stated, max = not_stated, mean = not_stated;
    std::int64_t line = 0;
};

inline void emit_ncnn(ingest& run, const ncnn_row& row) {
    stated_facts said;
    said.network = row.name;
    said.batch = 1;  // ncnn has no batches
    said.is_row = true;
    if (row.name.ends_with("_int8")) said.datatype = int8;
    measurement one = run.record(said, row.line);
    run.warn_of_datatype(one);
    if (run.wants_compute()) one.warn(caution::other_scope);
    const auto time = [](double seconds) { return seconds == 0 ? not_stated : seconds; };
    run.set_latency(one, {{"mean", time(row.mean)}, {"min", time(row.min)}, {"max", time(row.max)}});
    if (!is_known(one.latency)) one.warn(caution::rounded_away);
    run.emit(std::move(one));
}

/// A time with its unit, milliseconds where it has none, as older versions print it.
template <class Refuse>
[[nodiscard]] double ncnn_time(std::string_view line, std::string_view label, Refuse&& refuse) {
    const std::optional<std::string_view> rest = after(line, label);
    if (!rest) return not_stated;
    const std::string_view token = number_token(*rest);
    const std::string_view behind = rest->substr(token.size());
    const bool has_unit = !behind.empty() && behind.front() != ' ' && behind.front() != '\t';
    return has_unit ? read_quantity(*rest, time_units, refuse) : number_after(line, label, refuse) * 1e-3;
}

inline void read_ncnn(ingest& run) {
    const std::string& wanted = run.options().network;
    std::vector<ncnn_row> chosen;
    ncnn_row last;
    std::int64_t rows = 0;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = lines.text();
        run.heed(text);
        const std::size_t at = text.find("min =");
        if (at == text.npos) continue;
        if (text.find("avg =") == text.npos)
            lines.fail("min, max and avg should stand in one line; the line may be cut off");
        const std::size_t point = text.rfind('.');
        if (point == text.npos || text.find_last_of("0123456789") < point + 2)
            lines.fail("times should have two decimals; the line may be cut off");
        last = {std::string(trimmed(text.substr(0, at))), ncnn_time(text, "min =", refuse),
                ncnn_time(text, "max =", refuse), ncnn_time(text, "avg =", refuse), lines.number()};
        if (!(last.min <= last.mean && last.mean <= last.max)) lines.fail("min, avg and max are out of order");
        ++rows;
        if (wanted.empty() || last.name == wanted) emit_ncnn(run, last);
    }
    if (rows == 0) run.fail_without("row such as 'resnet50  min =   89.50  max =   90.11  avg =   89.80'");
    if (run.count() > 0) return;
    if (rows > 1) run.fail_without("row of the network '" + wanted + "'");
    emit_ncnn(run, last);
}

}  // namespace detail

namespace adapters {

/// What benchncnn prints (to stderr), milliseconds unless a unit follows. `network` chooses a row, or renames the only
/// one. Trap: fp16 arithmetic is on by default where the device has it, and the file does not say.
inline constexpr adapter ncnn{"ncnn", "ncnn", "what ncnn's benchncnn prints", &detail::is_ncnn, &detail::read_ncnn};

}  // namespace adapters

}  // namespace qutibench
