// SPDX-License-Identifier: BSD-3-Clause
// Expressions: whatever the bytes, values that repeat or an error of the library.
#include <qutibench/expression/expression.hpp>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::string> names{"a", "b", "latency_s", "throughput_ips"};
    const std::vector<std::string> texts{"bound"};
    const std::vector<double> a{0, 1, -1, 1e308, qutibench::detail::unknown_value};
    const std::vector<double> b{2, 0, 1 / 3.0, -1e308, 5};
    const std::vector<std::span<const double>> columns{a, b, b, a};
    try {
        const qutibench::expression one(std::string(reinterpret_cast<const char*>(data), size), names, texts);
        std::vector<double> first(a.size()), second(a.size());
        one.evaluate(columns, first);
        one.evaluate(columns, second);
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (first[i] != second[i] && (first[i] == first[i] || second[i] == second[i])) __builtin_trap();
            if (one.is_condition() && first[i] == first[i] && first[i] != 0 && first[i] != 1) __builtin_trap();
        }
    } catch (const qutibench::parse_error&) {
    }
    return 0;
}
