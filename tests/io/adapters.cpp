// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/adapters.hpp>

#include <cmath>
#include <set>

namespace qb = qutibench;
using Catch::Matchers::Contains;

// [own_adapter]
namespace stopwatch {

// Lines such as "resnet50, batch 8: 12.5 ms".
bool recognises(std::string_view head) {
    return head.find(", batch ") != head.npos && head.find(" ms") != head.npos;
}

void read(qb::ingest& run) {
    qb::line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = lines.text();
        qb::stated_facts said;
        said.is_row = true;
        said.network = text.substr(0, text.find(','));
        said.batch = qb::detail::count_after(text, ", batch ", refuse);
        qb::measurement one = run.record(said, lines.number());
        run.set_latency(one, {{"mean", qb::detail::quantity_after(text, ": ", qb::detail::time_units, refuse)}});
        run.emit(std::move(one));
    }
}

constexpr qb::adapter format{"stopwatch", "stopwatch", "my own stopwatch", &recognises, &read};

}  // namespace stopwatch
// [own_adapter]

namespace {

struct sample {
    const char* file;
    const char* adapter;
    qb::ingest_options known;
};

std::vector<sample> samples() {
    const qb::ingest_options all{.network = "net", .platform = "board", .datatype = qb::fp32, .batch = 1};
    const qb::ingest_options stream{.network = "net", .platform = "board", .datatype = qb::fp32};
    qb::ingest_options threads = all;
    threads.threads = 2;
    return {{"dnndk.txt", "dnndk", all},
            {"ai_hub.yaml", "ai_hub", {}},
            {"edgetpu_compiler.txt", "edgetpu_compiler", {}},
            {"finn_board.txt", "finn_board", stream},
            {"finn_estimate.json", "finn_estimate", stream},
            {"finn_rtlsim.json", "finn_rtlsim", stream},
            {"google_benchmark.json", "google_benchmark", all},
            {"hailo.txt", "hailo", all},
            {"hailo_zoo.rst", "hailo_zoo", {.platform = "board", .datatype = qb::int8}},
            {"litert.json", "litert", all},
            {"mlperf_detail_single.txt", "mlperf_detail", all},
            {"mlperf_results.json", "mlperf_results", {.batch = 1}},
            {"mlperf_summary_multi.txt", "mlperf_summary", stream},
            {"mlperf_summary_offline.txt", "mlperf_summary", all},
            {"mlperf_summary_server.txt", "mlperf_summary", all},
            {"mlperf_summary_single.txt", "mlperf_summary", all},
            {"mlperf_tiny.txt", "mlperf_tiny", all},
            {"litert_log.txt", "litert_log", all},
            {"nsight_compute.csv", "nsight_compute", all},
            {"rocprof.json", "rocprof_json", all},
            {"rocprof_stats.csv", "rocprof_stats", all},
            {"rocprof_trace.csv", "rocprof_trace", all},
            {"torch_profiler.json", "torch_profiler", all},
            {"openvino_console.txt", "openvino_console", all},
            {"ncnn.txt", "ncnn", {.platform = "board", .datatype = qb::fp32}},
            {"ncnn_readme.md", "ncnn_readme", {.datatype = qb::fp32}},
            {"onnxruntime_perf_test.txt", "onnxruntime_perf_test", all},
            {"onnxruntime_perf_test_old.txt", "onnxruntime_perf_test", all},
            {"onnxruntime_profile.json", "onnxruntime_profile", all},
            {"openvino_counters.csv", "openvino_counters", all},
            {"openvino_counters.json", "openvino_counters_json", all},
            {"openvino_counters_sorted.csv", "openvino_counters", all},
            {"openvino_report.csv", "openvino_csv", all},
            {"openvino_report.json", "openvino_json", all},
            {"openvino_report_p90.csv", "openvino_csv", all},
            {"portal.csv", "qutibench", {}},
            {"tflite_log.txt", "tflite_log", all},
            {"tflite_operators.csv", "tflite_operators", all},
            {"timm.csv", "timm", {.platform = "board", .datatype = qb::fp16}},
            {"trtexec_log.txt", "trtexec_log", all},
            {"trtexec_profile.json", "trtexec_profile", all},
            {"trtexec_times.json", "trtexec_times", all},
            {"trtexec_times_old.json", "trtexec_times", all},
            {"vaitrace.txt", "vaitrace", all},
            {"vitis_zoo.md", "vitis_zoo", {}},
            {"vitis_one_thread.txt", "vitis_log", all},
            {"vitis_xdputil.txt", "vitis_log", threads}};
}

std::string text_of(const sample& one) {
    return qb::detail::read_file(QUTIBENCH_SOURCE_DIR "/tests/data/adapters/" + std::string(one.file));
}

bool same(double a, double b) {
    return a == b || (a != a && b != b);
}

bool same_figures(const qb::measurement& a, const qb::measurement& b) {
    return a.network == b.network && a.part == b.part && a.deployment_value == b.deployment_value && a.keep == b.keep &&
           same(a.latency.value(), b.latency.value()) && same(a.throughput.value(), b.throughput.value()) &&
           same(a.power.value(), b.power.value()) && same(a.energy.value(), b.energy.value()) &&
           same(a.operations, b.operations);
}

/// Whether every figure of `row` is unknown or that of the same record in the whole file.
bool agrees(const qb::measurement& row, const qb::measurement& whole) {
    const auto fits = [](auto figure, auto right) { return !qb::is_known(figure) || figure == right; };
    return row.network == whole.network && row.part == whole.part && row.deployment_value == whole.deployment_value &&
           row.keep == whole.keep && row.datatype == whole.datatype && fits(row.latency, whole.latency) &&
           fits(row.throughput, whole.throughput) && fits(row.energy, whole.energy) && fits(row.power, whole.power);
}

/// Whether a part of a file is refused, or gives nothing but what the whole file says.
bool refused_or_right(const std::string& part, const sample& from) {
    try {
        for (const qb::measurement& row : qb::parse_measurements(part, from.adapter, from.known)) {
            // A cut file may lack the usual statistic or scope and give another one, under its name.
            qb::ingest_options alike = from.known;
            alike.statistic = row.statistic;
            if (row.has(qb::caution::other_scope)) alike.scope = row.scope;
            const auto whole = qb::parse_measurements(text_of(from), from.adapter, alike);
            if (std::none_of(whole.begin(), whole.end(), [&](const auto& one) { return agrees(row, one); }))
                return false;
        }
    } catch (const qb::error&) {
    }
    return true;
}

}  // namespace

TEST_CASE("adapters: names and families are unique and described") {
    std::set<std::string_view> names;
    for (const qb::adapter& one : qb::builtin_adapters()) {
        CHECK(names.insert(one.name).second);
        CHECK_FALSE(one.family.empty());
        CHECK_FALSE(one.what.empty());
    }
    CHECK(names.size() == 39);
}

TEST_CASE("adapters: a file is recognised as its own format and as no other") {
    std::set<std::string_view> seen;
    for (const sample& one : samples()) {
        INFO(one.file);
        const std::string head = qb::adapter_input::text(text_of(one)).head();
        for (const qb::adapter& each : qb::builtin_adapters()) {
            INFO(each.name);
            CHECK(each.recognises(head) == (each.name == one.adapter));
        }
        const auto rows = qb::parse_measurements(text_of(one), "auto", one.known);
        CHECK_FALSE(rows.empty());
        CHECK(rows.front().source->format == one.adapter);
        seen.insert(one.adapter);
    }
    CHECK(seen.size() == qb::builtin_adapters().size());
}

TEST_CASE("adapters: timm's table has a network a row, at the batch that it ran") {
    const std::string path = QUTIBENCH_SOURCE_DIR "/tests/data/adapters/timm.csv";
    const auto all = qb::load_measurements(path, "timm", {.platform = "rtx_3090", .datatype = qb::fp16});
    REQUIRE(all.size() == 3);
    CHECK(all[1].network == "mobilenetv3_large_100");
    CHECK(all[1].deployment_value == 1024);
    CHECK(all[1].throughput.value() == 12800);
    const auto one =
        qb::load_measurements(path, "auto", {.network = "resnet50", .platform = "rtx_3090", .datatype = qb::fp16});
    REQUIRE(one.size() == 1);
    CHECK(one[0].throughput.value() == 4000);
    CHECK_THROWS_WITH(qb::load_measurements(path, "timm", {.network = "resnet51", .platform = "rtx_3090"}),
                      Contains("resnet51"));
    CHECK_THROWS_WITH(qb::load_measurements(path, "timm", {.platform = "rtx_3090"}), Contains("datatype"));
}

TEST_CASE("adapters: a file of another format is refused, and the right one named") {
    for (const sample& one : samples()) {
        const std::string text = text_of(one);
        for (const qb::adapter& each : qb::builtin_adapters()) {
            if (each.name == one.adapter) continue;
            INFO(one.file << " as " << each.name);
            CHECK_THROWS_WITH(qb::parse_measurements(text, each.name, one.known),
                              Contains("looks like " + std::string(one.adapter)));
        }
    }
    CHECK_THROWS_WITH(qb::parse_measurements("hello\nworld\n"), Contains("no format is recognised"));
    CHECK_THROWS_WITH(qb::parse_measurements(text_of(samples().front()), "trtexec"), Contains("dnndk"));
    CHECK_THROWS_WITH(qb::parse_measurements("a", "trtexce"), Contains("trtexec"));
}

TEST_CASE("adapters: a truncated file is refused or gives what is in it") {
    for (const sample& one : samples()) {
        const std::string text = text_of(one);
        const std::size_t step = text.size() > 4000 ? 11 : 1;
        std::size_t wrong = 0;
        for (std::size_t length = 0; length < text.size(); length += step) {
            if (refused_or_right(text.substr(0, length), one)) continue;
            ++wrong;
            INFO(one.file << " cut to " << length << ": ..."
                          << text.substr(length < 60 ? 0 : length - 60, std::min<std::size_t>(length, 60)));
            CHECK(false);
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("adapters: decimal commas are refused or do not matter") {
    for (const sample& one : samples()) {
        std::string text = text_of(one);
        const auto whole = qb::parse_measurements(text, one.adapter, one.known);
        const auto is_digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
        for (std::size_t i = 1; i < text.size(); ++i)
            if (text[i] == '.' && is_digit(i - 1) && is_digit(i + 1)) text[i] = ',';
        INFO(one.file);
        try {
            const auto rows = qb::parse_measurements(text, one.adapter, one.known);
            REQUIRE(rows.size() == whole.size());
            for (std::size_t i = 0; i < rows.size(); ++i) {
                CHECK(same(rows[i].latency.value(), whole[i].latency.value()));
                CHECK(same(rows[i].throughput.value(), whole[i].throughput.value()));
            }
        } catch (const qb::error&) {
        }
    }
}

TEST_CASE("adapters: CRLF and a byte order mark do not matter, nothing and binary bytes are refused") {
    for (const sample& one : samples()) {
        INFO(one.file);
        const std::string text = text_of(one);
        const auto whole = qb::parse_measurements(text, one.adapter, one.known);
        std::string changed = "\xef\xbb\xbf";
        for (const char byte : text) changed += byte == '\n' ? "\r\n" : byte == '\r' ? "" : std::string(1, byte);
        const auto rows = qb::parse_measurements(changed, "auto", one.known);
        REQUIRE(rows.size() == whole.size());
        for (std::size_t i = 0; i < rows.size(); ++i) CHECK(same_figures(rows[i], whole[i]));
        CHECK_THROWS_WITH(qb::parse_measurements("", one.adapter, one.known), Contains("empty"));
        CHECK_THROWS_AS(qb::parse_measurements(std::string(100, '\0'), one.adapter, one.known), qb::error);
    }
}

TEST_CASE("adapters: what neither file nor caller says is named") {
    for (const sample& one : samples()) {
        if (one.known.platform.empty()) continue;
        INFO(one.file);
        qb::ingest_options without = one.known;
        without.platform.clear();
        CHECK_THROWS_WITH(qb::parse_measurements(text_of(one), one.adapter, without), Contains("platform"));
    }
}

TEST_CASE("adapters: what the caller says has to be possible, whatever the file") {
    const auto refused = [](const qb::ingest_options& said, const std::string& why) {
        const std::string table = "network,platform,datatype,batch,latency_ms\ncnv,my_board,int8,1,2\n";
        CHECK_THROWS_WITH(qb::parse_measurements(table, "qutibench", said), why);
    };
    refused({.batch = 0}, "batch must be at least 1, not 0");
    refused({.threads = -2}, "threads must be at least 1, not -2");
    refused({.stream = 0}, "stream must be at least 1, not 0");
    refused({.warm_up = -1}, "warm_up must be at least 0, not -1");
    refused({.keep = 0.0}, "keep must be above 0 and at most 1, not 0");
    refused({.keep = std::nan("")}, "keep must be above 0 and at most 1, not nan");
    CHECK_THROWS_WITH(qb::parse_measurements("network,platform,datatype,batch,latency_ms\na,b,int8,1,2\n", "qutibench",
                                             {.statistic = "p90"}),
                      Contains("'p90' of the latencies was asked for") && Contains("which no column states"));
    CHECK(qb::parse_measurements("network,platform,datatype,batch,latency_ms,statistic\na,b,int8,1,2,p90\n",
                                 "qutibench", {.statistic = "p90"})
              .size() == 1);
}

TEST_CASE("adapters: a family stands for its formats") {
    const auto all = samples();
    const auto& times = *std::find_if(all.begin(), all.end(),
                                      [](const sample& one) { return one.adapter == std::string("trtexec_times"); });
    CHECK(qb::parse_measurements(text_of(times), "trtexec", times.known).front().source->format == "trtexec_times");
}

TEST_CASE("adapters: records are handed over as they are read") {
    std::vector<std::int64_t> lines;
    const std::string table = "network,platform,datatype,batch,latency_ms\na,b,fp32,1,1\na,b,fp32,1,wrong\n";
    const auto all = qb::builtin_adapters();
    CHECK_THROWS_AS(
        qb::read_measurements(
            qb::adapter_input::text(table), "auto", {}, [&](qb::measurement&& one) { lines.push_back(one.line); }, all),
        qb::parse_error);
    CHECK(lines == std::vector<std::int64_t>{2});
}

TEST_CASE("adapters: a user's own format") {
    // [own_adapter_in_use]
    std::vector<qb::adapter> formats = qb::builtin_adapters();
    formats.push_back(stopwatch::format);
    const auto rows = qb::parse_measurements("resnet50, batch 8: 12.5 ms\nmobilenet_v1, batch 1: 900 us\n", "auto",
                                             {.platform = "my_board", .datatype = qb::fp16}, "times.txt", formats);
    // [own_adapter_in_use]
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].network == "resnet50");
    CHECK(rows[0].latency.value() == Approx(12.5e-3));
    CHECK(qb::attained_throughput(rows[0]).value() == Approx(640));
    CHECK(rows[1].latency.value() == Approx(900e-6));
    CHECK_THROWS_WITH(qb::parse_measurements("resnet50, batch 8: 12,5 ms\n", "stopwatch",
                                             {.platform = "p", .datatype = qb::fp16}, "t", formats),
                      Contains("line 1") && Contains("comma"));
}
