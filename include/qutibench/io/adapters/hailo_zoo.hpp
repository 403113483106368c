// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The tables of Hailo's model zoo: docs/public_models/HAILO*_*.rst, a list-table of networks.
#pragma once

#include <qutibench/io/adapters/published.hpp>

#include <array>
#include <string>
#include <vector>

namespace qutibench {

namespace detail {

inline bool is_hailo_zoo(std::string_view head) {
    return head.find(".. list-table::") != head.npos && head.find("- FPS (Batch Size=") != head.npos;
}

/// Collects the cells of rows that begin with "* -" and go on with "-".
class list_table_reader {
public:
    explicit list_table_reader(ingest& run) : run_(&run) {}

    void take(const line_reader& lines) {
        std::string_view text = trimmed(lines.text());
        const bool begins = text.starts_with("* - ");
        if (begins) {
            finish();
            text.remove_prefix(2);
            line_ = lines.number();
        }
        if (text.starts_with(".. ")) {
            finish();
            columns_.clear();
        }
        if (!text.starts_with("- ") || (!begins && cells_.empty())) return;
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string cell = named(trimmed(text.substr(2)));
        for (std::size_t i = 0; i < batches.size(); ++i) {
            if (columns_.empty() || cells_.size() >= columns_.size() || columns_[cells_.size()] != heading(i)) continue;
            lines.require_end();
            rates_[i] = read_figure(cell, refuse);
        }
        cells_.push_back(cell);
    }

    void finish() {
        if (cells_.empty()) return;
        if (columns_.empty()) {
            columns_ = cells_;
        } else if (columns_.front() == "Network Name" && is_wanted(cells_.front(), run_->options().network)) {
            for (std::size_t i = 0; i < batches.size(); ++i)
                if (rates_[i] > 0) emit(batches[i], rates_[i]);
        }
        cells_.clear();
        rates_.fill(not_stated);
    }

private:
    static constexpr std::array<std::int64_t, 2> batches{1, 8};

    [[nodiscard]] static std::string heading(std::size_t i) {
        return "FPS (Batch Size=" + std::to_string(batches[i]) + ")";
    }

    /// Without the pictures that mark benchmarks, "|rocket|" and "|star|".
    [[nodiscard]] static std::string named(std::string_view cell) {
        return std::string(trimmed(cell.substr(0, cell.find(" |"))));
    }

    void emit(std::int64_t batch, double rate) {
        stated_facts said;
        said.network = cells_.front();
        said.batch = batch;
        said.is_row = true;
        measurement one = run_->record(said, line_);
        one.throughput = quantity_of<inputs_per_second>(rate);
        run_->emit(std::move(one));
    }

    ingest* run_;
    std::vector<std::string> columns_, cells_;
    std::array<double, 2> rates_{not_stated, not_stated};
    std::int64_t line_ = 0;
};

inline void read_hailo_zoo(ingest& run) {
    list_table_reader table(run);
    line_reader lines = run.input().lines();
    while (lines.next()) table.take(lines);
    table.finish();
    require_rows(run, "row with frames per second");
}

}  // namespace detail

namespace adapters {

/// docs/public_models/*.rst of Hailo's model zoo. Traps: the device stands in the file's name alone; a rate of 0 was
/// not measured; some networks have weights in 4 bits, which the table does not say.
inline constexpr adapter hailo_zoo{"hailo_zoo", "hailo_zoo", "Hailo model zoo's table", &detail::is_hailo_zoo,
                                   &detail::read_hailo_zoo};

}  // namespace adapters

}  // namespace qutibench
