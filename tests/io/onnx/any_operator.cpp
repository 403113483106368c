// SPDX-License-Identifier: BSD-3-Clause
// Every operator with inputs and attributes that hardly ever fit: a result or one of the library's errors.
#include "io/onnx/build.hpp"

#include <qutibench/io/onnx/before_export.hpp>

#include "catch.hpp"

#include <cstdlib>
#include <random>

namespace onnx = qutibench::onnx;

namespace {

class generator {
public:
    explicit generator(unsigned seed) : random_(seed) {}

    std::string model_of(std::string_view domain, std::string_view type) {
        build::graph g;
        build::names reads;
        const std::size_t inputs = pick(10);
        for (std::size_t i = 0; i < inputs; ++i) {
            const std::string name = "i" + std::to_string(i);
            reads.push_back(pick(8) == 0 ? "" : name);
            const std::size_t kind = pick(5);
            if (kind == 0)
                g.constant(name, integers());
            else if (kind == 1)
                g.scalar(name, integer());
            else if (kind == 2)
                g.stored(build::tensor(name, {2}, std::vector<float>{0.5F, -2}));
            else if (kind == 3 && pick(3) == 0)
                g.input(name);
            else
                g.input(name, dimensions(), types_[pick(std::size(types_))]);
        }
        build::names writes;
        for (std::size_t i = pick(5); i > 0; --i) writes.push_back("o" + std::to_string(i));
        build::names attributes;
        for (std::size_t i = pick(6); i > 0; --i) attributes.push_back(attribute());
        g.node(std::string(type), reads, writes, attributes, std::string(domain));
        for (const auto& one : writes) g.output(one);
        return g.model(static_cast<int>(1 + pick(25)));
    }

private:
    static constexpr int types_[] = {1, 1, 1, 2, 3, 6, 7, 8, 9, 10, 16};

    std::size_t pick(std::size_t below) { return random_() % below; }
    std::int64_t integer() {
        static constexpr std::int64_t extremes[] = {0,         1,         -1,       2147483647, -2147483648LL,
                                                    INT64_MAX, INT64_MIN, 1LL << 40};
        return pick(6) == 0 ? extremes[pick(std::size(extremes))] : static_cast<std::int64_t>(pick(9)) - 2;
    }
    build::integers integers() {
        build::integers values(pick(6));
        for (auto& one : values) one = integer();
        return values;
    }
    build::names dimensions() {
        static const char* const choices[] = {"0", "1", "1", "2", "2", "3", "4", "6", "8", "?", "n", "1099511627776"};
        build::names dims(pick(6));
        for (auto& one : dims) one = choices[pick(std::size(choices))];
        return dims;
    }
    std::string attribute() {
        static const char* const numbers[] = {"axis",
                                              "keepdims",
                                              "group",
                                              "num_heads",
                                              "kv_num_heads",
                                              "q_num_heads",
                                              "K",
                                              "N",
                                              "blocksize",
                                              "to",
                                              "dtype",
                                              "transA",
                                              "transB",
                                              "transBatchA",
                                              "channels_last",
                                              "hidden_size",
                                              "layout",
                                              "allowzero",
                                              "batch_dims",
                                              "k",
                                              "onesided",
                                              "inverse",
                                              "ceil_mode",
                                              "new_axis",
                                              "start",
                                              "end",
                                              "num_outputs",
                                              "noop_with_empty_axes",
                                              "sample_size",
                                              "input_as_shape",
                                              "stash_type",
                                              "sampling_ratio",
                                              "output_height",
                                              "n_targets",
                                              "targets",
                                              "past_present_share_buffer",
                                              "do_rotary",
                                              "size"};
        static const char* const lists[] = {"axes",          "perm",
                                            "pads",          "strides",
                                            "dilations",     "kernel_shape",
                                            "output_shape",  "output_padding",
                                            "shape",         "split",
                                            "starts",        "ends",
                                            "steps",         "qkv_hidden_sizes",
                                            "ngram_indexes", "pooled_shape",
                                            "value_ints",    "extra_shape",
                                            "cats_int64s"};
        static const std::pair<const char*, const char*> words[] = {
            {"auto_pad", "SAME_UPPER"},
            {"auto_pad", "VALID"},
            {"direction", "bidirectional"},
            {"equation", "ij,jk->ik"},
            {"equation", "...a,a...->..."},
            {"equation", "i->jj"},
            {"mode", "linear"},
            {"reduction", "none"},
            {"coordinate_transformation_mode", "tf_crop_and_resize"},
            {"keep_aspect_ratio_policy", "not_larger"},
            {"update_rule", "delta"},
            {"activation", "silu"}};
        const std::size_t kind = pick(5);
        if (kind < 2) return build::attribute(numbers[pick(std::size(numbers))], integer());
        if (kind < 4) return build::attribute(lists[pick(std::size(lists))], integers());
        const auto& [name, text] = words[pick(std::size(words))];
        return build::word(name, text);
    }

    std::mt19937 random_;
};

}  // namespace

TEST_CASE("No inputs and attributes bring an operator down, or make a cost negative") {
    generator random(4);
    const char* const rounds = std::getenv("QUTIBENCH_ROUNDS");
    const int each = rounds != nullptr ? std::atoi(rounds) : 25;
    int results = 0;
    for (const auto& entry : onnx::operator_table) {
        INFO(entry.domain << " " << entry.name);
        for (int i = 0; i < each; ++i) {
            const auto model = build::read(random.model_of(entry.domain, entry.name));
            try {
                onnx::infer_options options;
                for (const auto& name : onnx::infer(model).unbound_dimensions()) options.dims.emplace_back(name, 3);
                const auto inferred = onnx::infer(model, options);
                const auto counted = onnx::count(inferred);
                CHECK(counted.macs >= 0);
                CHECK(counted.other_operations >= 0);
                CHECK(counted.parameters >= counted.weights);
                ++results;
            } catch (const qutibench::error& e) {
                CHECK_FALSE(std::string(e.what()).empty());
            }
        }
    }
    CHECK(results > 0);
}
