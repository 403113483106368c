// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/ask/requirements.hpp>

#include "catch.hpp"

using namespace qutibench;
using Catch::Matchers::Contains;

namespace {

std::vector<std::vector<std::string>> unmet(const std::vector<std::string>& conditions) {
    const answers all = session().ask({.networks = {"resnet50", "mobilenet_v1"}, .platforms = {"zcu104_dpu"}});
    return unmet_requirements(all.rows, conditions);
}

}  // namespace

TEST_CASE("a requirement holds row by row") {
    // 7.716 GOP at 4.6 TOP/s are 1.68 ms; 1.137 GOP are 0.247 ms.
    CHECK(unmet({"latency_s <= 10e-3"}) == std::vector<std::vector<std::string>>{{}, {}});
    CHECK(unmet({"latency_s <= 1e-3", "accuracy_top1 > 0.7"}) ==
          std::vector<std::vector<std::string>>{{"latency_s <= 1e-3"}, {"accuracy_top1 > 0.7"}});
}

TEST_CASE("what is not known meets no requirement") {
    CHECK(unmet({"initiation_interval_s < 1"}).front().size() == 1);
}

TEST_CASE("a requirement is a condition on figures that there are") {
    CHECK_THROWS_WITH(unmet({"latency_s"}), Contains("compare it, as in 'latency_s <= 1'"));
    CHECK_THROWS_WITH(unmet({"latencys < 1"}), Contains("did you mean 'latency_s'?"));
}
