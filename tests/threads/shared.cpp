// SPDX-License-Identifier: BSD-3-Clause
// What threads may share: const objects of every kind, without locks. `./bootstrap.sh check` runs this under the thread
// sanitizer. oneTBB's own library is not built with it, so sweeps are divided among threads by hand here.
#include "../explore/spaces.hpp"
#include "catch.hpp"

#include <qutibench/explore/reducers.hpp>
#include <qutibench/hardware/probe/team.hpp>
#include <qutibench/io/adapters.hpp>
#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/json.hpp>
#include <qutibench/io/onnx.hpp>
#include <qutibench/model/predict.hpp>
#include <qutibench/network/zoo/cnv_mlp.hpp>
#include <qutibench/network/zoo/resnet.hpp>
#include <qutibench/pareto/front.hpp>
#include <qutibench/transform/prune.hpp>
#include <qutibench/transform/quantize.hpp>

#include <thread>

using namespace qutibench;
using namespace testing;

namespace {

constexpr int count = 16;

/// Runs work(thread) on several threads that start together; throws what the first of them threw.
template <class Work>
void on_threads(const Work& work) {
    std::atomic<int> waiting = count;
    std::array<std::exception_ptr, count> wrong;
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            --waiting;
            while (waiting.load() > 0) std::this_thread::yield();
            try {
                work(i);
            } catch (...) {
                wrong[static_cast<std::size_t>(i)] = std::current_exception();
            }
        });
    for (std::thread& one : threads) one.join();
    for (const std::exception_ptr& one : wrong)
        if (one) std::rethrow_exception(one);
}

}  // namespace

TEST_CASE("threads share a graph, its counts and a platform") {
    const graph net{zoo::resnet50()};
    const workload work = analyze(net);
    const design_axes axes = small_axes();
    const platform& device = *axes.platforms[0];
    const deployment how{.batch = 8, .placement = placement_kind::capacity, .execution = execution_kind::layers};
    const double alone = predict(work, device, how).throughput().value();
    std::array<double, count> throughputs{};
    std::array<std::int64_t, count> counted{};
    on_threads([&](int i) {
        const auto at = static_cast<std::size_t>(i);
        counted[at] = analyze(net).operation_count;
        throughputs[at] = explain(work, device, how).total.throughput().value();
    });
    for (const double one : throughputs) CHECK(one == alone);
    for (const std::int64_t one : counted) CHECK(one == work.operation_count);
}

TEST_CASE("threads share an evaluator; their reducers are merged afterwards") {
    design_axes axes = small_axes();
    axes.batches.clear();
    for (int i = 1; i <= 3000; ++i) axes.batches.push_back(i);
    const design_space space(axes);
    const evaluator of(space);
    const std::array senses{sense::maximize, sense::minimize};
    const design_query query{{metric::throughput, metric::latency}, {}, 1};
    const frontier_reducer empty(senses);
    const frontier_reducer whole = reduce(of, query, empty, 0, space.size());
    std::vector<frontier_reducer> parts(count, empty);
    on_threads([&](int i) {
        const auto at = static_cast<std::uint64_t>(i);
        parts[at] = reduce(of, query, empty, space.size() * at / count, space.size() * (at + 1) / count);
    });
    frontier_reducer merged = empty;
    for (const frontier_reducer& one : parts) merged.merge(one);
    CHECK(merged.archive().numbers() == whole.archive().numbers());
}

TEST_CASE("threads look up the catalogue and read the same file at once") {
    const std::string file = QUTIBENCH_TEST_DATA_DIR "/onnx/resnet50.onnx";
    std::array<std::int64_t, count> operations{};
    std::array<std::string, count> ids{};
    on_threads([&](int i) {
        const auto at = static_cast<std::size_t>(i);
        operations[at] = analyze(load_onnx(file)).operation_count;
        ids[at] = load_platform("zcu104_dpu").id();
    });
    for (const std::int64_t one : operations) CHECK(one == operations[0]);
    for (const std::string& one : ids) CHECK(one == "zcu104_dpu");
}

TEST_CASE("sixteen threads do what the Python module's calls do, each of them all of it, without a lock") {
    const auto work = [](int) {
        const graph net{zoo::cnv()};
        std::string said = to_json(quantize(prune(net, 0.5), int8));
        const platform device = parse_platform(to_json(load_platform("jetson_tx2")));
        const workload needs = analyze(parse_graph(said));
        said += std::to_string(predict(needs, device, {.datatype = int8, .batch = 4}).throughput().value());
        said += std::to_string(load_network("resnet50_pruned_80").work().operation_count);
        const std::string times = "network,platform,datatype,batch,latency_s\ncnv,mine,int8,1,0.25\n";
        for (const measurement& one : parse_measurements(times, "qutibench")) said += one.network;
        try {
            static_cast<void>(load_platform("jetson_txx2"));
        } catch (const unknown_name& wrong) {
            said += wrong.what();
        }
        return said;
    };
    const std::string alone = work(0);
    std::array<std::string, count> found{};
    on_threads([&](int i) { found[static_cast<std::size_t>(i)] = work(i); });
    for (const std::string& one : found) CHECK(one == alone);
}

TEST_CASE("a team starts each piece of work together and hands over what it wrote") {
    detail::thread_team team(count);
    std::array<int, count> turns{};
    for (int round = 0; round < 100; ++round) team.run([&](int thread) { ++turns[static_cast<std::size_t>(thread)]; });
    for (const int one : turns) CHECK(one == 100);
}
