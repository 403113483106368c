// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a refused call says.
#pragma once

#include <qutibench/error.hpp>

#include <string>
#include <string_view>

/// The message of what a call throws; empty where it throws nothing.
template <class Call>
std::string refusal(Call call) {
    try {
        call();
    } catch (const qutibench::error& wrong) {
        return wrong.what();
    }
    return "";
}

inline bool says(const std::string& text, std::string_view what) {
    return text.find(what) != std::string::npos;
}
