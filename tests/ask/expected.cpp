// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/ask/expected.hpp>
#include <qutibench/ask/records.hpp>
#include <qutibench/explore/evaluate.hpp>
#include <qutibench/io/adapters.hpp>
#include <qutibench/measure/calibrate.hpp>
#include <qutibench/network/zoo/registry.hpp>

#include "catch.hpp"
#include "support/refusal.hpp"

using namespace qutibench;
using namespace qutibench::literals;

namespace {

const workload& resnet() {
    static const workload made = load_network("resnet50").work();
    return made;
}

platform own(std::string device_class, bytes_per_second bandwidth) {
    operating_mode mode;
    mode.peaks = {{fp16, 100.0_top_per_s}};
    mode.memories = {{"hbm", 16_gib, bandwidth}};
    platform made("mine", {mode});
    made.device_class = std::move(device_class);
    return made;
}

measured_run batches(std::int64_t batch, const precision& datatype = fp16) {
    measured_run run;
    run.datatype = datatype;
    run.value = batch;
    return run;
}

}  // namespace

TEST_CASE("expect: the classes that name a device or its class are enough to stand on", "[expect]") {
    std::vector<platform> devices{own("GPU", 1_tb_per_s), own("of no class", 1_tb_per_s), own("", 1_tb_per_s)};
    for (const std::string& name : platform_ids()) devices.push_back(load_platform(name));
    std::size_t fewest = known_populations().size();
    for (const platform& device : devices) {
        const auto some = detail::shipped_populations::all().that_name(device);
        fewest = std::min(fewest, some.size());
        for (const precision& numbers : {precision(int8), precision(fp16), precision(fp32)})
            for (const double peak : {1e11, 1e14}) {
                CAPTURE(device.id(), to_string(numbers), peak);
                const fitting::footing of_all = fitting::footing_of(device, numbers, peak, known_populations());
                const fitting::footing of_some = fitting::footing_of(device, numbers, peak, some);
                CHECK(of_all.from == of_some.from);
                CHECK(of_all.device == of_some.device);
            }
    }
    CHECK(fewest == 0);
}

TEST_CASE("expect: the basis is the device, else its class, else the bound", "[expect]") {
    const expectation measured = expect(resnet(), load_platform("rtx_3090"), batches(256));
    CHECK(measured.basis == expectation_basis::calibration);
    CHECK(measured.sources.front().find("rtx_3090") != std::string::npos);
    const expectation of_class = expect(resnet(), load_platform("a100_sxm_80gb"), batches(256));
    CHECK(of_class.basis == expectation_basis::device_class);
    CHECK(of_class.sources.front().find("class") != std::string::npos);
    CHECK(expect(resnet(), own("GPU", 1000.0_gb_per_s), batches(256)).basis == expectation_basis::device_class);
    for (const expectation& one : {measured, of_class}) {
        CHECK(one.low_ips < one.throughput_ips);
        CHECK(one.throughput_ips < one.high_ips);
        CHECK(one.throughput_ips < one.bound.throughput().value());
        CHECK(one.latency_s == Approx(256 / one.throughput_ips));
        CHECK(one.error > 0);
    }
    CHECK(of_class.high_ips / of_class.low_ips > measured.high_ips / measured.low_ips);

    for (const platform& unknown_one : {own("abacus", 1000.0_gb_per_s), own("GPU", unknown<bytes_per_second>)}) {
        const expectation bound = expect(resnet(), unknown_one, batches(256));
        CHECK(bound.basis == expectation_basis::bound);
        CHECK(bound.throughput_ips == bound.bound.throughput().value());
        CHECK(std::isnan(bound.low_ips));
        CHECK(bound.sources.empty());
        CHECK(bound.warnings.front().find("nothing but the bound") != std::string::npos);
    }
}

TEST_CASE("expect: a datatype whose peak no source states, but that was measured, has the bound of another",
          "[expect]") {
    const platform phone = load_platform("snapdragon_8_elite_npu");
    const expectation half = expect(resnet(), phone, batches(1, fp16)),
                      whole = expect(resnet(), phone, batches(1, int8));
    CHECK(half.basis == expectation_basis::calibration);
    CHECK(half.throughput_ips < whole.throughput_ips);
    CHECK(half.bound.throughput() == whole.bound.throughput());
    CHECK(says(half.warnings.back(), "no source states the peak in fp16; the bound is that of int8"));
    CHECK(whole.warnings.empty());
    CHECK_THROWS_AS(expect(resnet(), load_platform("zcu104_dpu"), batches(1, fp16)), unsupported_datatype);
}

TEST_CASE("expect: outside of what was measured it warns and the interval is wider", "[expect]") {
    const platform device = load_platform("rtx_3090");
    const auto width = [](const expectation& one) { return std::log(one.high_ips / one.low_ips); };
    const expectation usual = expect(resnet(), device, batches(256)), single = expect(resnet(), device, batches(1));
    CHECK(usual.warnings.empty());
    CHECK(single.warnings.front() == "batches of 64 to 1024 were measured");
    CHECK(width(single) > width(usual));
    const expectation unlike = expect(load_network("mlp").work(), device, batches(256));
    CHECK(unlike.warnings.front().find("no network like this one") != std::string::npos);
    CHECK(width(unlike) > width(usual));
}

TEST_CASE("expect: totals alone tell nothing but the bound", "[expect]") {
    const workload totals("totals", operations::from_value(4000000000), elements::from_value(25000000));
    const expectation one = expect(totals, load_platform("rtx_3090"), batches(256));
    CHECK(one.basis == expectation_basis::bound);
    CHECK(one.warnings.front() == "nothing but the bound is known of a network without layers");
}

TEST_CASE("expect: what it refuses", "[expect]") {
    const platform device = load_platform("rtx_3090");
    CHECK(says(refusal([&] { static_cast<void>(expect(resnet(), device, batches(0))); }), "must be at least 1, not 0"));
    measured_run run = batches(1);
    run.mode = "turbo";
    CHECK_THROWS_AS(expect(resnet(), load_platform("jetson_tx2"), run), unknown_name);
    CHECK(says(refusal([&] { static_cast<void>(known_population("hailoo")); }), "did you mean 'hailo'"));
}

TEST_CASE("expect: answers have it beside the bound", "[expect]") {
    const auto record_of = [](const char* device, const precision& datatype) {
        question asked{.networks = {"resnet50"}, .platforms = {device}};
        asked.axes.datatypes = {datatype};
        asked.axes.batches = {256};
        asked.axes.expect = shipped_expectation();
        return to_record(session().ask(asked).rows.front());
    };
    const record gpu = record_of("rtx_3090", fp16), dataflow = record_of("zcu104_finn", parse_precision("w1a1"));
    const expectation alone = expect(resnet(), load_platform("rtx_3090"), batches(256));
    CHECK(gpu.at("expected_throughput_ips").get<double>() == Approx(alone.throughput_ips));
    CHECK(gpu.at("expected_low_ips").get<double>() == Approx(alone.low_ips));
    CHECK(gpu.at("expected_high_ips").get<double>() == Approx(alone.high_ips));
    CHECK(gpu.at("expected_latency_s").get<double>() == Approx(alone.latency_s));
    CHECK(gpu.at("basis") == "calibration");
    CHECK(gpu.at("expected_from").front() == alone.sources.front());
    CHECK(gpu.at("throughput_ips").get<double>() == Approx(alone.bound.throughput().value()));
    CHECK(dataflow.at("basis") == "bound");
    CHECK(dataflow.at("expected_throughput_ips").is_null());
}

TEST_CASE("expect: nobody measured a scaled device or a stream", "[expect]") {
    question asked{.networks = {"resnet50"}, .platforms = {"rtx_3090"}};
    asked.axes.datatypes = {fp16};
    asked.axes.compute_scales = {1, 2};
    asked.axes.expect = shipped_expectation();
    const answers all = session().ask(asked);
    REQUIRE(all.rows.size() == 2);
    CHECK(all.rows[0].expected != nullptr);
    CHECK(all.rows[1].expected == nullptr);
}

TEST_CASE("expect: a sweep has the figures of single answers", "[expect]") {
    design_axes axes;
    axes.networks = {{"resnet50", 1, std::make_shared<const workload>(resnet()), {}}};
    for (const char* id : {"rtx_3090", "a100_sxm_80gb", "zcu104_dpu"})
        axes.platforms.push_back(std::make_shared<const platform>(load_platform(id)));
    axes.datatypes = {fp16, int8};
    axes.batches = {1, 64, 256};
    axes.expect = shipped_expectation();
    const design_space space(axes);
    const auto count = static_cast<std::size_t>(space.size());
    std::vector<double> throughput(count), low(count), high(count), basis(count);
    const metric_column columns[] = {{parse_name<metric>("expected_throughput_ips"), throughput.data()},
                                     {parse_name<metric>("expected_low_ips"), low.data()},
                                     {parse_name<metric>("expected_high_ips"), high.data()},
                                     {parse_name<metric>("basis_code"), basis.data()}};
    evaluator(space).fill(0, count, columns);
    for (std::size_t i = 0; i < count; ++i) {
        const answer at = space.unanswered(space.at(i));
        const expectation one = expect(resnet(), *at.device, batches(at.how.batch, at.how.datatype));
        CHECK(basis[i] == static_cast<double>(one.basis));
        if (one.basis == expectation_basis::bound) continue;
        CHECK(throughput[i] == one.throughput_ips);
        CHECK(low[i] == one.low_ips);
        CHECK(high[i] == one.high_ips);
    }
}

TEST_CASE("expect: a population by name predicts what it knows", "[expect]") {
    question asked{.networks = {"resnet50"}, .platforms = {"rtx_3090"}};
    asked.axes.datatypes = {fp16};
    asked.axes.batches = {256};
    asked.axes.fit = population_fit(known_population("gpu_pytorch"));
    asked.axes.is_measured_fit = true;
    const answers all = session().ask(asked);
    CHECK(all.rows[0].throughput_ips() ==
          Approx(expect(resnet(), load_platform("rtx_3090"), batches(256)).throughput_ips));
    asked.axes.fit = population_fit(known_population("cells"));
    CHECK(says(refusal([&] { static_cast<void>(session().ask(asked)); }), "population 'cells' has no datasheets"));
}

TEST_CASE("populations: a broken one says where", "[expect]") {
    const auto text_with = [](const char* key, const char* by) {
        detail::json all = detail::parse_json(detail::embedded_calibrations.front().text, "text");
        all[key] = detail::json::parse(by);
        return all;
    };
    const auto refusal_of = [](const detail::json& of) {
        return refusal([&] { static_cast<void>(detail::population_at(detail::json_reader(of, "text"))); });
    };
    CHECK(refusal_of(text_with("noise", "0.1")).empty());
    CHECK(says(refusal_of(text_with("mean", "[1, 2]")), "/mean"));
    CHECK(says(refusal_of(text_with("mean", "[1, 2]")), "25 numbers, not 2"));
    CHECK(says(refusal_of(text_with("noise", "-1")), "/noise"));
    CHECK(says(refusal_of(text_with("nose", "1")), "nose"));
    detail::json all = text_with("noise", "0.1");
    all["mean"][0] = 1e9;
    CHECK(says(refusal_of(all), "/mean/0"));
    CHECK(says(refusal_of(all), "finite"));
}

TEST_CASE("calibration: a board that its own form suits leans on no class", "[expect]") {
    for (const char* board : {"x86_onnxruntime", "x86_openvino"}) {
        auto rows = load_measurements(QUTIBENCH_TEST_DATA_DIR "/board/stopwatch.csv", "auto");
        std::erase_if(rows, [&](const measurement& one) { return one.platform != board; });
        calibration_options options;
        options.populations = known_populations();
        options.validate = false;
        CHECK(calibrate(points_of(rows), networks_of(rows), board, options).state().structure == "board");
    }
}

TEST_CASE("calibration JSON: what leans on a class and single kernels predict as before", "[expect]") {
    auto rows = load_measurements(QUTIBENCH_TEST_DATA_DIR "/board/stopwatch.csv", "auto");
    std::erase_if(rows, [](const measurement& one) { return one.platform != "x86_onnxruntime"; });
    calibration_options options;
    options.populations = known_populations();
    options.structures = {"learned"};
    options.validate = false;
    const network_set networks = networks_of(rows);
    const calibration fitted = calibrate(points_of(rows), networks, "x86_onnxruntime", options);
    CHECK(fitted.state().structure == "learned");
    CHECK(!fitted.state().learned->from->name.empty());
    const calibration again = parse_calibration(to_json(fitted), "text");
    CHECK(to_json(again) == to_json(fitted));
    for (const measurement& row : rows)
        CHECK(predict(again, networks, row).low_ips == Approx(predict(fitted, networks, row).low_ips).epsilon(1e-9));

    network_set layers;
    std::vector<calibration_point> points;
    int count = 0;
    for (const layer_workload& layer : resnet().layers()) {
        if (layer.cost.macs == 0) continue;
        const std::string name = "resnet50#" + layer.name;
        layers.add(name, fitting::kernels_of(resnet(), layer.name));
        points.push_back(
            {name, {.datatype = fp32}, 1e9 / static_cast<double>(layer.cost.macs + 100000 * (1 + count++ % 7))});
    }
    options.structures.clear();
    const calibration kernels = calibrate(points, layers, "board", options);
    CHECK(kernels.state().structure == "kernels");
    const calibration read = parse_calibration(to_json(kernels), "text");
    CHECK(to_json(read) == to_json(kernels));
    const calibrated_estimate whole = read.predict(resnet(), {.datatype = fp32});
    CHECK(whole.throughput_ips == Approx(kernels.predict(resnet(), {.datatype = fp32}).throughput_ips).epsilon(1e-9));
    CHECK(says(whole.warnings.front(), "the sum of its kernels"));
}
