// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions as columns of numbers: thousands of rows cross into JavaScript in a millisecond, where as JSON they
/// would take fifty. What is text is a number of a list of texts. The page makes what_if's records of them again, and
/// its tests compare these with what_if's output.
#pragma once

#include "../../what_if/records.hpp"

#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace portal {

using what_if::record;

/// Rows of a table, one after the other, and how to read them.
class columns {
public:
    explicit columns(const std::vector<qutibench::estimate_row>& rows) {
        numbers_.reserve(rows.size() * std::size(keys));
        for (const qutibench::estimate_row& row : rows) add(row);
    }

    /// `std::size(keys)` numbers for each row; NaN stands for null.
    [[nodiscard]] const std::vector<double>& numbers() const { return numbers_; }

    /// The keys with what their numbers stand for, the texts, and the lists of assumptions.
    [[nodiscard]] record legend() const {
        record fields = record::array();
        for (const key& one : keys) fields.push_back({one.name, one.kind});
        return {{"fields", std::move(fields)}, {"texts", texts_}, {"lists", lists_}};
    }

private:
    struct key {
        const char* name;
        const char* kind;
    };

    /// In the order in which `add` writes them; up to "assumptions" they are those of `to_record`.
    static constexpr key keys[] = {
        {"network", "text"},
        {"platform", "text"},
        {"mode", "text"},
        {"datatype", "text"},
        {"batch", "number"},
        {"keep", "number"},
        {"throughput_ips", "number"},
        {"latency_s", "number"},
        {"bound", "text"},
        {"operations", "number"},
        {"macs", "number"},
        {"model_bytes", "number"},
        {"operational_intensity_ops_per_byte", "number"},
        {"peak_ops_per_s", "number"},
        {"bandwidth_bytes_per_s", "number"},
        {"energy_j", "number"},
        {"accuracy_top1", "number"},
        {"feasible", "boolean"},
        {"assumptions", "list"},
        {"attained_ops_per_s", "number"},
        {"inputs_per_joule", "number"},
        {"power_w", "number"},
        {"price_usd", "number"},
    };

    void add(const qutibench::estimate_row& row) {
        const qutibench::estimate& predicted = row.prediction;
        const auto batch = static_cast<double>(row.how.batch);
        const double throughput = predicted.throughput().value();
        const auto operations = static_cast<double>(std::llround(predicted.work / batch));
        const auto macs = static_cast<double>(std::llround(predicted.work / 2 / batch));
        const auto finite = [](double value) { return std::isfinite(value) ? value : std::nan(""); };
        numbers_.insert(numbers_.end(), {text(row.network),
                                         text(row.platform),
                                         row.mode.empty() ? std::nan("") : text(row.mode),
                                         text(to_string(row.how.datatype)),
                                         batch,
                                         row.keep,
                                         throughput,
                                         predicted.latency().value(),
                                         text(std::string(to_string(predicted.bound()))),
                                         operations,
                                         macs,
                                         predicted.model_size().value(),
                                         finite(predicted.operational_intensity().value()),
                                         predicted.peak().value(),
                                         finite(predicted.bandwidth().value()),
                                         finite(predicted.energy().value()),
                                         finite(row.accuracy_top1),
                                         predicted.feasible == qutibench::feasibility::unknown
                                             ? std::nan("")
                                             : (predicted.feasible == qutibench::feasibility::feasible ? 1.0 : 0.0),
                                         list(predicted.assumed),
                                         throughput * operations,
                                         finite(1 / predicted.energy().value()),
                                         finite(row.power_w),
                                         finite(row.price_usd)});
    }

    [[nodiscard]] double text(const std::string& one) {
        const auto [at, is_new] = places_.try_emplace(one, texts_.size());
        if (is_new) texts_.push_back(one);
        return static_cast<double>(at->second);
    }

    /// Sets of assumptions are few, so each is written out once.
    [[nodiscard]] double list(std::uint32_t assumed) {
        const auto [at, is_new] = sets_.try_emplace(assumed, lists_.size());
        if (is_new) {
            record sentences = record::array();
            for (unsigned bit = 1; bit <= assumed; bit <<= 1)
                if ((assumed & bit) != 0) sentences.push_back(to_string(static_cast<qutibench::assumption>(bit)));
            lists_.push_back(std::move(sentences));
        }
        return static_cast<double>(at->second);
    }

    std::vector<double> numbers_;
    record texts_ = record::array();
    record lists_ = record::array();
    std::map<std::string, std::size_t> places_;
    std::map<std::uint32_t, std::size_t> sets_;
};

}  // namespace portal
