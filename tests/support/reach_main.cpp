// SPDX-License-Identifier: BSD-3-Clause
// Hands every file of the folders that are named to a fuzz target, so that counters tell what its corpus reaches.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** folders) {
    int files = 0;
    for (int i = 1; i < count; ++i) {
        if (!std::filesystem::is_directory(folders[i])) continue;
        for (const auto& one : std::filesystem::recursive_directory_iterator(folders[i])) {
            if (!one.is_regular_file()) continue;
            std::ifstream in(one.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(in), {}};
            static_cast<void>(
                LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
            ++files;
        }
    }
    std::printf("%d files\n", files);
    return files > 0 ? 0 : 1;
}
