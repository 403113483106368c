// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Platform files, key by key; declared in io/json/platform.hpp.
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/io/json/figure.hpp>
#include <qutibench/network/all_layers.hpp>

#include <unordered_set>

namespace qutibench::detail {

/// A list of texts that may be absent.
[[nodiscard]] inline std::vector<std::string> texts_of(const json_reader& in, std::string_view key) {
    std::vector<std::string> all;
    if (const auto listed = in.find(key))
        for (const json_reader& one : listed->elements()) all.push_back(one.text());
    return all;
}

/// Reads one platform document.
class platform_document {
public:
    explicit platform_document(const json_reader& document) : document_(document), figures_(document) {}

    [[nodiscard]] platform read() {
        document_.expect_keys(keys_of<platform, operating_mode>({"$schema", "id", "name", "aliases", "class", "peaks",
                                                                 "memories", "links", "array", "modes", "operators",
                                                                 "resources", "notes", "sources"}));
        const std::string id = document_["id"].text();
        std::vector<operating_mode> modes;
        if (const auto listed = document_.find("modes")) {
            std::unordered_set<std::string> names;
            for (const json_reader& one : listed->elements()) {
                one.expect_keys(keys_of<operating_mode>({"name", "peaks", "memories", "links", "array", "notes"}));
                const json_reader name = one["name"];
                if (!names.insert(name.text()).second) name.fail("there are two modes '" + name.text() + "'");
                modes.push_back(mode(one, name.text()));
            }
            if (modes.empty()) listed->fail("must hold at least one mode; leave it out if the device has only one");
        } else {
            modes.push_back(mode(document_, {}));
        }
        platform device = document_.checked([&] { return platform(id, std::move(modes)); });
        describe(device);
        return device;
    }

private:
    /// `at`, or the document, where a mode does not state `key` itself.
    [[nodiscard]] std::optional<json_reader> inherited(const json_reader& at, std::string_view key) const {
        const auto own = at.find(key);
        return own ? own : document_.find(key);
    }

    [[nodiscard]] operating_mode mode(const json_reader& at, std::string name) {
        operating_mode result;
        result.name = std::move(name);
        const auto peaks = inherited(at, "peaks");
        if (!peaks) at.fail("the key 'peaks' is missing: operations per second in at least one datatype");
        for (const json_reader& one : peaks->elements()) add_peak(result, one);
        if (result.peaks.empty()) peaks->fail("must hold at least one peak");
        std::unordered_set<std::string> names;
        if (const auto memories = inherited(at, "memories"))
            for (const json_reader& one : memories->elements()) {
                result.memories.push_back(figures_.read_part<memory_level>(one));
                if (!names.insert(result.memories.back().name).second)
                    one["name"].fail("there are two memories '" + result.memories.back().name + "'");
            }
        const auto& all = result.memories;
        if (std::all_of(all.begin(), all.end(), [](const memory_level& one) { return one.on_chip; }))
            result.memories.push_back({.name = "off_chip"});
        for_each_figure<operating_mode>([&](std::string_view key, auto member) {
            if (const auto found = inherited(at, key)) figures_.read_into(result.*member, *found, key);
        });
        if (const auto array = inherited(at, "array")) result.array = figures_.read_part<processing_array>(*array);
        if (const auto links = inherited(at, "links"))
            for (const json_reader& one : links->elements()) add_link(result, one);
        return result;
    }

    void add_peak(operating_mode& to, const json_reader& one) {
        const peak added = figures_.read_part<peak>(one);
        for (const peak& other : to.peaks)
            if (other.numbers == added.numbers)
                one["datatype"].fail("there are two peaks for " + to_string(added.numbers));
        if (added.sparse < added.dense)
            one["sparse_operations_per_second"].fail("the sparse peak is below the dense one");
        if (added.bit_serial && (added.numbers.weights.bits != 1 || added.numbers.activations.bits != 1))
            one["datatype"].fail("only the peak of single bits can be bit-serial, not that of " +
                                 to_string(added.numbers));
        to.peaks.push_back(added);
    }

    void add_link(operating_mode& to, const json_reader& one) {
        device_link added = figures_.read_part<device_link>(one);
        for (const device_link& other : to.links)
            if (other.name == added.name) one["name"].fail("there are two links '" + added.name + "'");
        if (added.devices == 1) one["devices"].fail("a link joins at least two devices");
        to.links.push_back(std::move(added));
    }

    void describe(platform& device) {
        if (const auto name = document_.find("name")) device.rename(name->text());
        if (const auto vendor = document_.find("vendor")) device.vendor = vendor->text();
        if (const auto device_class = document_.find("class")) device.device_class = device_class->text();
        for_each_figure<platform>([&](std::string_view key, auto member) {
            if (const auto found = document_.find(key)) figures_.read_into(device.*member, *found, key);
        });
        check_details(device);
        std::unordered_set<std::string_view> pointers;  // modes inherit figures, which are then read again
        for (const provenance& one : figures_.records())
            if (pointers.insert(one.pointer).second) device.sources.push_back(one);
    }

    /// Reads what its software runs, and checks what `parse_platform_details` reads.
    void check_details(platform& device) {
        if (const auto aliases = document_.find("aliases"))
            for (const json_reader& one : aliases->elements()) static_cast<void>(one.text());
        if (const auto resources = document_.find("resources")) {
            resources->expect_keys({"lut", "ff", "dsp", "bram18", "uram", "utilization"});
            for (const std::string_view key : {"lut", "ff", "dsp", "bram18", "uram"})
                static_cast<void>(figures_.read_if_any(*resources, key, count_figure));
            static_cast<void>(figures_.read_if_any(*resources, "utilization", share_figure));
        }
        if (const auto operators = document_.find("operators")) {
            operators->expect_keys({"supported", "unsupported", "unsupported_networks", "source", "host"});
            device.operators = {layer_types_of(*operators, "supported"),
                                layer_types_of(*operators, "unsupported"),
                                texts_of(*operators, "unsupported_networks"),
                                figures_.source_text((*operators)["source"].text()),
                                {}};
            if (const auto host = operators->find("host"))
                device.operators.host = figures_.read_part<host_processor>(*host);
        }
    }

    /// Names of the library's layers, or of operators of imported files, which begin with a capital letter.
    [[nodiscard]] static std::vector<std::string> layer_types_of(const json_reader& in, std::string_view key) {
        constexpr auto known = type_names(all_layers{});
        std::vector<std::string> all;
        if (const auto listed = in.find(key))
            for (const json_reader& one : listed->elements()) {
                const std::string type = all.emplace_back(one.text());
                if ((type[0] < 'A' || type[0] > 'Z') && std::find(known.begin(), known.end(), type) == known.end())
                    one.fail(message({"there is no layer type '", type, "'", suggestion(type, known)}));
            }
        return all;
    }

    json_reader document_;
    figure_reader figures_;
};

/// Writes what of a platform is known.
class platform_writer {
public:
    explicit platform_writer(const platform& device) : device_(device) {}

    [[nodiscard]] ordered_json write() const {
        ordered_json document = {{"id", device_.id()}};
        if (device_.name() != device_.id()) document["name"] = device_.name();
        if (!device_.vendor.empty()) document["vendor"] = device_.vendor;
        if (!device_.device_class.empty()) document["class"] = device_.device_class;
        for_each_figure<platform>(
            [&](std::string_view key, auto member) { put(document, key, device_.*member, {}, "", ""); });
        if (!device_.operators.source.empty()) document["operators"] = operators();
        if (device_.modes().size() == 1 && device_.mode().name.empty()) {
            fill(document, device_.mode(), "");
            return document;
        }
        ordered_json& modes = document["modes"] = ordered_json::array();
        for (const operating_mode& one : device_.modes()) {
            ordered_json mode = {{"name", one.name}};
            fill(mode, one, "/modes/" + std::to_string(modes.size()));
            modes.push_back(std::move(mode));
        }
        return document;
    }

private:
    [[nodiscard]] ordered_json operators() const {
        const operator_support& known = device_.operators;
        ordered_json all;
        if (!known.supported.empty()) all["supported"] = known.supported;
        if (!known.unsupported.empty()) all["unsupported"] = known.unsupported;
        if (!known.unsupported_networks.empty()) all["unsupported_networks"] = known.unsupported_networks;
        all["source"] = known.source;
        if (known.host.is_stated()) all["host"] = part_json(known.host, "", "/operators/host");
        return all;
    }

    /// With the provenance of the figure itself, or of the one a mode inherited.
    [[nodiscard]] ordered_json figure(double value, std::string_view unit, const std::string& in_mode,
                                      const std::string& at = {}) const {
        ordered_json own = figure_json(value, unit, in_mode + at, device_.sources);
        return own.is_object() || at.empty() ? own : figure_json(value, unit, at, device_.sources);
    }

    /// A figure, unless nobody states it: then it is unknown, or as it is made.
    template <holds_figure Value>
    void put(ordered_json& in, std::string_view key, const Value& value, const Value& unless, const std::string& mode,
             const std::string& at) const {
        double number;
        bool stated = true;
        if constexpr (std::is_arithmetic_v<Value>)
            number = static_cast<double>(value), stated = value != unless;
        else
            number = value.value();
        ordered_json written = figure(number, kind_of<Value>(key).unit, mode, message({at, "/", key}));
        if ((stated && number == number) || written.is_object()) in[std::string(key)] = std::move(written);
    }

    template <class Part>
    [[nodiscard]] ordered_json part_json(const Part& part, const std::string& mode, const std::string& at) const {
        ordered_json out;
        const Part made{};
        Part::describe([&](std::string_view key, auto member, std::string_view) {
            const auto& value = part.*member;
            using type = std::remove_cvref_t<decltype(value)>;
            if constexpr (holds_figure<type>) {
                put(out, key, value, made.*member, mode, at);
            } else if (is_required<Part>(key) || value != made.*member) {
                if constexpr (std::is_same_v<type, bool> || std::is_same_v<type, std::string>)
                    out[std::string(key)] = value;
                else
                    out[std::string(key)] = to_string(value);
            }
        });
        return out;
    }

    template <class Part>
    void fill_parts(ordered_json& in, const std::string& key, const std::vector<Part>& parts,
                    const std::string& mode) const {
        for (std::size_t i = 0; i < parts.size(); ++i)
            in[key].push_back(part_json(parts[i], mode, message({"/", key, "/", static_cast<std::int64_t>(i)})));
    }

    void fill(ordered_json& in, const operating_mode& mode, const std::string& pointer) const {
        fill_parts(in, "peaks", mode.peaks, pointer);
        fill_parts(in, "memories", mode.memories, pointer);
        fill_parts(in, "links", mode.links, pointer);
        if (mode.array.is_stated()) in["array"] = part_json(mode.array, pointer, "/array");
        const operating_mode made{};
        for_each_figure<operating_mode>(
            [&](std::string_view key, auto member) { put(in, key, mode.*member, made.*member, pointer, ""); });
    }

    const platform& device_;
};

}  // namespace qutibench::detail
