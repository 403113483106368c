// SPDX-License-Identifier: BSD-3-Clause
// Answers to a hundred questions with all their digits, for tests/support/matrix.py to compare between targets.
#include <qutibench/io/catalogue.hpp>
#include <qutibench/qutibench.hpp>

#include <cstdio>

namespace qb = qutibench;

int main() {
    const std::vector<std::string> networks = qb::network_ids(), platforms = qb::platform_ids();
    for (std::size_t i = 0; i < 100; ++i) {
        const std::string& network = networks[i % networks.size()];
        const std::string& platform = platforms[7 * i % platforms.size()];
        std::printf("%s on %s: ", network.c_str(), platform.c_str());
        try {
            const qb::workload work = qb::load_network(network).work();
            const qb::estimate e = qb::predict(work, qb::load_platform(platform), {.batch = std::int64_t{1} << i % 4});
            std::printf("%lld operations, %.17g inputs/s, %.17g s, %.17g op/byte, %s-bound\n",
                        static_cast<long long>(work.operations().value()), e.throughput().value(), e.latency().value(),
                        e.operational_intensity().value(), to_string(e.bound()).data());
        } catch (const qb::error& refusal) {
            std::printf("%s\n", refusal.what());
        }
    }
}
