// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/model/breakdown.hpp>
#include <qutibench/model/deployed.hpp>

namespace qutibench::detail {

/// The whole network under one roofline, as published (T chapter 6).
struct network_rule {
    static constexpr std::string_view name = "network";
    static constexpr execution_traits traits{};

    template <class Call>
    [[nodiscard]] static auto demand(Call& call) {
        return call.whole();
    }
};

}  // namespace qutibench::detail
