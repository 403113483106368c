// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/study/published_frontier.hpp>

#include <set>

#include "catch.hpp"

using namespace qutibench;
using Catch::Matchers::Contains;

namespace {

std::set<std::string> names(const published_frontier& both, bool published_design::* on) {
    std::set<std::string> all;
    for (const published_design& one : both.designs)
        if (one.*on)
            all.insert(one.network + " " + one.platform + (one.mode.empty() ? "" : ":" + one.mode) + " " +
                       to_string(one.datatype));
    return all;
}

}  // namespace

TEST_CASE("CIFAR-10: theory expects INT2 and INT4 on FPGAs, as the thesis says") {
    const published_frontier both = compare_frontiers("cifar10");
    // T 6.5.2 and 7.3: FINN and BISMO predicted; FINN confirmed, BISMO not, and TX2 with FP16 and pruning besides
    CHECK(names(both, &published_design::is_predicted_optimal) ==
          std::set<std::string>{"cnv zcu104_finn int2", "cnv zcu104_finn int4", "cnv zcu104_bismo int2",
                                "cnv zcu104_bismo int4"});
    const auto measured = names(both, &published_design::is_measured_optimal);
    CHECK(measured == std::set<std::string>{"cnv zcu104_finn int2", "cnv zcu104_finn int4", "cnv jetson_tx2:maxn fp16",
                                            "cnv jetson_tx2:maxn fp32"});
    CHECK(both.measured == 46);
    CHECK(both.measured_optimal == 11);
    CHECK(both.named == 6);
}

TEST_CASE("MNIST: the same, and theory names nearly all") {
    const published_frontier both = compare_frontiers("mnist");
    CHECK(names(both, &published_design::is_measured_optimal) ==
          std::set<std::string>{"mlp zcu104_finn int2", "mlp zcu104_finn int4", "mlp zcu104_bismo int4",
                                "mlp ncs2 fp16"});
    CHECK(both.measured == 51);
    CHECK(both.measured_optimal == 8);
    CHECK(both.named == 7);
}

TEST_CASE("ImageNet: EfficientNet is predicted on a DPU, and measured on a TPU") {
    const published_frontier both = compare_frontiers("imagenet");
    CHECK(names(both, &published_design::is_predicted_optimal) ==
          std::set<std::string>{"efficientnet_edgetpu_s zcu102_dpu int8", "efficientnet_edgetpu_m zcu102_dpu int8",
                                "efficientnet_edgetpu_l zcu102_dpu int8", "mobilenet_v1 edgetpu:fast int8"});
    // T figure 7.22 says of the TPU's MobileNet and of GoogLeNet on the ZCU102 what the portal's rows say; EfficientNet
    // on the TPU is more accurate than either.
    CHECK(names(both, &published_design::is_measured_optimal) ==
          std::set<std::string>{"efficientnet_edgetpu_l edgetpu:fast int8", "efficientnet_edgetpu_m edgetpu:fast int8",
                                "efficientnet_edgetpu_s edgetpu:fast int8", "mobilenet_v1 edgetpu:fast int8",
                                "googlenet_v1 zcu102_dpu int8"});
    CHECK(both.measured == 32);
    CHECK(both.measured_optimal == 5);
    CHECK(both.named == 1);
    CHECK(both.named_among_measured == 4);
}

TEST_CASE("designs come from the heatmaps, accuracies from table 5.2, measurements from level3.csv") {
    const published_frontier both = compare_frontiers("cifar10");
    const auto found = std::find_if(both.designs.begin(), both.designs.end(), [](const published_design& one) {
        return one.platform == "jetson_tx2" && one.mode == "maxp" && one.datatype == fp16 && one.keep == 0.5;
    });
    REQUIRE(found != both.designs.end());
    CHECK(found->accuracy_top1 == Approx(0.8555));
    CHECK(found->throughput_ips == Approx(9583).epsilon(0.001));
    CHECK(found->measured_accuracy_top1 == Approx(0.8557));
    CHECK(found->measured_throughput_ips == Approx(6618.15));
    CHECK(found->scope == measured_scope::compute);
    const auto record = to_record(*found);
    CHECK(record["predicted_optimal"] == false);
    CHECK(record["measured_optimal"] == false);  // maxn is faster
    CHECK(record["scope"] == "compute");

    CHECK_THROWS_WITH(compare_frontiers("imagenett"), Contains("did you mean 'imagenet'?"));
    CHECK_THROWS_AS(compare_frontiers("cifar10", adapter_input::text("{}", "none.csv")), error);
}
