// SPDX-License-Identifier: BSD-3-Clause
// CSV text: whatever the bytes, rows of views into the text or an error of the library.
#include <qutibench/io/csv.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const bool header = size > 0 && data[0] % 2 == 0;
    try {
        auto rows = qutibench::csv_reader::over(std::string(reinterpret_cast<const char*>(data), size), "fuzz",
                                                {.separator = ',', .header = header});
        std::size_t total = 0;
        while (rows.next())
            for (std::size_t i = 0; i < rows.fields().size(); ++i) {
                total += rows[i].size();
                double value = 0;
                static_cast<void>(qutibench::detail::parse_number(rows[i], value));
            }
        if (total > size) __builtin_trap();
    } catch (const qutibench::error&) {
    }
    return 0;
}
