// SPDX-License-Identifier: BSD-3-Clause
#include "io/onnx/build.hpp"

#include "catch.hpp"

#include <fstream>

namespace onnx = qutibench::onnx;

namespace {

const std::string folder = QUTIBENCH_TEST_DATA_DIR "/onnx/";

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string error_of(const std::string& written) {
    try {
        static_cast<void>(onnx::infer(build::read(written)));
    } catch (const qutibench::error& e) {
        return std::string(e.id()) + ": " + e.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("A file is read as its nodes, initialisers, inputs and outputs") {
    const auto model = onnx::read(folder + "ts_unet.onnx");
    CHECK(model.graph.nodes.size() == 9);
    CHECK(model.graph.initialisers.size() == 10);
    CHECK(model.producer == "pytorch");
    REQUIRE(model.opsets.size() == 1);
    CHECK(model.opsets[0].version == 17);
    const auto& transposed = *std::find_if(model.graph.nodes.begin(), model.graph.nodes.end(),
                                           [](const auto& n) { return n.op_type == "ConvTranspose"; });
    const auto* strides = onnx::find_attribute(transposed, nullptr, "strides");
    REQUIRE(strides != nullptr);
    CHECK(strides->integers == std::vector<std::int64_t>{2, 2});
    CHECK(model.graph.inputs[0].type.dims[0].name == "batch");
    CHECK(model.graph.inputs[0].type.dims[1].value == 3);
}

TEST_CASE("Of the long lists of a tree ensemble only the names are read") {
    const auto attribute_of = [](const std::string& name, std::size_t values) {
        build::graph net;
        net.node("Any", {"x"}, {"y"}, {build::attribute(name, build::integers(values, 7))});
        return build::read(net.model()).graph.nodes[0].attributes[0].integers.size();
    };
    for (const char* name : {"nodes_treeids", "leaf_targetids", "target_ids", "class_nodeids"}) {
        CHECK(attribute_of(name, 5000) == 0);
        CHECK(attribute_of(name, 20) == 20);
    }
    for (const char* name :
         {"classlabels_int64s", "cats_int64s", "a_name_of_more_characters_than_any_list_of_a_tree_has"})
        CHECK(attribute_of(name, 5000) == 5000);
}

TEST_CASE("A file and its bytes give the same model, in a buffer of one's own or not") {
    const std::string bytes = bytes_of(folder + "alexnet.onnx");
    const std::span<const std::byte> view(reinterpret_cast<const std::byte*>(bytes.data()), bytes.size());
    const auto mapped = onnx::read(folder + "alexnet.onnx");
    const auto copied = onnx::read(view);
    const auto viewed = onnx::read_view(view);
    CHECK(mapped.graph.nodes.size() == 20);
    CHECK(copied.graph.nodes.size() == 20);
    CHECK(viewed.graph.nodes.size() == 20);
    CHECK(static_cast<const void*>(viewed.source->bytes().data()) == bytes.data());
    CHECK(static_cast<const void*>(copied.source->bytes().data()) != bytes.data());
}

TEST_CASE("What is no whole ONNX model is refused with a place") {
    CHECK_THROWS_AS(onnx::read(folder + "absent.onnx"), qutibench::parse_error);
    CHECK_THROWS_AS(onnx::read(folder), qutibench::parse_error);
    CHECK(error_of("") == "parse_error: (bytes), byte 0: the file is empty");
    CHECK(error_of("PNG...").rfind("parse_error: (bytes), byte", 0) == 0);

    build::graph g;
    g.input("x", {"1"}).node("Relu", {"x"}, {"y"}).output("y");
    const std::string whole = g.model();
    CHECK(error_of(whole) == "none");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const std::string error = error_of(whole.substr(0, length));
        // The last 30 bytes import domains that nothing uses: a cut between them leaves a whole model.
        if (error != "none")
            CHECK(error.rfind("parse_error: (bytes), byte ", 0) == 0);
        else
            CHECK(length >= whole.size() - 30);
    }
}

TEST_CASE("Names are UTF-8, and any other byte is refused with its place") {
    const auto named = [](const std::string& name) {
        return build::graph().input("x", {"1"}).node("Relu", {"x"}, {"y"}, {}, "", name).output("y").model();
    };
    CHECK(error_of(named("\xe6\x97\xa5")) == "none");
    const std::string broken = named("caf\xe9");
    std::string expected = "parse_error: (bytes), byte ";
    expected.append(std::to_string(broken.find("caf\xe9"))).append(": this name is not UTF-8, as ONNX prescribes");
    CHECK(error_of(broken) == expected);
}

TEST_CASE("A length prefix that reaches past the end of the file is a parse_error") {
    std::string reaching = build::graph().input("x", {"1"}).output("x").model();
    protozero::pbf_writer(reaching).add_bytes(7, std::string(100, '\0'));
    reaching.resize(reaching.size() - 90);
    CHECK(error_of(reaching).find("end of buffer") != std::string::npos);
}

TEST_CASE("Negative and absurd dimensions are refused") {
    CHECK(error_of(build::graph().input("x", {"-3"}).output("x").model()).find("input 'x': dimension 0 is -3") !=
          std::string::npos);
    CHECK(error_of(build::graph().input("x", {"4611686018427387904", "8"}).output("x").model()).find("2^60") !=
          std::string::npos);
    CHECK(error_of(build::graph().weight("w", {3, -1}).output("w").model()).find("negative dimension -1") !=
          std::string::npos);
    CHECK(error_of(build::graph().weight("w", {1LL << 40, 1LL << 40}).output("w").model()).find("2^60") !=
          std::string::npos);
    CHECK(error_of(build::graph().weight("w", build::integers(40, 1)).output("w").model()).find("dimensions") !=
          std::string::npos);
}

TEST_CASE("Limits on entities and nesting hold") {
    build::graph many;
    for (int i = 0; i < 100; ++i) many.weight("w" + std::to_string(i), {1});
    const std::string written = many.model();
    const std::span<const std::byte> view(reinterpret_cast<const std::byte*>(written.data()), written.size());
    CHECK_THROWS_AS(onnx::read(view, {.entities = 50}), qutibench::parse_error);

    std::string nested = build::graph().input("x", {"1"}).output("x").written();
    for (int i = 0; i < 200; ++i) {
        build::graph around;
        around.node("If", {"c"}, {"y"},
                    {build::subgraph("then_branch", nested), build::subgraph("else_branch", nested.substr(0, 0))});
        nested = around.written();
    }
    build::graph top;
    top.node("If", {"c"}, {"y"}, {build::subgraph("then_branch", nested)});
    CHECK(error_of(top.model()).find("nested") != std::string::npos);
}

TEST_CASE("Values of a small constant are read from whichever field holds them") {
    const auto shape_of = [](const std::string& target) {
        build::graph g;
        g.input("x", {"2", "3", "4"}).stored(target).node("Reshape", {"x", "s"}, {"y"}).output("y");
        return build::shapes(g.model());
    };
    CHECK(shape_of(build::tensor("s", {2}, build::integers{6, -1})) == "6x4");
    std::string raw = build::tensor("s", {2}, 7);
    protozero::pbf_writer(raw).add_bytes(9, std::string("\x0c\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16));
    CHECK(shape_of(raw) == "12x2");
    std::string narrow = build::tensor("s", {2}, 6);
    const std::vector<std::int32_t> values{-1, 8};
    protozero::pbf_writer(narrow).add_packed_int32(5, values.begin(), values.end());
    CHECK(shape_of(narrow) == "3x8");
    CHECK(shape_of(build::tensor("s", {2}, 7)) == "?x?");                         // stripped of its data
    CHECK(shape_of(build::tensor("s", {2}, build::integers{6, 2, 2})) == "?x?");  // more values than elements
    std::string external = build::tensor("s", {2}, build::integers{6, -1});
    protozero::pbf_writer(external).add_int32(14, 1);
    CHECK(shape_of(external) == "?x?");  // in another file, which is not opened
}
