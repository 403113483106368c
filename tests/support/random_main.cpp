// SPDX-License-Identifier: BSD-3-Clause
// Runs a fuzz target on given files, and then on random bytes: what targets need that make something of every byte, and
// what counts what corpora reach.
//
// usage: TARGET SECONDS COUNT SEED [FILE or FOLDER...]
//
// Ends after so many seconds or inputs, whichever is first. An input that fails, or that takes five seconds of the
// processor, a file a minute, is named by its number and left in the file failed_input.
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// NOLINTNEXTLINE: the sanitizers' own name
extern "C" void __sanitizer_set_death_callback(void (*callback)());

namespace {

std::vector<std::uint8_t> input;
long number = 0;  // of the random input; below zero for files

void keep() {
    std::ofstream("failed_input", std::ios::binary)
        .write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
    std::fprintf(stderr, "input %ld failed\n", number);
}

void end_slow(int) {
    keep();
    _exit(1);
}

void run(int seconds) {
    const itimerval most{{0, 0}, {seconds, 0}};
    setitimer(ITIMER_VIRTUAL, &most, nullptr);
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

void run_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    input.assign(std::istreambuf_iterator<char>(file), {});
    --number;
    run(60);
}

}  // namespace

int main(int count, char** words) {
    if (count < 4) return 2;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atol(words[1]));
    const long most = std::atol(words[2]);
    const std::uint64_t seed = std::strtoull(words[3], nullptr, 10);
    __sanitizer_set_death_callback(keep);
    std::signal(SIGVTALRM, end_slow);
    std::signal(SIGABRT, end_slow);
    for (int i = 4; i < count; ++i) {
        if (!std::filesystem::is_directory(words[i])) {
            run_file(words[i]);
            continue;
        }
        for (const auto& one : std::filesystem::directory_iterator(words[i])) run_file(one.path());
    }
    for (number = 0; number < most && std::chrono::steady_clock::now() < end; ++number) {
        std::mt19937_64 random(seed * 1'000'003 + static_cast<std::uint64_t>(number));
        input.resize(20 + random() % 100);
        for (std::uint8_t& one : input) one = static_cast<std::uint8_t>(random());
        run(5);
    }
    std::printf("%ld random inputs, 0 failed\n", number);
}
