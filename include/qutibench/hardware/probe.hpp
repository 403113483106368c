// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Measures the roofs of the machine that this runs on: peaks by multiply-add loops in registers, bandwidths by
/// STREAM's triad over growing working sets, each on one core and on all. Opt-in: it starts threads and reads what the
/// operating system says of the processor. docs/runners.md explains the method.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/hardware/platform.hpp>
#include <qutibench/hardware/probe/host_probe.hpp>
#include <qutibench/hardware/probe/prober.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace qutibench {

/// How thorough a probe is.
struct probe_settings {
    int threads = 0;                           ///< of the figures for all cores; 0: what this process may use
    seconds time = quantity_of<seconds>(8.0);  ///< after which measuring stops, with what there is
    bytes largest = unknown<bytes>;  ///< working set that stands for main memory; unknown: four times all caches
};

namespace detail {

/// Today in UTC, "2026-01-31".
[[nodiscard]] inline std::string date_of_today() {
    const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    const std::chrono::year_month_day date(today);
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

/// "best of 48 bursts on 2 threads, median 3 % lower".
template <class Quantity>
[[nodiscard]] std::string described(const probed<Quantity>& rate, int threads) {
    char text[160];
    std::snprintf(text, sizeof text, "best of %d bursts on %d thread%s, median %.0f %% lower", rate.bursts, threads,
                  threads == 1 ? "" : "s", 100 * rate.spread());
    return text;
}

/// A probe as one mode of a platform: of all cores, or of one.
class probed_mode {
public:
    probed_mode(const host_probe& of, bool one_core, std::vector<provenance>& sources)
        : of_(of), one_(one_core), sources_(sources), at_(one_core ? "/modes/1" : "/modes/0") {}

    [[nodiscard]] operating_mode make() {
        mode_.name = one_ ? "one_core" : "all_cores";
        for (const probed_loop& loop : of_.loops)
            if (&loop == of_.fastest(loop.numbers, one_)) add_peak(loop);
        add_memories();
        const probed<hertz>& clock = one_ ? of_.clock.one : of_.clock.all;
        mode_.clock = clock.best;
        if (is_known(clock.best))
            tell("/clock_hz", described(clock, threads()) + " of additions that wait for each other");
        return mode_;
    }

private:
    [[nodiscard]] int threads() const { return one_ ? 1 : of_.threads; }
    template <class Quantity>
    [[nodiscard]] const probed<Quantity>& rate(const probed_cores<Quantity>& of) const {
        return one_ ? of.one : of.all;
    }

    void tell(const std::string& where, const std::string& how, const char* basis = "probed") {
        sources_.push_back({at_ + where, "probe of " + of_.processor + ", " + of_.date, basis, how});
    }

    void add_peak(const probed_loop& loop) {
        const std::string where = "/peaks/" + std::to_string(mode_.peaks.size()) + "/operations_per_second";
        tell(where, described(rate(loop.rate), threads()) + ", " + loop.instruction);
        mode_.peaks.push_back({loop.numbers, rate(loop.rate).best});
    }

    void add_memories() {
        add_memory({.name = "dram"}, static_cast<double>(of_.memory.total),
                   of_.streams.empty() ? nullptr : &of_.streams.back());
        for (auto cache = of_.caches.rbegin(); cache != of_.caches.rend(); ++cache) {
            const int instances = std::max(1, threads() / cache->threads_sharing);
            add_memory({.name = std::string{"l"}.append(std::to_string(cache->level)), .on_chip = true},
                       static_cast<double>(cache->bytes) * instances, of_.fastest_within(*cache, one_));
        }
    }

    void add_memory(memory_level level, double capacity, const probed_stream* stream) {
        const std::string where = "/memories/" + std::to_string(mode_.memories.size());
        if (capacity > 0) {
            level.capacity = quantity_of<bytes>(capacity);
            tell(where + "/capacity_bytes", "as the operating system states it");
        }
        if (stream != nullptr) {
            level.bandwidth = rate(stream->triad).best;
            char text[160];
            std::snprintf(text, sizeof text, ", STREAM triad over %.4g MB; reading alone %.4g GB/s",
                          stream->working_set.value() / 1e6, rate(stream->reading).best.value() / 1e9);
            tell(where + "/bandwidth_bytes_per_s", described(rate(stream->triad), threads()) + text);
        }
        mode_.memories.push_back(std::move(level));
    }

    const host_probe& of_;
    bool one_;
    std::vector<provenance>& sources_;
    std::string at_;
    operating_mode mode_{};
};

}  // namespace detail

/// Measures this machine; takes about `how.time`, more where many processes compete. Throws invalid_argument for a
/// negative number of threads and a time that is not positive and finite.
[[nodiscard]] inline host_probe probe_host(const probe_settings& how = {}) {
    if (how.threads < 0 || how.threads > 65536)
        throw invalid_argument(detail::message({"a probe runs on 1 to 65536 threads, not ", how.threads}));
    if (!(how.time.value() > 0 && how.time.value() < 1e6))
        throw invalid_argument("the time of a probe must be positive and finite");
    if (is_known(how.largest) && !(how.largest.value() > 0 && how.largest.value() < 1e15))
        throw invalid_argument("the largest working set of a probe must be positive and finite");
    detail::prober at_work(how.threads > 0 ? how.threads : host_threads(), how.time.value(), how.largest.value());
    at_work.found.processor = processor_name();
    at_work.found.date = detail::date_of_today();
    at_work.found.memory = host_memory_sizes();
    at_work.found.caches = host_caches();
    at_work.measure();
    return std::move(at_work.found);
}

/// The probed machine as a platform "host": mode "all_cores", which is selected, and mode "one_core". Peaks are of the
/// fastest loop of each datatype that the processor computes in; main memory has the bandwidth of the largest working
/// set, caches are on chip. Throws invalid_argument when the probe holds no peak.
[[nodiscard]] inline platform to_platform(const host_probe& found) {
    std::vector<provenance> sources;
    std::vector<operating_mode> modes;
    for (const bool one_core : {false, true}) modes.push_back(detail::probed_mode(found, one_core, sources).make());
    platform host("host", std::move(modes));
    host.rename(found.processor);
    host.device_class = "CPU";
    host.sources = std::move(sources);
    return host;
}

}  // namespace qutibench
