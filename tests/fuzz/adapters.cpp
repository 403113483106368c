// SPDX-License-Identifier: BSD-3-Clause
// Files of device runners: whatever the bytes, every adapter gives sound measurements or an error of the library.
#include <qutibench/io/adapters.hpp>
#include <qutibench/measure/efficiency.hpp>

#include <cstddef>
#include <cstdint>

static void read_as(const qutibench::adapter& format, std::string_view text,
                    const std::vector<qutibench::adapter>& all) {
    qutibench::ingest_options known;
    known.network = "net";
    known.platform = "board";
    known.datatype = qutibench::int8;
    // Half of the inputs are read without what only the caller knows.
    if (text.size() % 2 == 0) known.batch = known.threads = 1;
    try {
        for (const qutibench::measurement& one : qutibench::parse_measurements(text, format.name, known, "fuzz", all)) {
            qutibench::check(one);
            static_cast<void>(qutibench::attained_energy(one));
            static_cast<void>(qutibench::place_of(one));
        }
    } catch (const qutibench::error&) {
    }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<qutibench::adapter> all = qutibench::builtin_adapters();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    unsigned sum = 0;
    for (const char one : text) sum = sum * 31U + static_cast<unsigned char>(one);
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].recognises(text) || sum % all.size() == i) read_as(all[i], text, all);
    return 0;
}
