// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which devices, layouts, precisions and loads are worth having: speed for one user against what a device gives in
/// all.
#pragma once

#include <qutibench/language/serving.hpp>

#include <span>

namespace qutibench {

/// One point of a sweep: which server, under which load, and its two rates.
struct serving_point {
    std::size_t server = 0;  ///< index into the servers that were given
    double concurrency = 0;
    double tokens_per_s_per_user = 0;
    double tokens_per_s_per_device = 0;
};

/// The points that fit the memory and that no other beats in both rates, fastest for a user first. Each server is a
/// model under one device, layout and precision; all answer `ask` at every load. O(points) time and, until the front is
/// built, no allocation for a point. Throws invalid_argument on a question or a load outside its range.
[[nodiscard]] inline std::vector<serving_point> serving_frontier(std::span<const serving> servers, serving_question ask,
                                                                 std::span<const double> loads) {
    for (const double load : loads) {
        ask.concurrency = load;
        check(ask);
    }
    std::vector<serving_point> all;
    all.reserve(servers.size() * loads.size());
    for (std::size_t i = 0; i < servers.size(); ++i)
        for (const double load : loads) {
            ask.concurrency = load;
            bool fits = false;
            const serving_figures rates = servers[i].rates(ask, fits);
            if (fits) all.push_back({i, load, rates.tokens_per_s_per_user, rates.tokens_per_s_per_device});
        }
    std::sort(all.begin(), all.end(), [](const serving_point& a, const serving_point& b) {
        if (a.tokens_per_s_per_user != b.tokens_per_s_per_user)
            return a.tokens_per_s_per_user > b.tokens_per_s_per_user;
        return a.tokens_per_s_per_device > b.tokens_per_s_per_device;
    });
    std::vector<serving_point> front;
    for (const serving_point& one : all)
        if (front.empty() || one.tokens_per_s_per_device > front.back().tokens_per_s_per_device) front.push_back(one);
    return front;
}

}  // namespace qutibench
