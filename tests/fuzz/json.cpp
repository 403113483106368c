// SPDX-License-Identifier: BSD-3-Clause
// Platform, network, graph and calibration files: whatever the bytes, either a value or an error of the library.
#include <qutibench/io/calibration_json.hpp>
#include <qutibench/io/json.hpp>
#include <qutibench/io/json/platform_details.hpp>
#include <qutibench/network/analyze.hpp>

#include <cstddef>
#include <cstdint>

template <class Parse>
static void attempt(Parse&& parse) {
    try {
        parse();
    } catch (const qutibench::error&) {
    }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    attempt([&] { static_cast<void>(qutibench::to_json(qutibench::parse_platform(text))); });
    attempt([&] { static_cast<void>(qutibench::parse_platform_details(text).notes.size()); });
    attempt([&] { static_cast<void>(qutibench::to_json(qutibench::parse_calibration(text))); });
    attempt([&] { static_cast<void>(qutibench::parse_network(text).work()); });
    attempt([&] {
        const qutibench::graph net = qutibench::parse_graph(text);
        static_cast<void>(qutibench::analyze(net));
        static_cast<void>(qutibench::parse_graph(qutibench::to_json(net)));
    });
    return 0;
}
