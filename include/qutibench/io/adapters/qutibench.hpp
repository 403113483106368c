// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Tables of measurements: the CSV of the QuTiBench portal, and the cleaned one of this library's data/measurements,
/// which is also what a table of one's own stopwatch figures looks like.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/measurement_columns.hpp>
#include <qutibench/io/adapters/table_names.hpp>

#include <algorithm>
#include <cmath>

namespace qutibench {

namespace detail {

/// What stands between the columns of a table: a comma, a semicolon, or a tab, as spreadsheets write them.
[[nodiscard]] inline char table_separator(std::string_view head) {
    head = head.substr(0, head.find('\n'));
    const auto count = [&](char one) { return std::count(head.begin(), head.end(), one); };
    if (count(',') >= count(';') && count(',') >= count('\t')) return ',';
    return count(';') >= count('\t') ? ';' : '\t';
}

/// A figure of a table whose columns stand between semicolons or tabs: "12,5" is twelve and a half, as in the
/// spreadsheets that write such tables. Throws by `refuse` where a file writes both "12,5" and "1.5".
class decimal_style {
public:
    template <class Refuse>
    [[nodiscard]] double read(std::string_view field, Refuse&& refuse) {
        field = bare(field);
        const std::size_t comma = field.find(','), point = field.find('.');
        if (comma == field.npos) {
            const double value = read_figure(field, refuse);
            if (point != field.npos && value == value) settle(points, refuse);
            return value;
        }
        const bool one_comma = field.find(',', comma + 1) == field.npos;
        if (!one_comma || (point != field.npos && point > comma))
            refuse(
                message({"'", field.substr(0, 40), "' can be read in several ways; write one decimal comma or point"}));
        settle(commas, refuse);
        std::string plain;
        for (const char digit : field)
            if (digit != '.') plain += digit == ',' ? '.' : digit;
        return read_figure(plain, refuse);
    }

private:
    enum class mark : unsigned char { unsettled, seen_points, seen_commas };
    static constexpr mark points = mark::seen_points, commas = mark::seen_commas;

    template <class Refuse>
    void settle(mark one, Refuse&& refuse) {
        if (seen_ != mark::unsettled && seen_ != one)
            refuse(std::string("this file has both decimal points and decimal commas; write one of them throughout"));
        seen_ = one;
    }
    mark seen_ = mark::unsettled;
};

/// Reads the rows of a table of measurements.
class table_reader {
public:
    explicit table_reader(ingest& run)
        : run_(&run), separator_(table_separator(run.input().head())),
          rows_(run.input().csv({.separator = separator_})), columns_(rows_, run.options().columns) {
        if (!columns_.has_figures())
            run.fail_without("column of latency or throughput, such as latency_ms or lat-comp");
    }

    void read() {
        while (rows_.next()) read_row();
        if (rows_read_ == 0) run_->fail_without("row below the header");
        if (run_->count() == 0) run_->fail_without("row with a figure");
    }

private:
    [[noreturn]] void refuse(const std::string& reason) const { rows_.fail(reason); }

    [[nodiscard]] std::string_view text(std::size_t column) const {
        if (!columns_.has(column)) return {};
        const std::string_view field = bare(rows_[column]);
        return says_missing(field) ? std::string_view() : field;
    }

    /// What a table calls a network, a device, a mode or a datatype, as the caller has it called.
    [[nodiscard]] std::string_view renamed(std::string_view written) const {
        for (const auto& [theirs, ours] : run_->options().names)
            if (theirs == written) return ours;
        return written;
    }

    [[nodiscard]] double figure(std::size_t column) const {
        if (!columns_.has(column)) return not_stated;
        const auto refuse_figure = [&](const std::string& reason) {
            refuse("column '" + rows_.names()[column] + "': " + reason);
        };
        return separator_ == ',' ? read_figure(rows_[column], refuse_figure, thousands::commas)
                                 : decimals_.read(rows_[column], refuse_figure);
    }

    [[nodiscard]] std::optional<std::int64_t> count(std::size_t column) const {
        const double value = figure(column);
        if (value != value) return std::nullopt;
        if (!(value >= 1 && value <= 9e15) || std::nearbyint(value) != value)
            refuse("column '" + rows_.names()[column] + "' should be a whole number of at least 1, not '" +
                   std::string(rows_[column].substr(0, 40)) + "'");
        return static_cast<std::int64_t>(value);
    }

    [[nodiscard]] double fraction(std::size_t column, std::size_t percent_column) const {
        const double direct = figure(column);
        return direct == direct ? direct : figure(percent_column) / 100;
    }

    [[nodiscard]] std::optional<double> keep() const {
        if (columns_.has(columns_.keep)) {
            const double value = figure(columns_.keep);
            return value == value ? std::optional(value) : std::nullopt;
        }
        std::string_view field = text(columns_.pruning_percent);
        if (field.ends_with('%')) field.remove_suffix(1);
        const double percent = read_figure(field, [&](const std::string& reason) { refuse("pruning: " + reason); });
        return percent == percent ? std::optional(percent / 100) : std::nullopt;
    }

    [[nodiscard]] std::optional<precision> datatype() const {
        const std::string_view field = renamed(text(columns_.datatype));
        if (field.empty()) return std::nullopt;
        if (field != datatype_text_) {
            try {
                datatype_ = parse_precision(lower_case(field));
            } catch (const error& wrong) {
                refuse(wrong.what());
            }
            datatype_text_ = field;
        }
        return datatype_;
    }

    void deployment(stated_facts& said) const {
        said.batch = count(columns_.batch);
        said.threads = count(columns_.threads);
        said.stream = count(columns_.stream);
        const std::optional<std::int64_t> value = count(columns_.value);
        if (!value) return;
        std::optional<deployment_parameter> parameter = run_->options().deployment;
        const std::string_view field = text(columns_.parameter);
        if (!field.empty()) {
            try {
                parameter = parse_name<deployment_parameter>(field);
            } catch (const error& wrong) {
                refuse(wrong.what());
            }
        } else if (!parameter) {
            parameter = portal_deployment(text(columns_.platform));
        }
        if (!parameter) run_->refuse_missing({{"deployment (batch, stream or threads)", true}});
        (*parameter == deployment_parameter::batch    ? said.batch
         : *parameter == deployment_parameter::stream ? said.stream
                                                      : said.threads) = value;
        if (*parameter == deployment_parameter::threads && !said.batch) said.batch = 1;
    }

    [[nodiscard]] measured_level level() const {
        const std::string_view field = text(columns_.level);
        if (field.empty())
            return columns_.has(columns_.layer)   ? measured_level::layer
                   : columns_.has(columns_.block) ? measured_level::block
                                                  : measured_level::network;
        if (field == "1" || field == "l1" || field == "layer") return measured_level::layer;
        if (field == "2" || field == "l2" || field == "block") return measured_level::block;
        if (field == "3" || field == "l3" || field == "network") return measured_level::network;
        refuse("level should be 1, 2 or 3 (or l1, l2, l3), not '" + std::string(field.substr(0, 40)) + "'");
    }

    /// Which of the scopes a row has figures of: 0 system, 1 compute, 2 the one that the row or its level says; 3 none.
    [[nodiscard]] std::size_t source_of_figures() const {
        const auto holds = [&](std::size_t i) {
            return !text(columns_.latency[i].at).empty() || !text(columns_.throughput[i]).empty() ||
                   !text(columns_.giga_rate[i]).empty();
        };
        const std::size_t wanted = run_->wants_compute() ? 1 : 0;
        if (holds(wanted)) return wanted;
        if (holds(1 - wanted)) return 1 - wanted;
        return holds(2) ? 2 : 3;
    }

    [[nodiscard]] measured_scope scope_of(std::size_t source, measured_level level) const {
        if (source < 2) return source == 1 ? measured_scope::compute : measured_scope::system;
        const std::string_view field = text(columns_.scope);
        if (field.empty()) return level == measured_level::network ? measured_scope::system : measured_scope::compute;
        try {
            return parse_name<measured_scope>(field);
        } catch (const error& wrong) {
            refuse(wrong.what());
        }
    }

    void read_figures(measurement& one, std::size_t source) const {
        one.latency = quantity_of<seconds>(figure(columns_.latency[source].at) * columns_.latency[source].unit);
        one.throughput = quantity_of<inputs_per_second>(figure(columns_.throughput[source]));
        one.performance = quantity_of<ops_per_second>(figure(columns_.giga_rate[source]) * 1e9);
        one.operations = figure(columns_.mega_operations) * 1e6;
        if (columns_.has(columns_.call_operations))
            one.operations = figure(columns_.call_operations) * 1e9 / static_cast<double>(one.deployment_value);
        one.accuracy_top1 = fraction(columns_.top1, columns_.top1_percent);
        one.accuracy_top5 = fraction(columns_.top5, columns_.top5_percent);
        one.power_base = quantity_of<watts>(figure(columns_.power_base));
        one.power_idle = quantity_of<watts>(figure(columns_.power_idle));
        one.power = quantity_of<watts>(figure(columns_.power));
        one.statistic = text(columns_.statistic);
        const std::string& wanted = run_->options().statistic;
        if (wanted.empty() || one.statistic == wanted) return;
        const std::string_view has = one.statistic.empty() ? "which no column states" : std::string_view(one.statistic);
        refuse(message(
            {"'", wanted, "' of the latencies was asked for, and a table has one statistic, ", has, ": leave it out"}));
    }

    // Inputs under way are latency times throughput (Little's law), so a wrong unit shows as a factor of 1000. The
    // published tables stay within 0.75 and 2.02.
    void check_units(const measurement& one) const {
        const double under_way = static_cast<double>(one.deployment_value) * static_cast<double>(one.call_batch);
        const double factor = one.latency.value() * one.throughput.value() / under_way;
        if (factor < 0.02 || factor > 50)
            refuse(message({"latency times throughput should be the ", to_string(one.deployment), ", but is ", factor,
                            " times as much; check the units of the columns"}));
    }

    void read_row() {
        ++rows_read_;
        const std::size_t source = source_of_figures();
        if (source == 3) return;
        stated_facts said;
        network_.set(renamed(text(columns_.network)));
        const std::string_view hardware = renamed(text(columns_.platform));
        const std::string_view named_mode = portal_mode(hardware);
        platform_.set_before(hardware, named_mode);
        said.network = network_.id();
        said.platform = platform_.id();
        said.mode = renamed(text(columns_.mode));
        if (!named_mode.empty() && platform_.is_known()) {
            require_agreement("mode", said.mode, named_mode);
            said.mode = named_mode;
        }
        said.keep = keep();
        said.datatype = datatype();
        const std::string pruned = pruned_network(said);
        if (!pruned.empty()) said.network = pruned;
        require_agreement("network", said.network, run_->options().network);
        require_agreement("platform", said.platform, run_->options().platform);
        deployment(said);
        measurement one = run_->record(said, static_cast<std::int64_t>(rows_.line()));
        one.level = level();
        if (one.level != measured_level::network)
            one.part = text(one.level == measured_level::layer ? columns_.layer : columns_.block);
        one.scope = scope_of(source, one.level);
        if (one.scope != run_->options().scope) one.warn(caution::other_scope);
        read_figures(one, source);
        check_units(one);
        run_->emit(std::move(one));
    }

    /// ResNet-50 was pruned as a black box: its variants are networks of their own, not scaled ones.
    [[nodiscard]] static std::string pruned_network(stated_facts& said) {
        if (said.network != "resnet50" || !said.keep || *said.keep <= 0 || *said.keep >= 1) return {};
        const auto percent = static_cast<std::int64_t>(std::llround(*said.keep * 100));
        said.keep = 1.0;
        return message({"resnet50_pruned_", percent});
    }

    void require_agreement(std::string_view what, std::string_view said, std::string_view supplied) const {
        if (!said.empty() && !supplied.empty() && said != supplied)
            refuse(message({"the file says ", what, " '", said, "', but '", supplied, "' was supplied"}));
    }

    ingest* run_;
    char separator_;
    csv_reader rows_;
    measurement_columns columns_;
    table_name network_{portal_networks};
    table_name platform_{portal_platforms};
    mutable decimal_style decimals_;
    mutable std::string datatype_text_;
    mutable precision datatype_;
    std::int64_t rows_read_ = 0;
};

inline bool is_measurement_table(std::string_view head) {
    head = head.substr(0, head.find('\n'));
    if (head.find("NN_Topology") != std::string_view::npos && head.find("HWType") != std::string_view::npos)
        return true;
    const auto has = [&](std::string_view name) { return head.find(name) != std::string_view::npos; };
    return has("datatype") && (has("latency") || has("throughput")) &&
           (has("deployment_value") || has("batch") || has("threads") || has("stream"));
}

}  // namespace detail

namespace adapters {

/// The portal's CSV (NN_Topology, HWType, ...) and the cleaned columns of data/measurements alike. Traps: quoted
/// thousands separators, " level" with a blank, rows without a figure (skipped), GOPS that are giga-operations of the
/// whole batch, rows with compute figures only. Where network or platform are ids of the catalogue under the portal's
/// spelling, they become the ids.
inline constexpr adapter qutibench_table{"qutibench",
                                         "qutibench",
                                         "QuTiBench portal CSV, or a table with this library's column names",
                                         &detail::is_measurement_table,
                                         [](ingest& run) { detail::table_reader(run).read(); },
                                         true};

}  // namespace adapters

}  // namespace qutibench
