// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/file.hpp>
#include <qutibench/io/openvino_ir.hpp>
#include <qutibench/network/analyze.hpp>

namespace qb = qutibench;
using Catch::Matchers::Contains;

namespace {

const std::string data = QUTIBENCH_TEST_DATA_DIR "/openvino/";

std::string layer(int id, const std::string& type, const std::string& settings, const std::string& sides) {
    return "<layer id=\"" + std::to_string(id) + "\" name=\"l" + std::to_string(id) + "\" type=\"" + type +
           "\" version=\"opset1\">" + settings + sides + "</layer>";
}

std::string ports(const std::string& side, int id, const std::string& dims) {
    std::string text = "<" + side + "><port id=\"" + std::to_string(id) + "\" precision=\"FP32\">";
    for (std::size_t at = 0; at < dims.size();) {
        const std::size_t end = std::min(dims.find(' ', at), dims.size());
        text += "<dim>" + dims.substr(at, end - at) + "</dim>";
        at = end + 1;
    }
    return text + "</port></" + side + ">";
}

std::string model(const std::string& middle) {
    return "<?xml version=\"1.0\"?><net name=\"n\" version=\"11\"><layers>" +
           layer(0, "Parameter", "<data shape=\"1,4\" element_type=\"f32\"/>", ports("output", 0, "1 4")) + middle +
           layer(2, "Result", "", ports("input", 0, "1 4")) +
           "</layers><edges><edge from-layer=\"0\" from-port=\"0\" to-layer=\"1\" to-port=\"0\"/>"
           "<edge from-layer=\"1\" from-port=\"1\" to-layer=\"2\" to-port=\"0\"/></edges></net>";
}

qb::graph parsed(const std::string& text) {
    const std::string form = qb::openvino_ir_as_onnx(text, "text");
    return qb::load_onnx(std::as_bytes(std::span(form.data(), form.size())));
}

}  // namespace

TEST_CASE("OpenVINO IR: a converted model has the counts of its source, an open batch is bound by input and axis") {
    const qb::graph net = qb::load_openvino(data + "small.xml", {.dims = {{"x[0]", 1}}});
    const qb::workload work = qb::analyze(net);
    CHECK(work.mac_count == 8 * 8 * 8 * 27 + 8 * 8 * 8 * 9 + 80);
    CHECK(work.weight_count == 8 * 27 + 8 * 9 + 80);
    CHECK(work.uncounted().empty());
    CHECK(to_string(net.shape_of(net.outputs()[0])) == "1x10");
    CHECK_THROWS_WITH(qb::load_openvino(data + "small.xml"), Contains("x[0]"));
}

TEST_CASE("OpenVINO IR: a layer of nobody's keeps its shapes and is listed as uncounted") {
    const qb::graph net = parsed(model(layer(1, "MyOwn", "", ports("input", 0, "1 4") + ports("output", 1, "1 4"))));
    CHECK(qb::analyze(net).uncounted().size() == 1);
    CHECK(to_string(net.shape_of(net.outputs()[0])) == "1x4");
    const qb::graph known = parsed(model(layer(1, "ReLU", "", ports("input", 0, "1 4") + ports("output", 1, "1 4"))));
    CHECK(qb::analyze(known).uncounted().empty());
}

TEST_CASE("OpenVINO IR: broken files are refused with the place") {
    const std::string relu = layer(1, "ReLU", "", ports("input", 0, "1 4") + ports("output", 1, "1 4"));
    CHECK_THROWS_WITH(parsed("<net name=\"n\"><layers>"), Contains("line 1"));
    CHECK_THROWS_WITH(parsed("<net name=\"n\"/>"), Contains("<layers>"));
    CHECK_THROWS_WITH(parsed(model(relu + relu)), Contains("twice"));
    CHECK_THROWS_WITH(parsed(model("")), Contains("no layer 1"));
    CHECK_THROWS_WITH(parsed(model(layer(1, "ReLU", "", ports("input", 0, "1 x") + ports("output", 1, "1 4")))),
                      Contains("no dimension"));
    std::string circle = model(relu);
    circle.replace(circle.find("from-layer=\"0\""), 14, "from-layer=\"1\"");
    circle.replace(circle.find("from-port=\"0\""), 13, "from-port=\"1\"");
    CHECK_THROWS_WITH(parsed(circle), Contains("circle"));
    std::string deep = "<net name=\"n\">";
    for (int i = 0; i < 100000; ++i) deep += "<layers>";
    CHECK_THROWS_WITH(parsed(deep), Contains("64 deep"));
}

TEST_CASE("OpenVINO IR: a file that is cut off or changed anywhere is read or refused, never worse") {
    const std::string whole = qb::detail::read_file(data + "small.xml");
    int refused = 0;
    const auto attempt = [&](const std::string& text) {
        try {
            static_cast<void>(qb::openvino_ir_as_onnx(text, "text"));
        } catch (const qb::error&) {
            ++refused;
        }
    };
    for (std::size_t size = 0; size < whole.size(); size += 97) attempt(whole.substr(0, size));
    for (std::size_t at = 0; at < whole.size(); at += 23) {
        std::string text = whole;
        text[at] = text[at] == '9' ? '<' : '9';
        attempt(text);
    }
    CHECK(refused > 50);
}

TEST_CASE("OpenVINO IR: depth cannot be hidden from the check, and a file of many small parts is refused") {
    const std::string head = R"(<?xml version="1.0"?><net name="m"><layers>)", tail = "</layers></net>";
    const auto times = [](const std::string& unit, int count) {
        std::string text;
        for (int i = 0; i < count; ++i) text += unit;
        return text;
    };
    const auto read = [&](const std::string& middle) {
        static_cast<void>(qb::openvino_ir_as_onnx(head + middle, "f"));
    };
    for (const char* const unit :
         {"<a>", R"(<a x="/>">)", "<![CDATA[</ </ </]]><a>", "<!-- </a></a> --><a>", "<?x </?><a>"})
        CHECK_THROWS_WITH(read(times(unit, 100'000)), Contains("this is nested more than 64 deep"));
    for (const std::string& many :
         {times("<a/>", 2'100'000) + tail, "<layer " + times("a='1' ", 2'100'000) + "/>" + tail})
        CHECK_THROWS_WITH(read(many), Contains("more than 2,000,000 elements and attributes"));
    const std::string dims = "<output><port id='0' precision='FP32'>" + times("<dim>1</dim>", 33) + "</port></output>";
    CHECK_THROWS_WITH(read("<layer id='0' name='a>b' type='Parameter'>" + dims + "</layer>" + tail),
                      Contains("layer 0") && Contains("more than 32 dimensions"));
}
