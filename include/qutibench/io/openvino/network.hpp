// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// OpenVINO's intermediate representation as its XML states it (docs.openvino.ai, "OpenVINO IR format"): layers with
/// ports, and edges between them. The weights lie in a file of their own, of which only small integers are read.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/error.hpp>
#include <qutibench/io/onnx/element_type.hpp>
#include <qutibench/io/text.hpp>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench::openvino_ir {

using dims = std::vector<std::int64_t>;

/// Whether a text starts as an IR does.
[[nodiscard]] inline bool is_model(std::string_view text) {
    if (text.starts_with("<net ")) return true;
    return text.starts_with("<?xml") && text.find("<net ") != text.npos;
}

struct port {
    int id = 0;
    onnx::element_type type = onnx::element_type::undefined;
    dims shape{};  ///< below zero: open
};

struct layer {
    int id = 0;
    std::string name{}, type{};
    std::map<std::string, std::string> data{};
    std::vector<port> inputs{}, outputs{};
    std::vector<std::pair<int, std::size_t>>
        sources{};  ///< of each input: the index of a layer and its output; -1 none

    [[nodiscard]] std::string text(const std::string& key) const {
        const auto found = data.find(key);
        return found == data.end() ? std::string() : found->second;
    }
    /// Whole numbers between commas; empty where the key is not there.
    [[nodiscard]] dims numbers(const std::string& key) const {
        dims all;
        std::string_view rest = data.count(key) != 0 ? std::string_view(data.at(key)) : std::string_view();
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            std::int64_t value = -1;
            if (!detail::parse_number(detail::trimmed(rest.substr(0, comma)), value)) value = -1;
            all.push_back(value);
            rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
        }
        return all;
    }
    [[nodiscard]] std::int64_t number(const std::string& key, std::int64_t absent) const {
        const dims all = numbers(key);
        return all.empty() ? absent : all.front();
    }
    [[nodiscard]] bool flag(const std::string& key) const {
        const std::string value = text(key);
        return value == "true" || value == "True" || value == "1";
    }
};

struct network {
    std::string name{};
    std::vector<layer> layers{};  ///< in an order in which each follows what it reads
};

namespace detail {

using qutibench::detail::message;
using tree = boost::property_tree::ptree;

[[nodiscard]] inline onnx::element_type element_of(std::string_view name) {
    using enum onnx::element_type;
    constexpr std::pair<std::string_view, onnx::element_type> names[] = {
        {"f32", float32},   {"FP32", float32}, {"f16", float16},  {"FP16", float16},    {"bf16", bfloat16},
        {"BF16", bfloat16}, {"f64", float64},  {"FP64", float64}, {"i64", int64},       {"I64", int64},
        {"i32", int32},     {"I32", int32},    {"i16", int16},    {"I16", int16},       {"i8", int8},
        {"I8", int8},       {"i4", int4},      {"I4", int4},      {"u64", uint64},      {"U64", uint64},
        {"u32", uint32},    {"U32", uint32},   {"u16", uint16},   {"U16", uint16},      {"u8", uint8},
        {"U8", uint8},      {"u4", uint4},     {"U4", uint4},     {"boolean", boolean}, {"BOOL", boolean},
        {"string", string}, {"STRING", string}};
    for (const auto& [spelled, type] : names)
        if (spelled == name) return type;
    return undefined;
}

/// The end of the tag that begins at `at`: its '>', which stands in no quoted value; npos where there is none.
[[nodiscard]] inline std::size_t end_of_tag(std::string_view text, std::size_t at) {
    for (; at < text.size() && text[at] != '>'; ++at)
        if (text[at] == '"' || text[at] == '\'') at = std::min(text.find(text[at], at + 1), text.size());
    return at < text.size() ? at : text.npos;
}

/// Boost's parser calls itself for every level and keeps several hundred bytes of every element and attribute, so what
/// has more of them than any IR is refused before.
inline void refuse_deep_and_many(std::string_view text, const std::string& source) {
    constexpr int deepest = 64;
    constexpr std::int64_t most = 2'000'000;
    int depth = 0;
    std::int64_t parts = 0;
    const auto refuse = [&](std::size_t at, const char* reason) {
        throw parse_error(source, message({"byte ", static_cast<std::int64_t>(at)}), reason);
    };
    for (std::size_t at = text.find('<'); at < text.size(); at = text.find('<', at)) {
        const std::string_view rest = text.substr(at);
        for (const auto& [opens, closes] : {std::pair<std::string_view, std::string_view>{"<!--", "-->"},
                                            {"<![CDATA[", "]]>"},
                                            {"<?", "?>"},
                                            {"<!", ">"}})
            if (rest.starts_with(opens)) {
                at = std::min(text.find(closes, at + opens.size()), text.size());
                break;
            }
        if (at >= text.size() || text[at] != '<') continue;
        const std::size_t end = end_of_tag(text, at);
        if (end == text.npos) return;  // the parser says what is wrong
        if (rest.starts_with("</"))
            --depth;
        else if (text[end - 1] != '/' && ++depth > deepest)
            refuse(at, "this is nested more than 64 deep");
        parts += 1 + std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                text.begin() + static_cast<std::ptrdiff_t>(end), '=');
        if (parts > most) refuse(at, "the file has more than 2,000,000 elements and attributes");
        at = end;
    }
}

class network_reader {
public:
    explicit network_reader(const std::string& source) : source_(source) {}

    [[nodiscard]] network read(std::string_view text) {
        refuse_deep_and_many(text, source_);
        tree file;
        try {
            std::istringstream in{std::string(text)};
            boost::property_tree::read_xml(in, file, boost::property_tree::xml_parser::no_comments);
        } catch (const boost::property_tree::xml_parser_error& wrong) {
            throw parse_error(source_, message({"line ", static_cast<std::int64_t>(wrong.line())}), wrong.message());
        }
        const auto net = file.get_child_optional("net");
        if (!net || !net->get_child_optional("layers"))
            throw parse_error(source_, "", "there is no <net> with <layers>");
        network made;
        made.name = net->get("<xmlattr>.name", "");
        for (const auto& [tag, one] : net->get_child("layers"))
            if (tag == "layer") add(one, made);
        if (const auto edges = net->get_child_optional("edges"))
            for (const auto& [tag, one] : *edges)
                if (tag == "edge") connect(one, made);
        return sorted(std::move(made));
    }

private:
    template <class Value>
    [[nodiscard]] Value required(const tree& of, const char* key, std::string_view where) const {
        const auto found = of.get_optional<Value>(std::string("<xmlattr>.") + key);
        if (!found) throw parse_error(source_, std::string(where), message({"there is no '", key, "', or it is none"}));
        return *found;
    }

    void add(const tree& from, network& made) {
        layer one;
        one.id = required<int>(from, "id", "/net/layers/layer");
        const std::string where = "layer " + std::to_string(one.id);
        one.name = from.get("<xmlattr>.name", where);
        one.type = required<std::string>(from, "type", where);
        if (!qutibench::detail::is_utf8(one.name) || !qutibench::detail::is_utf8(one.type))
            throw parse_error(source_, where, "a name is not in UTF-8");
        if (const auto data = from.get_child_optional("data.<xmlattr>"))
            for (const auto& [key, value] : *data) one.data[key] = value.data();
        one.inputs = ports(from, "input", where);
        one.outputs = ports(from, "output", where);
        one.sources.assign(one.inputs.size(), {-1, 0});
        if (!places_.emplace(one.id, made.layers.size()).second)
            throw parse_error(source_, where, "this id is there twice");
        made.layers.push_back(std::move(one));
    }

    [[nodiscard]] std::vector<port> ports(const tree& from, const char* side, const std::string& where) const {
        std::vector<port> all;
        const auto found = from.get_child_optional(side);
        if (!found) return all;
        for (const auto& [tag, each] : *found) {
            if (tag != "port") continue;
            port one;
            one.id = required<int>(each, "id", where);
            one.type = element_of(each.get("<xmlattr>.precision", ""));
            for (const auto& [inner, value] : each) {
                if (inner != "dim") continue;
                std::int64_t extent = 0;
                if (!qutibench::detail::parse_number(qutibench::detail::trimmed(value.data()), extent) || extent < -1)
                    throw parse_error(source_, where, message({"'", value.data(), "' is no dimension"}));
                if (one.shape.size() == 32) throw parse_error(source_, where, "a port has more than 32 dimensions");
                one.shape.push_back(extent);
            }
            all.push_back(std::move(one));
        }
        return all;
    }

    void connect(const tree& edge, network& made) const {
        const auto at = [&](const char* key) -> layer& {
            const int id = required<int>(edge, key, "/net/edges/edge");
            const auto found = places_.find(id);
            if (found == places_.end())
                throw parse_error(source_, "/net/edges/edge", message({"there is no layer ", id}));
            return made.layers[found->second];
        };
        // ports are numbered in their order, nearly always; of more than a few, the file must have them so
        const auto place = [&](const std::vector<port>& ports, const char* key) {
            const int id = required<int>(edge, key, "/net/edges/edge");
            constexpr std::size_t few = 64;
            const std::int64_t offset = ports.empty() ? -1 : std::int64_t{id} - ports.front().id;
            if (offset >= 0 && offset < static_cast<std::int64_t>(ports.size()) &&
                ports[static_cast<std::size_t>(offset)].id == id)
                return static_cast<std::size_t>(offset);
            for (std::size_t i = 0; i < std::min(few, ports.size()); ++i)
                if (ports[i].id == id) return i;
            throw parse_error(source_, "/net/edges/edge", message({"there is no port ", id}));
        };
        layer& to = at("to-layer");
        const layer& from = at("from-layer");
        const std::size_t input = place(to.inputs, "to-port");
        to.sources[input] = {static_cast<int>(places_.at(from.id)), place(from.outputs, "from-port")};
    }

    /// Layers behind what they read; a file with a cycle is refused.
    [[nodiscard]] network sorted(network from) const {
        const std::size_t count = from.layers.size();
        std::vector<std::vector<std::size_t>> readers(count);
        std::vector<std::size_t> open(count, 0), ready;
        for (std::size_t i = 0; i < count; ++i)
            for (const auto& [source, output] : from.layers[i].sources)
                if (source >= 0) {
                    readers[static_cast<std::size_t>(source)].push_back(i);
                    ++open[i];
                }
        std::vector<int> place(count, -1);
        network made{from.name, {}};
        for (std::size_t i = count; i > 0; --i)
            if (open[i - 1] == 0) ready.push_back(i - 1);
        while (!ready.empty()) {
            const std::size_t next = ready.back();
            ready.pop_back();
            place[next] = static_cast<int>(made.layers.size());
            for (const std::size_t reader : readers[next])
                if (--open[reader] == 0) ready.push_back(reader);
            made.layers.push_back(std::move(from.layers[next]));
        }
        if (made.layers.size() != count) throw parse_error(source_, "/net/edges", "layers read each other in a circle");
        for (layer& one : made.layers)
            for (auto& [source, output] : one.sources)
                if (source >= 0) source = place[static_cast<std::size_t>(source)];
        return made;
    }

    const std::string& source_;
    std::map<int, std::size_t> places_;
};

}  // namespace detail

}  // namespace qutibench::openvino_ir
