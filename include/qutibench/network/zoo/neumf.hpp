// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/embedding.hpp>
#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `neumf`.
struct neumf_network {
    using is_recipe = void;

    [[nodiscard]] constexpr std::string_view name() const { return "neumf"; }

    template <class Net>
    constexpr void build(Net& net) const {
        const auto user = net.input({1}, "user");
        const auto item = net.input({1}, "item");
        const auto looked_up = [&](auto index, std::int64_t rows, std::int64_t width, const label& at) {
            return net.add(embedding{.rows = rows, .width = width}, {index}, at);
        };
        const auto factors = net.add(
            elementwise{elementwise_function::multiply},
            {looked_up(user, users, 64, "user_factors"), looked_up(item, items, 64, "item_factors")}, "factors");
        auto x = net.add(concatenation{},
                         {looked_up(user, users, 128, "user_features"), looked_up(item, items, 128, "item_features")},
                         "features");
        int index = 0;
        for (const std::int64_t width : {256, 128, 64}) {
            const label at = label("fc") + ++index;
            x = blocks::act(net, net.add(dense{.out_features = width, .bias = true}, {x}, at), at);
        }
        x = net.add(concatenation{}, {factors, x}, "joined");
        x = net.add(dense{.out_features = 1, .bias = true}, {x}, "prediction");
        blocks::act(net, x, "prediction", activation_function::sigmoid);
    }

    friend constexpr bool operator==(const neumf_network&, const neumf_network&) = default;

    static constexpr std::int64_t users = 138493, items = 26744;
};

/// Neural collaborative filtering, one score of a user and an item of MovieLens 20M: NeuMF (He et al., WWW 2017) as
/// MLPerf Training v0.5 sets it up, 64 factors and layers of 256, 256, 128 and 64 features.
[[nodiscard]] constexpr neumf_network neumf() {
    return {};
}

}  // namespace qutibench::zoo
