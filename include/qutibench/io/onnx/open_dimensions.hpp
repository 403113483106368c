// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What is thrown where a model leaves dimensions open.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/error.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qutibench::onnx {

/// Dimensions of a model's inputs have no value.
class open_dimensions : public shape_error {
public:
    using values = std::vector<std::pair<std::string, std::int64_t>>;

    /// `example` binds each of them.
    explicit open_dimensions(values example)
        : shape_error(sentence(example, "as in --dim" + listed(example, " ", "="))), example_(std::move(example)) {}

    [[nodiscard]] const values& example() const noexcept { return example_; }

    /// What is open, and `advice` on how to bind it.
    [[nodiscard]] static std::string sentence(const values& example, const std::string& advice) {
        std::string names;
        for (std::size_t i = 0; i < std::min(most, example.size()); ++i)
            names += (i == 0 ? "" : ", ") + example[i].first;
        if (example.size() > most)
            names += qutibench::detail::message({" and ", std::uint64_t{example.size() - most}, " more"});
        return "dimensions without a value: " + names + "; bind each, " + advice;
    }

    /// The first ones with their values, each with `before` in front and `between` inside.
    [[nodiscard]] static std::string listed(const values& example, std::string_view before, std::string_view between) {
        std::string all;
        for (std::size_t i = 0; i < std::min(most, example.size()); ++i)
            all += qutibench::detail::message({before, example[i].first, between, example[i].second});
        return all;
    }

private:
    static constexpr std::size_t most = 16;
    values example_;
};

}  // namespace qutibench::onnx
