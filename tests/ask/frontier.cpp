// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/ask/frontier.hpp>

#include "catch.hpp"

#include <qutibench/ask/records.hpp>

using namespace qutibench;
using Catch::Matchers::Contains;

namespace {

struct answered {
    answers table;
    std::vector<record> records;
    frontier_selection front;
};

answered ask(const question& wanted, frontier_question objectives, bool is_with_doubtful = true) {
    objectives.is_with_doubtful = is_with_doubtful;
    answered all{session().ask(wanted), {}, {}};
    all.records = records_of(std::span<const answer>(all.table.rows));
    all.front = frontier_of(answer_columns(all.table.rows), objectives);
    return all;
}

}  // namespace

TEST_CASE("the front of a selection equals the definition, row by row") {
    question wanted{.networks = {"cnv", "mlp"},
                    .platforms = {"zcu104_finn", "jetson_tx2:maxn", "ncs2", "edgetpu"},
                    .keep = {1, 0.5}};
    wanted.axes.batches = {1, 16};
    const answered all =
        ask(wanted, {.maximize = {"throughput_ips"}, .minimize = {"latency_s"}, .constrain = {"accuracy_top1 > 0.8"}});
    std::vector<std::size_t> expected;
    std::size_t excluded = 0;
    for (std::size_t i = 0; i < all.records.size(); ++i) {
        const auto counts = [&](std::size_t row) {
            const auto& accuracy = all.records[row]["accuracy_top1"];
            return !accuracy.is_null() && accuracy.get<double>() > 0.8;
        };
        if (!counts(i)) {
            ++excluded;
            continue;
        }
        bool dominated = false;
        for (std::size_t j = 0; j < all.records.size(); ++j) {
            const double rate = all.records[j]["throughput_ips"], own_rate = all.records[i]["throughput_ips"];
            const double time = all.records[j]["latency_s"], own_time = all.records[i]["latency_s"];
            dominated |= counts(j) && rate >= own_rate && time <= own_time && (rate > own_rate || time < own_time);
        }
        if (!dominated) expected.push_back(i);
    }
    CHECK(excluded > 0);
    CHECK(all.front.rows == expected);
    CHECK(all.front.excluded == excluded);
}

TEST_CASE("what is null is on no front, and counted") {
    const answered all = ask({.networks = {"cnv"}, .platforms = {"edgetpu", "zcu104_finn"}},
                             {.maximize = {"accuracy_top1"}, .minimize = {"energy_j"}});
    for (const std::size_t row : all.front.rows) {
        CHECK_FALSE(all.records[row]["accuracy_top1"].is_null());
        CHECK_FALSE(all.records[row]["energy_j"].is_null());
    }
    std::size_t accuracy = 0, energy = 0, either = 0;
    for (const auto& one : all.records) {
        accuracy += one["accuracy_top1"].is_null() ? 1 : 0;
        energy += one["energy_j"].is_null() ? 1 : 0;
        either += one["accuracy_top1"].is_null() || one["energy_j"].is_null() ? 1 : 0;
    }
    CHECK(all.front.unknown == either);
    CHECK(all.front.unknown_by_objective == std::vector<std::size_t>{accuracy, energy});
}

TEST_CASE("keys are columns; power and price are too") {
    const question wanted{.networks = {"resnet50"}, .platforms = {"jetson_tx2:maxn", "edgetpu:fast"}};
    const answered all = ask(wanted, {.maximize = {"throughput_ips / power_w"}, .constrain = {"feasible == 1"}});
    REQUIRE(all.front.rows.size() == 1);
    CHECK(all.records[all.front.rows[0]]["platform"] == "edgetpu");
    // power is energy times throughput, since energy is power times time where nobody measured another power
    const answers stated = session().ask({.networks = {"resnet50"}, .platforms = {"jetson_orin_nano_8gb:15w"}});
    const answer_columns columns(stated.rows);
    std::vector<double> power(columns.rows());
    expression("power_w / (energy_j * throughput_ips)", columns.names()).evaluate(columns.spans(), power);
    for (const double one : power) CHECK(one == Approx(1));

    CHECK_THROWS_WITH(ask(wanted, {.maximize = {"throughput"}}), Contains("did you mean 'throughput_ips'?"));
    CHECK_THROWS_WITH(ask(wanted, {.maximize = {"bound"}}), Contains("'bound' is text"));
    CHECK_THROWS_WITH(ask(wanted, {.minimize = {"assumptions"}}), Contains("'assumptions' is text"));
    CHECK_THROWS_AS(ask(wanted, {}), invalid_argument);
    CHECK(answer_columns({}).rows() == 0);
}

TEST_CASE("what is infeasible, or of a bandwidth that nobody states, is on no front unasked") {
    platform vague("vague", {{.peaks = {{int8, quantity_of<ops_per_second>(1e15)}}, .memories = {{.name = "ddr"}}}});
    question wanted{.networks = {"cnv", "resnet50"}, .platforms = {"edgetpu", "zcu104_dpu"}};
    wanted.axes.datatypes = {int8};
    wanted.axes.platforms = {std::make_shared<const platform>(vague)};
    const auto platforms_of = [](const answered& all) {
        std::vector<std::string> names;
        for (const std::size_t row : all.front.rows)
            names.push_back(all.records[row]["network"].get<std::string>() + " " +
                            all.records[row]["platform"].get<std::string>());
        std::sort(names.begin(), names.end());
        return names;
    };
    // Of CNV the Edge TPU's software runs nothing, and the vague device looks fastest because nothing bounds its
    // memory.
    CHECK(platforms_of(ask(wanted, {.maximize = {"throughput_ips"}}, false)) ==
          std::vector<std::string>{"cnv zcu104_dpu"});
    CHECK(platforms_of(ask(wanted, {.maximize = {"throughput_ips"}}, true)) == std::vector<std::string>{"cnv vague"});
}
