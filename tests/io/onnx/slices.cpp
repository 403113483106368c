// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/onnx.hpp>
#include <qutibench/io/onnx/slices.hpp>
#include <qutibench/io/save_onnx.hpp>
#include <qutibench/network/zoo/cnv_mlp.hpp>

#include <algorithm>

#include "catch.hpp"

namespace onnx = qutibench::onnx;

namespace {

struct sliced {
    std::string model;
    std::uint64_t read = 0;  ///< bytes that were asked for
};

/// Feeds a file in pieces of at most `most` bytes.
sliced in_slices(const std::string& file, std::size_t most) {
    onnx::slice_reader reader(file.size(), "model.onnx");
    sliced result;
    for (auto wanted = reader.wanted(); wanted.length > 0; wanted = reader.wanted()) {
        const std::string_view piece = std::string_view(file).substr(
            static_cast<std::size_t>(wanted.offset), std::min(most, static_cast<std::size_t>(wanted.length)));
        result.read += piece.size();
        reader.give(piece);
    }
    result.model = reader.finish();
    return result;
}

qutibench::workload work_of(const std::string& file) {
    return analyze(qutibench::load_onnx(std::as_bytes(std::span(file.data(), file.size()))));
}

std::string error_of(const std::string& file, std::size_t most = 1 << 19) {
    try {
        static_cast<void>(in_slices(file, most));
    } catch (const qutibench::parse_error& wrong) {
        return wrong.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("A model in slices has the layers of the whole one, without its weights") {
    const std::string whole = qutibench::to_onnx(qutibench::zoo::cnv());
    const qutibench::workload expected = work_of(whole);
    for (const std::size_t most : {std::size_t{1} << 10U, std::size_t{99'991}, std::size_t{1} << 19U}) {
        const sliced got = in_slices(whole, most);
        const qutibench::workload work = work_of(got.model);
        CHECK(static_cast<const qutibench::workload_totals&>(work) == expected);
        CHECK(work.layers().size() == expected.layers().size());
        CHECK(got.model.size() < whole.size() / 10);
    }
    // Large weights are passed over, not read: 6.2 M of them, 4 bytes each, in eight large tensors.
    CHECK(in_slices(whole, 1 << 12).read < whole.size() / 10);
}

TEST_CASE("Small tensors stay: shapes may depend on them") {
    const std::string small = qutibench::to_onnx(qutibench::zoo::cnv(0.125));
    CHECK(in_slices(small, 1).model.size() > small.size() / 3);
    const qutibench::workload work = work_of(in_slices(small, 1).model);
    CHECK(work.operations().value() == 8'017'792);
}

TEST_CASE("Cut files say at which byte, wherever they are cut") {
    const std::string whole = qutibench::to_onnx(qutibench::zoo::cnv(0.125));
    for (std::size_t size = 1; size < whole.size(); size += 1 + size / 7) {
        const std::string error = error_of(whole.substr(0, size));
        // A cut between two fields leaves a valid message; `read` says then what is missing.
        if (error != "none") CHECK(error.starts_with("model.onnx, byte "));
    }
    CHECK(error_of(whole.substr(0, whole.size() / 2)).find("ends inside") != std::string::npos);
    CHECK(error_of("not a model at all, but long enough") != "none");
    CHECK_THROWS_AS(onnx::slice_reader(0, "empty.onnx"), qutibench::parse_error);
}

TEST_CASE("A large tensor may be the last thing in a file") {
    const std::string data(1 << 20, 'w');
    const auto field = [](char tag, const std::string& content) {
        std::string out(1, tag);
        for (std::size_t size = content.size(); true; size >>= 7U) {
            out += static_cast<char>((size & 0x7fU) | (size >= 0x80 ? 0x80U : 0U));
            if (size < 0x80) return out + content;
        }
    };
    const std::string file = field('\x3a', field('\x2a', field('\x42', "name") + field('\x4a', data)));
    const sliced got = in_slices(file, 4096);
    CHECK(got.model == field('\x3a', field('\x2a', field('\x42', "name"))));
    CHECK(got.read == 4096);
    CHECK(error_of(file.substr(0, file.size() - 1), 4096) != "none");
}

TEST_CASE("Slices are given as they are wanted") {
    onnx::slice_reader reader(10, "model.onnx");
    CHECK_THROWS_AS(reader.give(""), qutibench::invalid_argument);
    CHECK_THROWS_AS(reader.give("eleven bytes"), qutibench::invalid_argument);
    CHECK_THROWS_AS(reader.finish(), qutibench::invalid_argument);
}
