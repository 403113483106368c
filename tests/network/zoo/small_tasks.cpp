// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// MLPerf Tiny's networks, recommenders and a detector against what their reference implementations print.
#include <qutibench/network/zoo/dlrm.hpp>
#include <qutibench/network/zoo/mlperf_tiny.hpp>
#include <qutibench/network/zoo/neumf.hpp>
#include <qutibench/network/zoo/ssd.hpp>

#include "catch.hpp"

#include <qutibench/network/analyze.hpp>

namespace qb = qutibench;
namespace zoo = qutibench::zoo;

namespace {

/// Multiply-accumulates and, as Keras calls them, trainable parameters; the recipe and its graph agree.
template <class Recipe>
void check_counts(const Recipe& recipe, std::int64_t macs, std::int64_t parameters) {
    const qb::workload one = qb::analyze(qb::graph(recipe));
    INFO(one.name());
    CHECK(one.mac_count == macs);
    CHECK(one.parameter_count == parameters);
    CHECK(static_cast<const qb::workload_totals&>(qb::analyze(recipe)) == static_cast<const qb::workload_totals&>(one));
}

}  // namespace

TEST_CASE("MLPerf Tiny's networks have the parameters that Keras prints for them") {
    // Keras counts in all 24,908, 221,794, 78,666 and 269,992, of which two for each normalised channel are not trained
    check_counts(zoo::ds_cnn(), 2'656'768, 24'908 - 2 * 9 * 64);
    check_counts(zoo::mobilenet_v1_vww(), 7'489'664, 221'794 - 2 * 2736);
    check_counts(zoo::resnet8(), 12'501'632, 78'666 - 2 * 240);
    check_counts(zoo::anomaly_autoencoder(), 264'192, 269'992 - 2 * 1032);
}

TEST_CASE("half of the width leaves a quarter of the operations between hidden layers") {
    const auto operations = [](const auto& recipe) {
        return static_cast<double>(qb::analyze(qb::graph(recipe)).operation_count);
    };
    CHECK(operations(zoo::resnet8(0.5)) / operations(zoo::resnet8()) == Approx(0.25).margin(0.02));
    CHECK_THROWS_AS(zoo::ds_cnn(0), qb::invalid_argument);
}

TEST_CASE("NeuMF on MovieLens 20M has the 31,832,577 parameters of its reference") {
    const std::int64_t layers = 256 * 256 + 256 * 128 + 128 * 64 + 128;
    check_counts(zoo::neumf(), layers, 31'832'577);
}

TEST_CASE("DLRM has the 187,767,399 rows of MLPerf's tables, and layers of 13, 512, 256, 128 and 479, 1024 to 1") {
    const std::int64_t bottom = 13 * 512 + 512 * 256 + 256 * 128, pairs = 27 * 27 * 128;
    const std::int64_t top = 479 * 1024 + 1024 * 1024 + 1024 * 512 + 512 * 256 + 256;
    const std::int64_t biases = 512 + 256 + 128 + 1024 + 1024 + 512 + 256 + 1;
    check_counts(zoo::dlrm(), bottom + pairs + top, 187'767'399 * std::int64_t{128} + bottom + top + biases);
}

TEST_CASE("SSD300 has torchvision's parameters, and its billions of multiply-accumulates to the three decimals") {
    const qb::workload one = qb::analyze(qb::graph(zoo::ssd300_vgg16()));
    CHECK(one.parameter_count == 35'641'826);
    CHECK(static_cast<double>(one.mac_count) * 1e-9 == Approx(34.858).margin(0.0005));
}
