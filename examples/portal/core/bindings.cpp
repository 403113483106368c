// SPDX-License-Identifier: BSD-3-Clause
// The library in the browser: every call takes and returns text or bytes, objects as JSON. What starts with '!' is an
// error: the message of what the library threw.
#include "drawing.hpp"
#include "servers.hpp"
#include "views.hpp"

#include <qutibench/io/onnx/slices.hpp>

#include <emscripten/bind.h>

#include <optional>
#include <string>

namespace {

using portal::record;
using qutibench::detail::json;
using qutibench::detail::json_reader;

portal::session& page() {
    static portal::session one;
    return one;
}

template <class Answer>
std::string answered(Answer answer) {
    try {
        return answer();
    } catch (const std::exception& wrong) {
        return std::string("!") + wrong.what();
    }
}

/// Reads a JSON argument and answers with JSON.
template <class Answer>
std::string asked(const std::string& text, Answer answer) {
    return answered([&] {
        const std::string source = "the selection";
        const json document = qutibench::detail::parse_json(text, source);
        return record(answer(json_reader(document, source))).dump();
    });
}

std::string text_in(const json_reader& at, std::string_view key) {
    const auto one = at.find(key);
    return one ? one->text() : std::string();
}

std::vector<std::string> texts_in(const json_reader& at, std::string_view key) {
    std::vector<std::string> all;
    qutibench::detail::read_axis(at, key, all);
    return all;
}

std::string networks() {
    return answered([] { return record(qutibench::network_records(page())).dump(); });
}

std::string platforms() {
    return answered([] { return record(qutibench::platform_records(page())).dump(); });
}

std::string analyze(const std::string& text) {
    return asked(text, [](const json_reader& at) {
        at.expect_keys({"network", "keep", "datatype"});
        const auto keep = at.find("keep");
        return page().analyze(at["network"].text(), keep ? keep->number() : 1.0, text_in(at, "datatype"));
    });
}

/// `dims`: an object of names and numbers.
record analyzed(const std::string& bytes, const std::string& name, const json_reader& dims) {
    qutibench::onnx::dimension_bindings bound;
    for (const auto& one : dims.value().items()) bound.emplace_back(one.key(), dims[one.key()].integer());
    return page().analyze_onnx(std::as_bytes(std::span(bytes.data(), bytes.size())), name, bound);
}

std::string analyze_onnx(const std::string& bytes, const std::string& name, const std::string& dims) {
    return asked(dims, [&](const json_reader& at) { return analyzed(bytes, name, at); });
}

// A model too large to hold: begin, then give the slice that is asked for until none is, then end.

std::optional<qutibench::onnx::slice_reader>& slices() {
    static std::optional<qutibench::onnx::slice_reader> one;
    return one;
}

/// Offset and length of the slice to give, with a space between.
std::string wanted_slice() {
    const auto wanted = slices()->wanted();
    return std::to_string(wanted.offset) + " " + std::to_string(wanted.length);
}

std::string begin_slices(double size, const std::string& file) {
    return answered([&] {
        slices().emplace(static_cast<std::uint64_t>(size), file);
        return wanted_slice();
    });
}

std::string give_slice(const std::string& bytes) {
    return answered([&] {
        slices()->give(bytes);
        return wanted_slice();
    });
}

std::string end_slices(const std::string& name, const std::string& dims) {
    return asked(dims, [&](const json_reader& at) { return analyzed(slices()->finish(), name, at); });
}

std::string add_network(const std::string& text, const std::string& file) {
    return answered([&] { return page().add_network(text, file); });
}

std::string add_platform(const std::string& text, const std::string& file) {
    return answered([&] { return page().add_platform(text, file); });
}

std::string add_calibration(const std::string& text, const std::string& file) {
    return answered([&] { return page().add_calibration(text, file); });
}

std::vector<double>& numbers_of_view() {
    static std::vector<double> numbers;
    return numbers;
}

/// Answers with how to read the numbers that `numbers` gives out afterwards.
std::string view(const std::string& text) {
    return asked(text, [](const json_reader& at) {
        portal::drawn_view drawn = portal::view(page(), at);
        numbers_of_view() = std::move(drawn.numbers);
        return std::move(drawn.legend);
    });
}

/// The numbers of the last view, where they lie: valid until the next call.
emscripten::val numbers() {
    const std::vector<double>& all = numbers_of_view();
    return emscripten::val(emscripten::typed_memory_view(all.size(), all.data()));
}

std::string drawing(const std::string& text) {
    return asked(text, [](const json_reader& at) { return portal::drawing(page(), at); });
}

std::string scorecards(const std::string& text) {
    return asked(text, [](const json_reader& at) { return portal::scorecards(page(), at); });
}

std::string doublings(const std::string& text) {
    return asked(text, [](const json_reader& at) { return portal::doublings(page(), at); });
}

std::string frontier(const std::string& text) {
    return asked(text, [](const json_reader& at) {
        at.expect_keys({"selection", "maximize", "minimize", "constrain"});
        const qutibench::frontier_question objectives{texts_in(at, "maximize"), texts_in(at, "minimize"),
                                                      texts_in(at, "constrain")};
        return portal::frontier(page(), at["selection"], objectives);
    });
}

std::string measured(const std::string& content, const std::string& file, const std::string& options) {
    return asked(options, [&](const json_reader& at) {
        at.expect_keys({"format", "network", "platform", "mode", "datatype", "batch"});
        qutibench::ingest_options supplied;
        supplied.network = text_in(at, "network");
        supplied.platform = text_in(at, "platform");
        supplied.mode = text_in(at, "mode");
        if (const auto one = at.find("datatype")) supplied.datatype = qutibench::parse_precision(one->text());
        if (const auto one = at.find("batch")) supplied.batch = one->integer();
        const std::string format = text_in(at, "format");
        return portal::measured(
            page(), qutibench::parse_measurements(content, format.empty() ? "auto" : format, supplied, file));
    });
}

std::string published_measurements() {
    return answered([] { return portal::published_measurements(page()).dump(); });
}

std::string heatmap(const std::string& task) {
    return answered([&] { return portal::heatmap(task).dump(); });
}

std::string published_frontier(const std::string& task) {
    return answered([&] { return portal::published_frontier(task).dump(); });
}

std::string platform_sources() {
    return answered([] { return portal::platform_sources(page()).dump(); });
}

std::string network_details(const std::string& datatypes) {
    return asked(datatypes,
                 [](const json_reader& at) { return portal::network_details(page(), texts_in(at, "datatypes")); });
}

std::string language_models() {
    return answered([] { return record(qutibench::language_model_records()).dump(); });
}

std::string serve(const std::string& text) {
    return asked(text, [](const json_reader& at) {
        const qutibench::language_model model = qutibench::zoo::build_language(at["model"].text());
        return qutibench::serving_records(model, portal::servers_of(at, model, page()));
    });
}

}  // namespace

EMSCRIPTEN_BINDINGS(qutibench) {
    using emscripten::function;
    function("networks", &networks);
    function("platforms", &platforms);
    function("analyze", &analyze);
    function("analyzeOnnx", &analyze_onnx);
    function("beginSlices", &begin_slices);
    function("giveSlice", &give_slice);
    function("endSlices", &end_slices);
    function("addNetwork", &add_network);
    function("addPlatform", &add_platform);
    function("addCalibration", &add_calibration);
    function("view", &view);
    function("numbers", &numbers);
    function("drawing", &drawing);
    function("scorecards", &scorecards);
    function("doublings", &doublings);
    function("frontier", &frontier);
    function("measured", &measured);
    function("publishedMeasurements", &published_measurements);
    function("heatmap", &heatmap);
    function("publishedFrontier", &published_frontier);
    function("platformSources", &platform_sources);
    function("networkDetails", &network_details);
    function("languageModels", &language_models);
    function("serve", &serve);
}
