// SPDX-License-Identifier: BSD-3-Clause
// Files that were cut, flipped or overwritten: whatever comes of it is a result or one of the library's errors.
#include <qutibench/io/onnx/before_export.hpp>

#include "build.hpp"
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

TEST_CASE("An equation with two ellipses in one term is refused where it is read") {
    for (const std::string equation : {"......,a->a", "a...b...,c->c", "...a,b->......"}) {
        build::graph g;
        g.input("x", {"2", "3"}).input("w", {"3"});
        g.node("Einsum", {"x", "w"}, {"y"}, {build::word("equation", equation)}).output("y");
        CHECK_THROWS_WITH(build::shapes(g.model()), Catch::Contains("equation"));
    }
}

TEST_CASE(
    "An operand that an old opset's broadcast does not fit into the first is refused, and no value is read past it") {
    const auto shapes = [](const build::names& attributes, const std::vector<std::int64_t>& second) {
        build::graph g;
        g.constant("a", {7, 8, 9}).constant("b", second);
        g.node("Mod", {"a", "b"}, {"y"}, attributes).output("y");
        return build::shapes(g.model());
    };
    const build::names repeats{build::attribute("broadcast", 1)};
    CHECK_NOTHROW(shapes(repeats, {2}));
    CHECK_THROWS_WITH(shapes(repeats, {2, 3}), Catch::Contains("differ: 3 and 2"));
    CHECK_THROWS_WITH(shapes({build::attribute("broadcast", 1), build::attribute("axis", 3)}, {2}),
                      Catch::Contains("axis 3 is outside"));
    CHECK_THROWS_WITH(shapes({build::attribute("broadcast", 1), build::attribute("axis", 0)}, {2, 3, 4, 5}),
                      Catch::Contains("differ"));
}

namespace {

/// Functions f1 ... fn of which each calls the next twice: 2^n nodes of a file that grows with n.
std::string tower(int levels, const build::names& innermost) {
    build::names functions;
    for (int i = 0; i + 1 < levels; ++i) {
        const std::string next = "f" + std::to_string(i + 1);
        functions.push_back(build::function(
            "f" + std::to_string(i), {"x"}, {"y"},
            {build::node(next, {"x"}, {"a"}, {}, "local"), build::node(next, {"a"}, {"y"}, {}, "local")}));
    }
    functions.push_back(build::function("f" + std::to_string(levels - 1), {"x"}, {"y"}, innermost));
    return build::graph().input("x", {"1", "8"}).node("f0", {"x"}, {"y"}, {}, "local").output("y").model(17, functions);
}

}  // namespace

TEST_CASE("Functions that call one another cost what the file may, not what they expand to") {
    const build::integers ones(1 << 15, 1);
    const std::string constant = build::stored("value", build::tensor("c", {1 << 15}, ones));
    CHECK_THROWS_WITH(build::shapes(tower(40, {build::node("Relu", {"x"}, {"y"})})), Catch::Contains("more work"));
    CHECK_THROWS_WITH(
        build::shapes(tower(40, {build::node("Constant", {}, {"c"}, {constant}), build::node("NonZero", {"c"}, {"i"}),
                                 build::node("Identity", {"x"}, {"y"})})),
        Catch::Contains("more work"));
    const std::string long_name(30'000, 'n');
    std::string message;
    try {
        build::shapes(tower(40, {build::node("Relu", {"x"}, {"y"}, {}, "", long_name)}));
    } catch (const qutibench::parse_error& refused) {
        message = refused.what();
    }
    CHECK(message.find("more work") != std::string::npos);
    CHECK(message.size() < 1000);
}

TEST_CASE("Of many attributes the first of a name counts, as of few") {
    for (const int others : {0, 100}) {
        build::names attributes;
        for (int i = 0; i < others; ++i) attributes.push_back(build::attribute("z" + std::to_string(i), 7));
        attributes.push_back(build::attribute("axis", 1));
        attributes.push_back(build::attribute("axis", 0));
        build::graph g;
        g.input("a", {"2", "3"}).input("b", {"2", "3"});
        g.node("Concat", {"a", "b"}, {"y"}, attributes).output("y");
        CHECK(build::shapes(g.model()) == "2x6");
    }
}
