// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"

#include <qutibench/hardware/probe.hpp>

#include <limits>
#include <memory>

namespace qutibench::python {

void register_probe(py::module_& module) {
    module.def(
        "probe_host",
        [](const std::optional<count_argument>& threads, double time, const std::optional<double>& largest) {
            probe_settings how;
            if (threads) {
                if (threads->value < 1 || threads->value > 65536)
                    throw invalid_argument("a probe runs on 1 to 65536 threads, not " + std::to_string(threads->value));
                how.threads = static_cast<int>(threads->value);
            }
            how.time = quantity_of<seconds>(time);
            if (largest) how.largest = quantity_of<bytes>(*largest);
            const unlocked others_run;
            return std::make_shared<platform>(to_platform(probe_host(how)));
        },
        "threads"_a = py::none(), "time_s"_a = 8.0, "largest_bytes"_a = py::none(),
        "Measures this machine and returns it as a Platform 'host': mode 'all_cores', which is selected, and mode "
        "'one_core'. Peaks are attained by multiply-add loops in registers, bandwidths by STREAM's triad; .sources "
        "says "
        "how and how steadily. threads: for all cores, by default what this process may use; largest_bytes: the "
        "working "
        "set that stands for main memory, by default four times all caches. Raises InvalidArgument.");
}

}  // namespace qutibench::python
