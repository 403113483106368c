// SPDX-License-Identifier: BSD-3-Clause
#include "../../catch.hpp"

#include <qutibench/io/onnx.hpp>
#include <qutibench/io/onnx/model_writer.hpp>

using namespace qutibench;

TEST_CASE("what a module holds and does not learn is no parameter of the model that is written for it") {
    const auto parameters = [](bool learned) {
        onnx::model_writer out;
        out.input("x", onnx::element_type::float32, {1, 4});
        if (learned)
            out.weight("table", onnx::element_type::float32, {4, 8});
        else
            out.buffer("table", onnx::element_type::float32, {4, 8});
        out.weight("w", onnx::element_type::float32, {8, 2});
        const std::string names[] = {"x", "table", "a", "w", "y"};
        out.node("MatMul", "", "first", std::span(names, 2), std::span(names + 2, 1), {});
        out.node("MatMul", "", "second", std::span(names + 2, 2), std::span(names + 4, 1), {});
        out.output("y", onnx::element_type::float32, {1, 2});
        const std::string file = out.finish("net");
        const onnx::model model = onnx::read(std::as_bytes(std::span(file.data(), file.size())));
        const imported_model made = import_onnx(model, {}, "net");
        CHECK(analyze(made.layers).macs().value() == 4 * 8 + 8 * 2);
        CHECK(analyze(made.layers).parameters().value() == made.parameters);
        return made.parameters;
    };
    CHECK(parameters(true) == 4 * 8 + 8 * 2);
    CHECK(parameters(false) == 8 * 2);
}
