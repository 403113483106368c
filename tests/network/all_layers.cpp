// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/network/all_layers.hpp>

#include "catch.hpp"

#include <set>
#include <string>

using namespace qutibench;

namespace {

struct doubled {
    static constexpr std::string_view type = "doubled";
    static constexpr layer_kind kind = layer_kind::other;
    std::int64_t channels = 1;
    [[nodiscard]] shape output_shape(shapes in) const { return in[0]; }
    [[nodiscard]] layer_cost cost(shapes) const { return {}; }
    void set_width(std::int64_t to) { channels = to; }
    template <class F>
    void describe(F&& field) const {
        field("channels", channels);
    }
};

template <class... Layers>
std::set<std::string_view> types_of(layer_list<Layers...>) {
    return {Layers::type...};
}

}  // namespace

TEST_CASE("each layer stands in the list once, under a type of its own, and is found there") {
    CHECK(types_of(all_layers{}).size() == 38);
    std::string found;
    CHECK(visit_layer(dense{.out_features = 3}, all_layers{}, [&](const auto& one) { found = one.type; }));
    CHECK(found == "dense");
    CHECK_FALSE(visit_layer(doubled{}, all_layers{}, [](const auto&) {}));
}

TEST_CASE("what transforms may know of a layer is asked of the layer, yours included") {
    any_layer mine = doubled{};
    CHECK(mine.set_width(4));
    CHECK(mine.as<doubled>()->channels == 4);
    CHECK_FALSE(mine.add_bias());
    CHECK_FALSE(mine.keeps_axis(1, 4));
    any_layer product = dense{.out_features = 3};
    CHECK(product.set_width(5));
    CHECK(product.add_bias());
    CHECK(*product.as<dense>() == dense{.out_features = 5, .bias = true});
    const any_layer cut = slice{.axis = 1, .begin = 0, .end = 1};
    CHECK(cut.keeps_axis(2, 4));
    CHECK_FALSE(cut.keeps_axis(1, 4));
    CHECK_FALSE(any_layer(flatten{}).set_width(2));
}
