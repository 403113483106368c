// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/version.hpp>

#include <string>

#include "catch.hpp"

TEST_CASE("the version text says what the macros say") {
    const std::string text = std::to_string(QUTIBENCH_VERSION_MAJOR) + "." + std::to_string(QUTIBENCH_VERSION_MINOR) +
                             "." + std::to_string(QUTIBENCH_VERSION_PATCH);
    CHECK(qutibench::version == text);
    CHECK(QUTIBENCH_VERSION / 10000 == QUTIBENCH_VERSION_MAJOR);
    CHECK(QUTIBENCH_VERSION / 100 % 100 == QUTIBENCH_VERSION_MINOR);
    CHECK(QUTIBENCH_VERSION % 100 == QUTIBENCH_VERSION_PATCH);
}
