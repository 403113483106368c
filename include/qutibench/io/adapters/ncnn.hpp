// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// ncnn's benchncnn: what it prints, and the page of its repository that collects this from many devices.
#pragma once

#include <qutibench/io/adapters/published.hpp>

#include <optional>
#include <vector>

namespace qutibench {

namespace detail {

inline bool has_ncnn_rows(std::string_view head) {
    const std::size_t at = head.find("min =");
    return head.find("loop_count =") != head.npos && at != head.npos && head.find("avg =", at) != head.npos;
}

inline bool is_ncnn(std::string_view head) {
    return has_ncnn_rows(head) && head.find("\n### ") == head.npos;
}

inline bool is_ncnn_readme(std::string_view head) {
    return has_ncnn_rows(head) && head.find("\n### ") != head.npos;
}

struct ncnn_row {
    std::string name{};
    double min = not_stated, max = not_stated, mean = not_stated;
    std::int64_t line = 0;
};

inline void emit_ncnn(ingest& run, const ncnn_row& row, std::string_view device = {}) {
    stated_facts said;
    said.network = row.name;
    said.platform = device;
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
        if (text.starts_with("### ")) lines.fail("this is a page of results of several devices");
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

/// A set-up of a page: the heading above a run and how the run was told to go.
struct ncnn_setup {
    std::string heading{}, threads{}, gpu{}, powersave{};

    [[nodiscard]] std::string id() const {
        std::string all = heading + (gpu.empty() || gpu.front() == '-' ? "_" + threads + "_threads" : "_gpu");
        if (!powersave.empty() && powersave != "0") all += "_powersave_" + powersave;
        return all;
    }

    /// Takes in "num_threads = 4" and its like.
    void take(std::string_view line) {
        const auto set = [&](std::string_view label, std::string& to) {
            if (const auto value = after(line, label); value && line.starts_with(label)) to = trimmed(*value);
        };
        set("num_threads", threads);
        set("gpu_device", gpu);
        set("powersave", powersave);
    }
};

/// The row of a page; nothing where people broke it, or where the page ends within it.
[[nodiscard]] inline std::optional<ncnn_row> page_row(std::string_view text, std::int64_t line) {
    const std::size_t at = text.find("min ="), last = text.find("avg ="), point = text.rfind('.');
    if (at == text.npos || last == text.npos || point == text.npos || point < last) return std::nullopt;
    bool is_broken = text.find_last_of("0123456789") < point + 2;
    const auto broken = [&](const std::string&) { is_broken = true; };
    const ncnn_row row{std::string(trimmed(text.substr(0, at))), ncnn_time(text, "min =", broken),
                       ncnn_time(text, "max =", broken), ncnn_time(text, "avg =", broken), line};
    if (is_broken || !(row.min <= row.mean && row.mean <= row.max)) return std::nullopt;
    return row;
}

inline void read_ncnn_readme(ingest& run) {
    const ingest_options& wanted = run.options();
    ncnn_setup setup;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const std::string_view text = trimmed(lines.text());
        if (text.starts_with("### ")) setup = {id_of(text.substr(4)), {}, {}, {}};
        setup.take(text);
        const std::optional<ncnn_row> row = page_row(text, lines.number());
        if (!row || setup.heading.empty() || setup.threads.empty()) continue;
        const std::string id = setup.id();
        if (is_wanted(row->name, wanted.network) && is_wanted(id, wanted.platform)) emit_ncnn(run, *row, id);
    }
    require_rows(run, "row under a heading '### DEVICE'");
}

}  // namespace detail

namespace adapters {

/// What benchncnn prints (to stderr), milliseconds unless a unit follows. `network` chooses a row, or renames the only
/// one. Trap: fp16 arithmetic is on by default where the device has it, and the file does not say.
inline constexpr adapter ncnn{"ncnn", "ncnn", "what ncnn's benchncnn prints", &detail::is_ncnn, &detail::read_ncnn};

/// benchmark/README.md of ncnn. A platform is a heading with its threads, "_gpu" where a graphics processor ran, and
/// which cores where they were chosen; network and platform choose rows. Traps: those of `ncnn`, and rows that people
/// broke, which are passed over.
inline constexpr adapter ncnn_readme{"ncnn_readme", "ncnn_readme", "ncnn's page of benchmarks", &detail::is_ncnn_readme,
                                     &detail::read_ncnn_readme};

}  // namespace adapters

}  // namespace qutibench
