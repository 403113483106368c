// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/language/frontier.hpp>
#include <qutibench/language/zoo.hpp>

using namespace qutibench;

TEST_CASE("the frontier of servers is that of comparing every pair") {
    operating_mode mode;
    mode.peaks = {{bf16, quantity_of<ops_per_second>(989e12)}, {fp8, quantity_of<ops_per_second>(1979e12)}};
    mode.memories = {
        {.name = "dram", .capacity = quantity_of<bytes>(80e9), .bandwidth = quantity_of<bytes_per_second>(3.35e12)}};
    mode.links = {{.name = "link", .reach = link_reach::devices, .bandwidth = quantity_of<bytes_per_second>(450e9)}};
    const platform device("gpu", {mode});
    const language_model model = zoo::build_language("llama_3_1_70b");
    std::vector<serving> servers;
    for (const std::int64_t tensor : {1, 2, 4, 8})
        for (const datatype& format : {bf16, fp8}) servers.emplace_back(model, device, format, language_layout{tensor});
    const std::vector<double> loads = {1, 4, 16, 64, 256};
    const std::vector<serving_point> front = serving_frontier(servers, {}, loads);
    std::size_t expected = 0;
    for (std::size_t i = 0; i < servers.size(); ++i)
        for (const double load : loads) {
            const serving_estimate mine = servers[i]({.concurrency = load});
            if (!mine.fits) continue;
            bool beaten = false;
            for (const serving& other : servers)
                for (const double at : loads) {
                    const serving_estimate its = other({.concurrency = at});
                    beaten = beaten || (its.fits && its.tokens_per_s_per_user > mine.tokens_per_s_per_user &&
                                        its.tokens_per_s_per_device > mine.tokens_per_s_per_device);
                }
            expected += beaten ? 0 : 1;
        }
    CHECK(front.size() == expected);
    CHECK(servers[front.front().server].rank().layout.tensor == 8);
    CHECK_THROWS_AS(serving_frontier(servers, {}, std::vector<double>{0}), invalid_argument);
}
