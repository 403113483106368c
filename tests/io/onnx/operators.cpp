// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/onnx/cost_table.hpp>
#include <qutibench/io/onnx/operators.hpp>

#include "catch.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace onnx = qutibench::onnx;

namespace {

const std::string page = QUTIBENCH_SOURCE_DIR "/docs/onnx.md";
const std::string begin_mark = "<!-- operators: begin -->\n";
const std::string end_mark = "<!-- operators: end -->\n";

/// Sub-graph operators have no shape function of their own: the engine runs their bodies.
const std::set<std::pair<std::string_view, std::string_view>> engine_operators{
    {"", "If"}, {"", "Loop"}, {"", "Scan"}, {"", "SequenceMap"}};

std::string cost_words(std::string_view domain, std::string_view name) {
    if (name == "If" && domain.empty()) return "its costlier branch";
    if (engine_operators.count({domain, name}) != 0)
        return "its body, times a constant trip count; otherwise uncounted";
    const auto* entry = onnx::find_cost(domain, name);
    return entry != nullptr ? std::string(entry->rule) : "uncounted";
}

/// The documentation's table of operators, one table for each domain.
std::string operator_tables() {
    std::string text;
    for (const std::string_view domain :
         {"", "com.microsoft", "com.microsoft.nchwc", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training"}) {
        std::set<std::string_view> names;
        for (const auto& entry : onnx::operator_table)
            if (entry.domain == domain) names.insert(entry.name);
        for (const auto& [of, name] : engine_operators)
            if (of == domain) names.insert(name);
        text +=
            "\n### " + std::string(domain.empty() ? "ai.onnx" : domain) + " (" + std::to_string(names.size()) + ")\n\n";
        text += "| operator | cost |\n|---|---|\n";
        for (const auto name : names) text += "| " + std::string(name) + " | " + cost_words(domain, name) + " |\n";
    }
    return text + "\n";
}

std::string read_page() {
    std::ifstream file(page, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("The tables name each operator once, and every cost has a shape") {
    for (std::size_t i = 1; i < onnx::operator_table.size(); ++i) {
        const auto& a = onnx::operator_table[i - 1];
        const auto& b = onnx::operator_table[i];
        CHECK(std::pair(a.name, a.domain) < std::pair(b.name, b.domain));
    }
    for (std::size_t i = 1; i < onnx::cost_table.size(); ++i) {
        const auto& a = onnx::cost_table[i - 1];
        const auto& b = onnx::cost_table[i];
        CHECK(std::pair(a.name, a.domain) < std::pair(b.name, b.domain));
    }
    for (const auto& entry : onnx::cost_table) {
        INFO(entry.domain << " " << entry.name);
        CHECK(onnx::find_operator(entry.domain, entry.name) != nullptr);
        CHECK_FALSE(entry.rule.empty());
    }
    CHECK(onnx::find_operator("", "Conv") != nullptr);
    CHECK(onnx::find_operator("", "Convolution") == nullptr);
    CHECK(onnx::find_operator("com.microsoft", "Conv") == nullptr);
}

TEST_CASE("The documentation lists every operator with its cost") {
    const std::string text = read_page();
    INFO("run this program with the argument [write_operators] to bring docs/onnx.md up to date");
    CHECK(text.find(begin_mark + operator_tables() + end_mark) != std::string::npos);
}

TEST_CASE("docs/onnx.md gets its tables written", "[.write_operators]") {
    std::string text = read_page();
    const auto begin = text.find(begin_mark);
    const auto end = text.find(end_mark);
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    text.replace(begin, end - begin, begin_mark + operator_tables());
    std::ofstream(page, std::ios::binary) << text;
}
