// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/model/calibration.hpp>
#include <qutibench/qutibench.hpp>

#include "catch.hpp"

using namespace qutibench;

namespace {

workload convolutions(std::int64_t channels, int depth) {
    graph net("convolutions");
    tensor at = net.input({1, channels, 14, 14});
    for (int i = 0; i < depth; ++i)
        at = net.add(convolution_2d{.out_channels = channels, .kernel = {3, 3}, .padding = same}, {at});
    return analyze(net);
}

/// Convolutions on a device that holds 200,000 weights: what does not fit is loaded at every call.
struct small_memory {
    static constexpr double held = 2e5;
    std::vector<workload> networks;
    std::vector<fitting::kernel_table> tables;
    std::vector<bool> stays;

    small_memory() {
        for (int i = 0; i < 30; ++i) networks.push_back(convolutions(16 + 8 * (i % 15), 2 + i / 15));
        for (const workload& one : networks) {
            tables.push_back(fitting::kernels_of(one));
            stays.push_back(static_cast<double>(one.weight_count) <= held);
        }
    }

    [[nodiscard]] double seconds(std::size_t which, double batch) const {
        const auto weights = static_cast<double>(networks[which].weight_count);
        const auto macs = static_cast<double>(networks[which].mac_count);
        return batch * macs * 2e-11 + (stays[which] ? 0 : weights * 4e-8);
    }

    [[nodiscard]] fitting::profiled_sample sample(std::size_t which, double batch) const {
        return {fitting::profiled({&tables[which], {}, batch, 0}, {1e11, 1e10, 4, 4}), std::log(seconds(which, batch))};
    }
};

std::shared_ptr<fitting::population> class_with(bool regimes) {
    auto out = std::make_shared<fitting::population>(fitting::any_device());
    out->noise = 0.05;
    out->has_regimes = regimes;
    out->mean[fitting::works + 1] = -5;  // what stays on chip moves little
    return out;
}

double error_of(const small_memory& device, const std::shared_ptr<fitting::population>& from) {
    std::vector<fitting::profiled_sample> measured;
    for (std::size_t i = 0; i < device.tables.size(); i += 2)
        for (const double batch : {1.0, 8.0}) measured.push_back(device.sample(i, batch));
    const auto fit = fitting::fit_learned(measured, from);
    double sum = 0;
    for (std::size_t i = 1; i < device.tables.size(); i += 2)
        for (const double batch : {1.0, 8.0}) {
            const auto asked = device.sample(i, batch);
            sum += std::abs(fit.predict(asked.run).log_seconds - asked.log_seconds);
        }
    return sum / static_cast<double>(device.tables.size());
}

}  // namespace

TEST_CASE("residence: it is seen where an input takes equally long in large and small batches", "[learned]") {
    const small_memory device;
    std::vector<fitting::residence_sample> samples;
    for (std::size_t i = 0; i < device.tables.size(); ++i)
        for (const double batch : {8.0, 1.0})
            samples.push_back({&device.tables[i].profile, batch, std::log(device.seconds(i, batch))});
    const auto seen = fitting::seen_residence(samples);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        REQUIRE(seen[i].has_value());
        CHECK(*seen[i] == device.stays[i / 2]);
    }
    for (fitting::residence_sample& one : samples) one.batch = 1;
    for (const auto& one : fitting::seen_residence(samples)) CHECK_FALSE(one.has_value());
}

TEST_CASE("residence: networks that were not measured are told apart by those that were", "[learned]") {
    const small_memory device;
    std::vector<fitting::residence_sample> samples;
    for (std::size_t i = 0; i < device.tables.size(); i += 2)
        for (const double batch : {1.0, 8.0})
            samples.push_back({&device.tables[i].profile, batch, std::log(device.seconds(i, batch))});
    const auto weights =
        fitting::fit_residence(samples, fitting::seen_residence(samples), fitting::residence_vector::Zero());
    int right = 0;
    for (std::size_t i = 1; i < device.tables.size(); i += 2)
        right += (weights.dot(fitting::residence_of(device.tables[i].profile)) > 0) == device.stays[i];
    CHECK(right >= 14);
    CHECK(fitting::fit_residence({}, {}, weights) == weights);
}

TEST_CASE("residence: two regimes predict a device that loads what does not fit twice as well as one", "[learned]") {
    const small_memory device;
    CHECK(2 * error_of(device, class_with(true)) < error_of(device, class_with(false)));
}
