// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/model/calibration.hpp>
#include <qutibench/qutibench.hpp>

#include <numeric>
#include <random>

#include "catch.hpp"
#include "support/refusal.hpp"

using namespace qutibench;
using namespace qutibench::literals;

namespace {

/// Convolutions of so many channels on images of `size`, a classifier behind them.
workload convolutional(std::int64_t channels, std::int64_t size, int depth, std::int64_t extent = 3) {
    graph net("net");
    tensor at = net.input({1, 3, size, size});
    for (int i = 0; i < depth; ++i)
        at = net.add(convolution_2d{.out_channels = channels, .kernel = {extent, extent}, .padding = same}, {at});
    at = net.add(flatten{}, {net.add(global_pooling{}, {at})});
    net.add(dense{100}, {at});
    return analyze(net);
}

workload perceptron(std::int64_t width) {
    graph net("perceptron");
    tensor at = net.input({1, width});
    for (int i = 0; i < 3; ++i) at = net.add(dense{width}, {at});
    return analyze(net);
}

/// Forty networks and the times that a made-up device takes for them.
struct made_up_device {
    std::vector<fitting::kernel_table> tables;
    std::vector<fitting::profiled_sample> samples;

    made_up_device(const fitting::population& from, unsigned seed, double noise) {
        std::mt19937 draw(seed);
        std::normal_distribution<double> normal;
        fitting::rate_vector z;
        for (int i = 0; i < z.size(); ++i) z[i] = normal(draw);
        const fitting::rate_vector rates = from.mean + Eigen::LLT<fitting::rate_matrix>(from.covariance).matrixL() * z;
        for (int i = 0; i < 40; ++i)
            tables.push_back(
                fitting::kernels_of(convolutional(8 + 6 * (i % 10), 16 << (i % 3), 1 + i / 8, 1 + i % 2 * 2)));
        for (const fitting::kernel_table& one : tables) {
            const auto run = fitting::profiled({&one, {}, 1, 0}, {1e11, 1e10, 4, 4});
            samples.push_back({run, std::log(fitting::seconds_of(run, rates)) + noise * normal(draw)});
        }
    }
};

/// Devices that differ by a factor of two or so.
std::shared_ptr<fitting::population> similar_devices(double shift = 0) {
    auto all = std::make_shared<fitting::population>(fitting::any_device());
    all->name = "similar";
    all->mean.head<static_cast<int>(fitting::works)>().array() += shift;
    all->covariance *= 0.2;
    all->noise = 0.05;
    return all;
}

double error_on(const fitting::learned_fit& fit, const made_up_device& device, std::size_t from) {
    double sum = 0;
    for (std::size_t i = from; i < device.samples.size(); ++i)
        sum += std::abs(fit.predict(device.samples[i].run).log_seconds - device.samples[i].log_seconds);
    return sum / static_cast<double>(device.samples.size() - from);
}

}  // namespace

TEST_CASE("learned form: ten networks of a device of a known class tell the others", "[learned]") {
    const auto class_of = similar_devices();
    for (const unsigned seed : {1U, 2U, 3U}) {
        const made_up_device device(*class_of, seed, 0.02);
        const auto fit = fitting::fit_learned(std::span(device.samples).first(10), class_of);
        CHECK(error_on(fit, device, 10) < 0.15);
        CHECK(fit.from == class_of);
    }
}

TEST_CASE("learned form: the order of measurements changes nothing", "[learned]") {
    const auto class_of = similar_devices();
    const made_up_device device(*class_of, 4, 0.05);
    std::vector<fitting::profiled_sample> turned(device.samples.rbegin(), device.samples.rend());
    const auto one = fitting::fit_learned(device.samples, class_of), other = fitting::fit_learned(turned, class_of);
    for (const auto& sample : device.samples) {
        CHECK(other.predict(sample.run).log_seconds == Approx(one.predict(sample.run).log_seconds).margin(1e-4));
        CHECK(other.predict(sample.run).spread == Approx(one.predict(sample.run).spread).epsilon(1e-3));
    }
}

TEST_CASE("learned form: the same answer whatever the start", "[learned]") {
    const auto class_of = similar_devices();
    const made_up_device device(*class_of, 5, 0.05);
    const std::span<const fitting::profiled_sample> some(device.samples.data(), 15);
    fitting::detail::rate_fit fitter(some, *class_of);
    const auto usual = fitter.fit(class_of->noise, 100);
    for (const double away : {-3.0, -1.0, 1.0, 3.0}) {
        fitting::rate_vector start = class_of->mean;
        for (int i = 0; i < start.size(); ++i) start[i] += i % 2 == 0 ? away : -away / 2;
        const auto fit = fitter.fit(class_of->noise, 100, &start);
        CHECK(fit.log_evidence == Approx(usual.log_evidence).margin(0.01));
        CHECK((fit.rates - usual.rates).cwiseAbs().maxCoeff() < 0.02);
    }
}

TEST_CASE("learned form: the peak that a datasheet states does not change what measurements say", "[learned]") {
    network_set networks;
    std::vector<calibration_point> points;
    const made_up_device device(*similar_devices(), 6, 0.05);
    for (std::size_t i = 0; i < 12; ++i) {
        const auto at = static_cast<int>(i);
        const std::string name = "n" + std::to_string(i);
        networks.add(name, convolutional(8 + 6 * (at % 10), 16 << (at % 3), 1 + at / 8, 1 + at % 2 * 2));
        points.push_back({name, {.datatype = fp32}, std::exp(-device.samples[i].log_seconds)});
    }
    const workload other = convolutional(40, 48, 3);
    std::vector<double> said;
    for (const double tops : {0.05, 0.08, 0.1, 0.14}) {
        operating_mode mode;
        mode.peaks = {{fp32, quantity_of<ops_per_second>(tops * 1e12)}};
        mode.memories = {{"ddr", unknown<bytes>, 20.0_gb_per_s}};
        calibration_options options;
        options.structures = {"learned"};
        options.populations = {similar_devices()};
        options.validate = false;
        const auto fit = calibrate(points, networks, platform("board", {mode}), options);
        said.push_back(fit.predict(other, {.datatype = fp32}).throughput_ips);
    }
    for (const double one : said) CHECK(one == Approx(said.front()).epsilon(0.02));
}

TEST_CASE("learned form: the population is the one under which the measurements are likeliest", "[learned]") {
    const auto here = similar_devices();
    auto elsewhere = similar_devices();
    elsewhere->name = "elsewhere";
    for (int i = 0; i < elsewhere->mean.size(); ++i) elsewhere->mean[i] += i % 2 == 0 ? 2 : -2;
    const std::vector<std::shared_ptr<const fitting::population>> both{elsewhere, here};
    const made_up_device device(*here, 7, 0.03);
    CHECK(fitting::fit_learned(std::span(device.samples).first(12), both, {}).from->name == "similar");
    const made_up_device foreign(*elsewhere, 8, 0.03);
    CHECK(fitting::fit_learned(std::span(foreign.samples).first(12), both, {}).from->name == "elsewhere");
}

TEST_CASE("learned form: one broken row does not bend the rest", "[learned]") {
    const auto class_of = similar_devices();
    made_up_device device(*class_of, 9, 0.02);
    const double before = error_on(fitting::fit_learned(std::span(device.samples).first(12), class_of), device, 12);
    device.samples[3].log_seconds -= 6;  // four hundred times too fast
    const double after = error_on(fitting::fit_learned(std::span(device.samples).first(12), class_of), device, 12);
    CHECK(after < before + 0.05);
}

TEST_CASE("learned form: the interval is wider where the network is unlike those measured", "[learned]") {
    const auto class_of = similar_devices();
    const made_up_device device(*class_of, 10, 0.03);
    const auto fit = fitting::fit_learned(std::span(device.samples).first(20), class_of);
    const fitting::kernel_table unlike = fitting::kernels_of(perceptron(2048));
    const double near = fit.predict(device.samples[25].run).spread;
    CHECK(fit.predict(fitting::profiled({&unlike, {}, 1, 0}, {1e11, 1e10, 4, 4})).spread > 1.5 * near);
    const auto few = fitting::fit_learned(std::span(device.samples).first(3), class_of);
    CHECK(few.predict(device.samples[25].run).spread > near);
}

TEST_CASE("ranking: chosen networks tell more than drawn ones", "[learned][rank]") {
    const auto class_of = std::make_shared<fitting::population>(fitting::any_device());
    std::mt19937 draw(11);
    double chosen = 0, drawn = 0;
    constexpr std::size_t few = 5;
    for (unsigned seed = 20; seed < 26; ++seed) {
        const made_up_device device(*class_of, seed, 0.03);
        std::vector<fitting::profiled_run> runs;
        for (const auto& one : device.samples) runs.push_back(one.run);
        const auto order = fitting::rank_runs(fitting::unmeasured(class_of, {}), runs, few);
        REQUIRE(order.size() == few);
        for (std::size_t i = 1; i < few; ++i) CHECK(order[i].second < order[i - 1].second);
        std::vector<fitting::profiled_sample> some;
        for (const auto& [at, spread] : order) some.push_back(device.samples[at]);
        chosen += error_on(fitting::fit_learned(some, class_of), device, 0);
        std::vector<std::size_t> all(device.samples.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        constexpr int draws = 4;
        for (int i = 0; i < draws; ++i) {
            std::shuffle(all.begin(), all.end(), draw);
            some.clear();
            for (std::size_t j = 0; j < few; ++j) some.push_back(device.samples[all[j]]);
            drawn += error_on(fitting::fit_learned(some, class_of), device, 0) / draws;
        }
    }
    CHECK(chosen < 0.9 * drawn);
}

TEST_CASE("ranking: what it refuses, and what is measured is not asked for again", "[rank]") {
    network_set networks;
    std::vector<std::string> names;
    std::vector<calibration_point> points;
    for (int i = 0; i < 6; ++i) {
        names.push_back("n" + std::to_string(i));
        networks.add(names.back(), i < 3 ? convolutional(16, 32, 2 + i) : perceptron(256 * i));
        if (i < 3) points.push_back({names.back(), {.datatype = fp32}, 100.0 / (1 + i)});
    }
    const auto order = rank_next(points, networks, "board", names, {.datatype = fp32}, 2);
    REQUIRE(order.size() == 2);
    CHECK((order[0].network == "n3" || order[0].network == "n4" || order[0].network == "n5"));
    CHECK(says(refusal([&] {
                   static_cast<void>(rank_next(points, networks, "board", std::span<const std::string>(), {}, 2));
               }),
               "from 1 to 2000 candidates, not 0"));
    names.emplace_back("n7");
    CHECK_THROWS_AS(rank_next(points, networks, "board", names, {.datatype = fp32}, 2), unknown_name);
}

namespace {

/// Matrix products of many sizes on a device with a roofline and a launch time.
struct made_up_kernels {
    std::vector<fitting::kernel_point> points;
    std::vector<double> log_seconds;

    made_up_kernels(int count, unsigned seed, double noise = 0.03) {
        std::mt19937 draw(seed);
        std::uniform_real_distribution<double> extent(3, 11);
        std::normal_distribution<double> normal;
        fitting::rates at;
        at.peak = 1e13;
        at.bandwidth = 5e11;
        for (int i = 0; i < count; ++i) {
            fitting::kernel one;
            one.kind = fitting::kernel_kind::dense;
            one.rows = std::floor(std::exp2(extent(draw)));
            one.columns = std::floor(std::exp2(extent(draw)));
            one.depth = one.channels_in = std::floor(std::exp2(extent(draw)));
            one.macs = one.rows * one.columns * one.depth;
            one.weights = one.columns * one.depth;
            one.elements_in = one.rows * one.depth;
            one.elements_out = one.rows * one.columns;
            points.push_back(fitting::point_of(one, {nullptr, at, 1, 0}));
            const fitting::kernel_point& made = points.back();
            log_seconds.push_back(std::log(std::hypot(made.compute * 1.6, made.memory * 1.3) + 8e-6) +
                                  noise * normal(draw));
        }
    }
};

}  // namespace

TEST_CASE("single kernels: a hundred tell the others", "[kernels]") {
    const made_up_kernels seen(100, 1), others(200, 2);
    const auto fit = fitting::fit_kernels(seen.points, seen.log_seconds, true);
    double sum = 0;
    for (std::size_t i = 0; i < others.points.size(); ++i)
        sum += std::abs(fit.predict(others.points[i]).log_seconds - others.log_seconds[i]);
    CHECK(sum / 200 < 0.08);
    CHECK(fit.noise < 0.15);
}

TEST_CASE("single kernels: the order changes nothing", "[kernels]") {
    made_up_kernels seen(60, 3);
    const made_up_kernels others(20, 4);
    const auto one = fitting::fit_kernels(seen.points, seen.log_seconds, true);
    std::reverse(seen.points.begin(), seen.points.end());
    std::reverse(seen.log_seconds.begin(), seen.log_seconds.end());
    const auto other = fitting::fit_kernels(seen.points, seen.log_seconds, true);
    for (const fitting::kernel_point& at : others.points)
        CHECK(other.predict(at).log_seconds == Approx(one.predict(at).log_seconds).margin(1e-6));
}

TEST_CASE("single kernels: far from what was measured the interval is wider", "[kernels]") {
    const made_up_kernels seen(60, 5);
    const auto fit = fitting::fit_kernels(seen.points, seen.log_seconds, true);
    fitting::kernel_point far = seen.points.front();
    for (double& one : far.extents) one += 6;
    CHECK(fit.predict(far).spread > 2 * fit.predict(seen.points.front()).spread);
    fitting::kernel_point other_kind = seen.points.front();
    other_kind.kind = fitting::kernel_kind::depthwise;
    CHECK(fit.predict(other_kind).spread > fit.predict(seen.points.front()).spread);
}

TEST_CASE("single kernels: one alone is enough for a figure", "[kernels]") {
    const made_up_kernels seen(1, 6), others(5, 7);
    const auto fit = fitting::fit_kernels(seen.points, seen.log_seconds, true);
    CHECK(fit.predict(seen.points[0]).log_seconds == Approx(seen.log_seconds[0]).margin(0.1));
    for (const fitting::kernel_point& at : others.points) CHECK(std::isfinite(fit.predict(at).log_seconds));
}
