// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a platform file leaves out and what in it can hardly be, with the line to mend: for somebody who writes one.
#pragma once

#include <qutibench/io/json/lines.hpp>
#include <qutibench/io/json/platform.hpp>

#include <array>
#include <cmath>
#include <cstdio>

namespace qutibench {

/// A remark on a platform file.
struct platform_remark {
    int line = 0;           ///< of the file, from 1
    std::string pointer{};  ///< JSON pointer of the place
    std::string kind{};     ///< "wrong": it does not load; "implausible"; "missing"
    std::string message{};  ///< what, and how to mend it
};

namespace detail {

/// What a class of device usually draws, in W, and does at most per compute unit and cycle: wide bounds, so that what
/// lies outside is most likely a wrong unit.
struct usual_figures {
    std::string_view part_of_class;
    double from;
    double to;
    double operations_per_cycle;
};

inline constexpr std::array usual_bounds{usual_figures{"gpu", 2, 2000, 7e4}, usual_figures{"cpu", 0.001, 1000, 8192},
                                         usual_figures{"neural", 1e-4, 500, 2e6}, usual_figures{"fpga", 0.05, 500, 2e6},
                                         usual_figures{"", 1e-4, 5e4, 2e6}};

/// The bounds of a class.
[[nodiscard]] inline const usual_figures& usual_of(std::string_view device_class) {
    const std::string low = lowered(device_class);
    return *std::find_if(usual_bounds.begin(), usual_bounds.end(),
                         [&](const usual_figures& one) { return low.find(one.part_of_class) != std::string::npos; });
}

[[nodiscard]] inline std::string four_digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

/// Looks through one platform file.
class platform_check {
public:
    platform_check(std::string_view text, const std::string& source)
        : device_(parse_platform(text, source)), lines_(text) {
        const json document = parse_json(text, source);
        if (const auto modes = document.find("modes"); modes != document.end())
            for (const json& one : *modes) own_keys_.push_back(one);
    }

    [[nodiscard]] std::vector<platform_remark> run() {
        whole();
        for (std::size_t i = 0; i < device_.modes().size(); ++i) mode(device_.modes()[i], i);
        std::stable_sort(remarks_.begin(), remarks_.end(),
                         [](const auto& a, const auto& b) { return a.line < b.line; });
        return remarks_;
    }

private:
    /// The pointer of a mode's key: the mode's own, or the document's where it is inherited.
    [[nodiscard]] std::string place(std::size_t mode, const std::string& key, const std::string& inner = {}) const {
        const bool own = mode < own_keys_.size() && own_keys_[mode].contains(key);
        const std::string base = own ? "/modes/" + std::to_string(mode) : std::string();
        return base + "/" + key + inner;
    }

    void add(const std::string& pointer, const char* kind, std::string message) {
        const auto is_twin = [&](const platform_remark& one) {
            return one.pointer == pointer && one.message == message;
        };
        if (std::none_of(remarks_.begin(), remarks_.end(), is_twin))
            remarks_.push_back({lines_.at(pointer), pointer, kind, std::move(message)});
    }

    void missing(const std::string& pointer, const std::string& message) {
        for (const provenance& one : device_.sources)
            if (one.pointer == pointer && one.basis == "unknown") return;
        add(pointer, "missing", message);
    }

    void whole() {
        if (device_.name() == device_.id()) missing("/name", "add \"name\": what people call it");
        if (device_.vendor.empty()) missing("/vendor", "add \"vendor\": who makes it");
        if (device_.device_class.empty())
            missing("/class", "add \"class\": \"GPU\", \"CPU\", \"neural processing unit\"...");
        if (device_.year == 0) missing("/year", "add \"year\" of release");
        std::size_t bare = 0;
        for (const provenance& one : device_.sources) bare += one.basis == "user" ? 1 : 0;
        if (bare > 0)
            missing("/sources", std::to_string(bare) +
                                    " figures do not say where they come from; the catalogue needs {\"value\": ..., "
                                    "\"unit\": ..., \"source\": ..., \"basis\": \"sourced\"} and \"sources\"");
    }

    void mode(const operating_mode& one, std::size_t index) {
        for (std::size_t k = 0; k < one.peaks.size(); ++k)
            peak_of(one, one.peaks[k], place(index, "peaks", "/" + std::to_string(k)));
        for (std::size_t k = 0; k < one.memories.size(); ++k)
            memory_of(one.memories[k], place(index, "memories", "/" + std::to_string(k)));
        for (std::size_t k = 0; k < one.links.size(); ++k)
            rate_of(one.links[k].bandwidth, place(index, "links", "/" + std::to_string(k) + "/bandwidth_bytes_per_s"),
                    1e3, 1e14);
        const auto is_on_chip = [](const memory_level& of) { return of.on_chip; };
        if (std::none_of(one.memories.begin(), one.memories.end(), is_on_chip))
            missing(
                place(index, "memories"),
                "add what is on the chip, {\"name\": \"sram\", \"on_chip\": true, \"capacity_bytes\": ...}: without "
                "it nothing can be placed by capacity");
        const std::string power = place(index, "power_w");
        if (!is_known(one.power) && !is_known(one.measured_power))
            missing(power, "add \"power_w\": without it there is no energy");
        if (is_known(one.power)) power_of(one.power.value(), power);
        if (is_known(one.measured_power)) power_of(one.measured_power.value(), place(index, "measured_power_w"));
        const std::string clock = place(index, "clock_hz");
        if (!is_known(one.clock))
            missing(clock, "add \"clock_hz\" of what computes");
        else if (one.clock.value() < 1e5 || one.clock.value() > 2e10)
            add(clock, "implausible",
                "a clock of " + four_digits(one.clock.value()) + " Hz; the unit is Hz, so 1.2 GHz is 1.2e9");
        if (one.compute_units == 0)
            missing(place(index, "compute_units"), "add \"compute_units\": multiprocessors, cores or engines");
    }

    void peak_of(const operating_mode& mode, const peak& one, const std::string& at) {
        const std::string pointer = at + "/operations_per_second";
        const double rate = one.dense.value();
        if (rate < 1e6 || rate > 1e18)
            return add(
                pointer, "implausible",
                "a peak of " + four_digits(rate) + " operations per second; the unit is 1/s, so 4 TOP/s is 4e12");
        const std::string sparse = at + "/sparse_operations_per_second";
        if (one.sparse.value() > 4.01 * rate && !is_explained(sparse))
            add(sparse, "implausible",
                "the sparse peak is " + four_digits(one.sparse.value() / rate) +
                    " times the dense one; 2:4 sparsity gives 2, so say in a \"note\" what this is");
        if (!is_known(mode.clock) || mode.compute_units == 0) return;
        const double per_cycle = rate / (mode.compute_units * mode.clock.value());
        const double most = usual_of(device_.device_class).operations_per_cycle;
        if (per_cycle < 0.45 || per_cycle > most)
            add(pointer, "implausible",
                to_string(one.numbers) + " is " + four_digits(per_cycle) +
                    " operations of one compute unit in one cycle, where 1 to " + four_digits(most) +
                    " are usual: check the peak against compute_units x clock_hz");
    }

    /// Whether a figure has a note or a derivation.
    [[nodiscard]] bool is_explained(const std::string& pointer) const {
        return std::any_of(device_.sources.begin(), device_.sources.end(),
                           [&](const provenance& one) { return one.pointer == pointer && !one.derivation.empty(); });
    }

    void memory_of(const memory_level& one, const std::string& at) {
        const std::string pointer = at + "/bandwidth_bytes_per_s";
        if (!one.on_chip && !is_known(one.bandwidth))
            missing(pointer,
                    "add \"bandwidth_bytes_per_s\" of memory '" + one.name + "': without it nothing is memory-bound");
        if (!one.on_chip && !is_known(one.capacity))
            missing(at + "/capacity_bytes",
                    "add \"capacity_bytes\" of memory '" + one.name + "': without it every network fits");
        rate_of(one.bandwidth, pointer, 1e6, one.on_chip ? 1e17 : 1e14);
        if (is_known(one.capacity) && (one.capacity.value() < 256 || one.capacity.value() > 1e14))
            add(at + "/capacity_bytes", "implausible",
                "a memory of " + four_digits(one.capacity.value()) + " bytes; the unit is bytes, so 8 GB is 8e9");
        if (!is_known(one.bandwidth) || !is_known(one.transfer_rate) || !(one.bus_width_bits > 0)) return;
        const double lines = one.bus_width_bits * one.transfer_rate.value() / 8;
        if (std::abs(one.bandwidth.value() / lines - 1) > 0.04)
            add(pointer, "implausible",
                four_digits(one.bandwidth.value()) + " byte/s, but the bus gives " + four_digits(lines) + ": " +
                    four_digits(one.bus_width_bits) + " bit x " + four_digits(one.transfer_rate.value()) +
                    " transfers per second / 8");
    }

    void rate_of(const bytes_per_second& rate, const std::string& pointer, double from, double to) {
        if (is_known(rate) && (rate.value() < from || rate.value() > to))
            add(pointer, "implausible",
                "a bandwidth of " + four_digits(rate.value()) + " byte/s; the unit is byte/s, so 19.2 GB/s is 19.2e9");
    }

    void power_of(double watts, const std::string& pointer) {
        const usual_figures& bounds = usual_of(device_.device_class);
        if (watts >= bounds.from && watts <= bounds.to) return;
        add(pointer, "implausible",
            four_digits(watts) + " W for a device of class '" + device_.device_class + "', which draw " +
                four_digits(bounds.from) + " to " + four_digits(bounds.to) + " W; the unit is W");
    }

    platform device_;
    json_lines lines_;
    std::vector<json> own_keys_{};
    std::vector<platform_remark> remarks_{};
};

}  // namespace detail

/// Remarks on the text of a platform file, by line; empty when there is nothing to say. What does not load is one
/// remark of kind "wrong", with the loader's own words; nothing is thrown for it.
[[nodiscard]] inline std::vector<platform_remark> check_platform(std::string_view text,
                                                                 const std::string& source = "platform") {
    try {
        return detail::platform_check(text, source).run();
    } catch (const parse_error& wrong) {
        const std::string place = wrong.place();
        int line = 1;
        if (place.starts_with("line "))
            line = std::atoi(place.c_str() + 5);
        else if (place.starts_with("/"))
            line = detail::json_lines(text).at(place);
        return {{line, place.starts_with("/") ? place : std::string(), "wrong", wrong.what()}};
    }
}

/// The same for a file; throws parse_error only when it cannot be read.
[[nodiscard]] inline std::vector<platform_remark> check_platform_file(const std::string& path) {
    return check_platform(detail::read_file(path), path);
}

}  // namespace qutibench
