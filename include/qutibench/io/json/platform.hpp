// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Platform files. The smallest one:
///     {"id": "my_board", "peaks": [{"datatype": "int8", "operations_per_second": 1e12}],
///      "memories": [{"name": "ddr", "bandwidth_bytes_per_s": 19.2e9}]}
/// data/schemas/platform.schema.json has every key; docs/catalogue.md explains them.
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/io/file.hpp>
#include <qutibench/io/json/figure.hpp>
#include <qutibench/network/all_layers.hpp>

namespace qutibench {

namespace detail {

/// Reads one platform document.
class platform_document {
public:
    explicit platform_document(const json_reader& document) : document_(document), figures_(document) {}

    [[nodiscard]] platform read() {
        document_.expect_keys(keys_of<operating_mode>(
            {"$schema", "id", "name", "aliases", "vendor", "class", "year", "price_usd", "process_nm", "peaks",
             "memories", "links", "compute_units", "array", "modes", "operators", "resources", "notes", "sources"}));
        const std::string id = document_["id"].text();
        std::vector<operating_mode> modes;
        if (const auto listed = document_.find("modes")) {
            std::unordered_set<std::string> names;
            for (const json_reader& one : listed->elements()) {
                one.expect_keys(
                    keys_of<operating_mode>({"name", "peaks", "memories", "links", "compute_units", "array", "notes"}));
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

    template <class Value>
    void read_into(Value& value, const json_reader& from) {
        const double read = figures_.read(from, kind_of(value));
        if constexpr (std::is_same_v<Value, double>)
            value = read;
        else
            value = quantity_of<Value>(read);
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
                add_memory(result, one);
                if (!names.insert(result.memories.back().name).second)
                    one["name"].fail("there are two memories '" + result.memories.back().name + "'");
            }
        const auto& all = result.memories;
        if (std::all_of(all.begin(), all.end(), [](const memory_level& one) { return one.on_chip; }))
            result.memories.push_back({.name = "off_chip"});
        for_each_figure<operating_mode>([&](std::string_view key, auto member) {
            auto& value = result.*member;
            if (const auto found = inherited(at, key)) read_into(value, *found);
        });
        if (const auto units = inherited(at, "compute_units")) result.compute_units = count(*units);
        if (const auto array = inherited(at, "array")) result.array = array_of(*array);
        if (const auto links = inherited(at, "links"))
            for (const json_reader& one : links->elements()) add_link(result, one);
        return result;
    }

    void add_peak(operating_mode& to, const json_reader& one) {
        one.expect_keys({"datatype", "operations_per_second", "sparse_operations_per_second", "bit_serial", "notes"});
        const json_reader datatype = one["datatype"];
        peak added;
        added.numbers = datatype.checked([&] { return parse_precision(datatype.text()); });
        for (const peak& other : to.peaks)
            if (other.numbers == added.numbers) datatype.fail("there are two peaks for " + to_string(added.numbers));
        added.dense = quantity_of<ops_per_second>(figures_.read(one["operations_per_second"], rate_figure));
        if (const auto sparse = one.find("sparse_operations_per_second")) {
            added.sparse = quantity_of<ops_per_second>(figures_.read(*sparse, rate_figure));
            if (added.sparse < added.dense) sparse->fail("the sparse peak is below the dense one");
        }
        if (const auto serial = one.find("bit_serial")) added.bit_serial = serial->boolean();
        if (added.bit_serial && (added.numbers.weights.bits != 1 || added.numbers.activations.bits != 1))
            datatype.fail("only the peak of single bits can be bit-serial, not that of " + to_string(added.numbers));
        to.peaks.push_back(added);
    }

    void add_memory(operating_mode& to, const json_reader& one) {
        one.expect_keys(keys_of<memory_level>({"notes"}));
        memory_level added;
        added.name = one["name"].text();
        if (const auto on_chip = one.find("on_chip")) added.on_chip = on_chip->boolean();
        for_each_figure<memory_level>([&](std::string_view key, auto member) {
            if (const auto found = one.find(key)) read_into(added.*member, *found);
        });
        if (const auto role = one.find("role"))
            added.role = role->checked([&] { return parse_name<memory_role>(role->text()); });
        to.memories.push_back(std::move(added));
    }

    void add_link(operating_mode& to, const json_reader& one) {
        one.expect_keys({"name", "reach", "bandwidth_bytes_per_s", "devices", "notes"});
        device_link added;
        const json_reader name = one["name"];
        added.name = name.text();
        for (const device_link& other : to.links)
            if (other.name == added.name) name.fail("there are two links '" + added.name + "'");
        const json_reader reach = one["reach"];
        added.reach = reach.checked([&] { return parse_name<link_reach>(reach.text()); });
        added.bandwidth =
            quantity_of<bytes_per_second>(figures_.read_if_any(one, "bandwidth_bytes_per_s", bandwidth_figure));
        if (const auto devices = one.find("devices")) added.devices = count(*devices);
        if (added.devices == 1) one["devices"].fail("a link joins at least two devices");
        to.links.push_back(std::move(added));
    }

    [[nodiscard]] processing_array array_of(const json_reader& one) {
        one.expect_keys({"rows", "columns", "flow", "depth", "count", "prefetches", "hold", "weights_per_cycle",
                         "outputs_per_cycle", "buffer_bytes", "notes"});
        processing_array result;
        result.rows = count(one["rows"]);
        result.columns = count(one["columns"]);
        const json_reader flow = one["flow"];
        result.flow = flow.checked([&] { return parse_name<array_flow>(flow.text()); });
        if (const auto depth = one.find("depth")) result.depth = count(*depth);
        if (const auto arrays = one.find("count")) result.count = count(*arrays);
        if (const auto prefetches = one.find("prefetches")) result.prefetches = prefetches->boolean();
        if (const auto hold = one.find("hold")) result.hold = count(*hold);
        const auto rate = [&](std::string_view key) {
            const auto found = one.find(key);
            return found ? figures_.read(*found, per_cycle_figure) : 0.0;
        };
        result.weights_per_cycle = rate("weights_per_cycle");
        result.outputs_per_cycle = rate("outputs_per_cycle");
        if (const auto buffer = one.find("buffer_bytes"))
            result.buffer = static_cast<std::int64_t>(figures_.read(*buffer, capacity_figure));
        return result;
    }

    /// A whole number; 0 when it is unknown.
    [[nodiscard]] int count(const json_reader& at) {
        const double value = figures_.read(at, unit_count_figure);
        if (value != value) return 0;
        if (value != static_cast<int>(value)) at.fail("must be a whole number");
        return static_cast<int>(value);
    }

    void describe(platform& device) {
        if (const auto name = document_.find("name")) device.rename(name->text());
        if (const auto vendor = document_.find("vendor")) device.vendor = vendor->text();
        if (const auto device_class = document_.find("class")) device.device_class = device_class->text();
        const double year = figures_.read_if_any(document_, "year", year_figure);
        if (year == year) device.year = static_cast<int>(year);
        if (year == year && device.year != year) document_["year"].fail("must be a whole year");
        device.price_usd = figures_.read_if_any(document_, "price_usd", price_figure);
        device.process_nm = figures_.read_if_any(document_, "process_nm", process_figure);
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
            device.operators = {layer_types_of(*operators, "supported"), layer_types_of(*operators, "unsupported"),
                                texts_of(*operators, "unsupported_networks"),
                                figures_.source_text((*operators)["source"].text()), host_of(*operators)};
        }
    }

    [[nodiscard]] host_processor host_of(const json_reader& operators) {
        host_processor host;
        const auto found = operators.find("host");
        if (!found) return host;
        found->expect_keys({"name", "operations_per_second", "bandwidth_bytes_per_s"});
        host.name = (*found)["name"].text();
        host.peak = quantity_of<ops_per_second>(figures_.read((*found)["operations_per_second"], rate_figure));
        host.bandwidth =
            quantity_of<bytes_per_second>(figures_.read((*found)["bandwidth_bytes_per_s"], bandwidth_figure));
        if (!(host.peak.value() > 0) || !(host.bandwidth.value() > 0))
            found->fail("a host needs operations and bytes per second above 0");
        return host;
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

    [[nodiscard]] static std::vector<std::string> texts_of(const json_reader& in, std::string_view key) {
        std::vector<std::string> all;
        if (const auto listed = in.find(key))
            for (const json_reader& one : listed->elements()) all.push_back(one.text());
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
        if (device_.year != 0) document["year"] = figure(device_.year, "year", "/year");
        if (device_.price_usd == device_.price_usd)
            document["price_usd"] = figure(device_.price_usd, "USD", "/price_usd");
        if (device_.process_nm == device_.process_nm)
            document["process_nm"] = figure(device_.process_nm, "nm", "/process_nm");
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
        if (known.host.is_stated()) {
            ordered_json& host = all["host"] = {{"name", known.host.name}};
            put(host, "operations_per_second", known.host.peak, "operation/s", "", "/operators/host");
            put(host, "bandwidth_bytes_per_s", known.host.bandwidth, "byte/s", "", "/operators/host");
        }
        return all;
    }

    /// With the provenance of the figure itself, or of the one a mode inherited.
    [[nodiscard]] ordered_json figure(double value, std::string_view unit, const std::string& in_mode,
                                      const std::string& at = {}) const {
        ordered_json own = figure_json(value, unit, in_mode + at, device_.sources);
        return own.is_object() || at.empty() ? own : figure_json(value, unit, at, device_.sources);
    }

    template <class Value>
    void put(ordered_json& in, std::string_view key, const Value& value, std::string_view unit, const std::string& mode,
             const std::string& at) const {
        double number;
        if constexpr (std::is_same_v<Value, double>)
            number = value;
        else
            number = value.value();
        ordered_json written = figure(number, unit, mode, message({at, "/", key}));
        if (number == number || written.is_object()) in[std::string(key)] = std::move(written);
    }
    template <class Value>
    void put(ordered_json& in, std::string_view key, const Value& value, const std::string& mode,
             const std::string& at) const {
        put(in, key, value, kind_of(value).unit, mode, at);
    }

    void fill(ordered_json& in, const operating_mode& mode, const std::string& pointer) const {
        for (const peak& one : mode.peaks) {
            const std::string at = "/peaks/" + std::to_string(in["peaks"].size());
            ordered_json entry = {{"datatype", to_string(one.numbers)}};
            put(entry, "operations_per_second", one.dense, "operation/s", pointer, at);
            put(entry, "sparse_operations_per_second", one.sparse, "operation/s", pointer, at);
            if (one.bit_serial) entry["bit_serial"] = true;
            in["peaks"].push_back(std::move(entry));
        }
        for (const memory_level& one : mode.memories) {
            const std::string at = "/memories/" + std::to_string(in["memories"].size());
            ordered_json entry = {{"name", one.name}};
            if (one.on_chip) entry["on_chip"] = true;
            if (one.role != memory_role::any) entry["role"] = to_string(one.role);
            for_each_figure<memory_level>(
                [&](std::string_view key, auto member) { put(entry, key, one.*member, pointer, at); });
            in["memories"].push_back(std::move(entry));
        }
        for (const device_link& one : mode.links) {
            const std::string at = "/links/" + std::to_string(in["links"].size());
            ordered_json entry = {{"name", one.name}, {"reach", to_string(one.reach)}};
            put(entry, "bandwidth_bytes_per_s", one.bandwidth, "byte/s", pointer, at);
            if (one.devices > 0) entry["devices"] = figure(one.devices, "1", pointer, at + "/devices");
            in["links"].push_back(std::move(entry));
        }
        if (mode.compute_units > 0) in["compute_units"] = figure(mode.compute_units, "1", pointer, "/compute_units");
        if (mode.array.is_stated()) in["array"] = array_json(mode.array, pointer);
        for_each_figure<operating_mode>(
            [&](std::string_view key, auto member) { put(in, key, mode.*member, pointer, ""); });
    }

    [[nodiscard]] ordered_json array_json(const processing_array& one, const std::string& pointer) const {
        ordered_json entry;
        const auto put_count = [&](const char* key, double value, double unless, std::string_view unit) {
            if (value != unless) entry[key] = figure(value, unit, pointer, "/array/" + std::string(key));
        };
        put_count("rows", static_cast<double>(one.rows), 0, "1");
        put_count("columns", static_cast<double>(one.columns), 0, "1");
        entry["flow"] = to_string(one.flow);
        put_count("depth", static_cast<double>(one.depth), 1, "1");
        put_count("count", static_cast<double>(one.count), 1, "1");
        if (one.prefetches) entry["prefetches"] = true;
        put_count("hold", static_cast<double>(one.hold), 1, "1");
        put_count("weights_per_cycle", one.weights_per_cycle, 0, "1");
        put_count("outputs_per_cycle", one.outputs_per_cycle, 0, "1");
        put_count("buffer_bytes", static_cast<double>(one.buffer), 0, "byte");
        return entry;
    }

    const platform& device_;
};

}  // namespace detail

/// A platform from the text of its file; `source` names the file in messages. Throws parse_error with a JSON pointer,
/// or with line and column where the text is not JSON.
[[nodiscard]] inline platform parse_platform(std::string_view text, const std::string& source = "platform") {
    const detail::json document = detail::parse_json(text, source);
    return detail::platform_document(detail::json_reader(document, source)).read();
}

/// A platform from a file; throws parse_error.
[[nodiscard]] inline platform load_platform_file(const std::string& path) {
    return parse_platform(detail::read_file(path), path);
}

/// The text of a platform file. Figures with a known source keep it; alternatives are not written.
[[nodiscard]] inline std::string to_json(const platform& device) {
    return detail::platform_writer(device).write().dump(2) + "\n";
}

/// Writes a platform file; throws parse_error when that fails.
inline void save_platform(const platform& device, const std::string& path) {
    detail::write_file(path, to_json(device));
}

}  // namespace qutibench
