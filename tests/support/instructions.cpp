// SPDX-License-Identifier: BSD-3-Clause
// Runs one of the library's hot paths a number of times, for instruction_counts.py to count its instructions.
// usage: instructions NAME REPEATS
#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/json/graph.hpp>
#include <qutibench/io/onnx.hpp>
#include <qutibench/model/predict.hpp>
#include <qutibench/pareto/front.hpp>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

using namespace qutibench;

namespace {

/// Numbers in [0, 1) that do not depend on the standard library.
class numbers {
public:
    double next() {
        state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<double>(state_ >> 11U) * 0x1p-53;
    }

private:
    std::uint64_t state_ = 1;
};

double sink = 0;  // what is computed is used

std::function<void()> prepared(std::string_view name) {
    static const graph net = zoo::resnet50();
    static const workload work = analyze(net);
    static const platform device = load_platform("jetson_tx2:maxn");
    if (name == "analyze_resnet50") return [] { sink += static_cast<double>(analyze(net).macs().value()); };
    if (name == "build_resnet50") return [] { sink += static_cast<double>(graph(zoo::resnet50()).nodes().size()); };
    if (name == "predict_network") return [] { sink += predict(work, device, {.datatype = fp16}).latency().value(); };
    if (name == "predict_layers")
        return [] {
            const deployment how{
                .datatype = fp16, .placement = placement_kind::capacity, .execution = execution_kind::layers};
            sink += predict(work, device, how).latency().value();
        };
    if (name == "parse_graph") {
        static const std::string text = to_json(net);
        return [] { sink += static_cast<double>(parse_graph(text).nodes().size()); };
    }
    if (name == "load_onnx")
        return [] {
            sink += static_cast<double>(load_onnx(QUTIBENCH_TEST_DATA_DIR "/onnx/resnet50.onnx").nodes().size());
        };
    if (name == "pareto_3d") {
        static std::vector<double> points;
        static const std::vector<sense> senses(3, sense::maximize);
        numbers random;
        while (points.size() < 30000) points.push_back(random.next());
        return [] { sink += static_cast<double>(pareto_front(points, senses).size()); };
    }
    if (name == "load_platform") return [] { sink += load_platform("zcu104_dpu").power().value(); };
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const std::function<void()> run = argc == 3 ? prepared(argv[1]) : nullptr;
    if (!run) {
        std::fputs("usage: instructions NAME REPEATS\n", stderr);
        return 2;
    }
    for (int i = std::atoi(argv[2]); i > 0; --i) run();
    std::printf("%g\n", sink);
    return 0;
}
