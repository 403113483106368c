// SPDX-License-Identifier: BSD-3-Clause
// Files that were cut, flipped or overwritten: whatever comes of it is a result or one of the library's errors.
#include <qutibench/io/onnx/before_export.hpp>

#include "catch.hpp"

#include <fstream>
#include <iterator>
#include <random>

namespace onnx = qutibench::onnx;

namespace {

void use(const std::string& bytes) {
    try {
        const auto model = onnx::read_view({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()});
        onnx::infer_options options;
        for (const auto& name : onnx::infer(model).unbound_dimensions()) options.dims.emplace_back(name, 1);
        const auto inferred = onnx::infer(model, options);
        static_cast<void>(onnx::parameters_before_export(inferred, onnx::count(inferred)));
    } catch (const qutibench::error& e) {
        CHECK_FALSE(std::string(e.what()).empty());
    }
}

}  // namespace

TEST_CASE("Damaged models end in a result or an error of the library") {
    std::mt19937 random(20);  // the same damage in every run
    for (const std::string name : {"alexnet", "ts_unet", "ts_resnet18", "mobilevit_s", "swin_t"}) {
        std::ifstream file(QUTIBENCH_TEST_DATA_DIR "/onnx/" + name + ".onnx", std::ios::binary);
        const std::string whole{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        REQUIRE(whole.size() > 1000);
        for (int i = 0; i < 60; ++i) {
            std::string damaged = whole;
            if (i % 3 == 0) damaged.resize(random() % whole.size());
            for (int j = 0; i % 3 == 1 && j < 4; ++j)
                damaged[random() % whole.size()] ^= static_cast<char>(1 << random() % 8);
            for (int j = 0; i % 3 == 2 && j < 16; ++j)
                damaged[random() % whole.size()] = static_cast<char>(random() % 256);
            use(damaged);
        }
    }
}

TEST_CASE("Random bytes are not a model") {
    std::mt19937 random(21);
    for (int i = 0; i < 200; ++i) {
        std::string bytes(1 + random() % 400, '\0');
        for (char& one : bytes) one = static_cast<char>(random() % 256);
        CHECK_THROWS_AS(onnx::read_view({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()}),
                        qutibench::parse_error);
    }
}
