// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"
#include "state.hpp"

#include <qutibench/io/json/platform.hpp>
#include <qutibench/model/arrays.hpp>

#include <memory>
#include <optional>

namespace qutibench::python {

template <>
struct member_list<operator_support> {
    static constexpr auto all =
        std::make_tuple(&operator_support::supported, &operator_support::unsupported,
                        &operator_support::unsupported_networks, &operator_support::source, &operator_support::host);
};

template <>
struct member_list<provenance> {
    static constexpr auto all = std::make_tuple(&provenance::pointer, &provenance::source, &provenance::basis,
                                                &provenance::derivation, &provenance::value, &provenance::unit);
};

namespace {

[[nodiscard]] std::vector<peak> peaks_from(const py::dict& by_datatype) {
    std::vector<peak> all;
    for (const auto& [datatype, rate] : by_datatype) {
        if (!py::isinstance<py::float_>(rate) && !py::isinstance<py::int_>(rate))
            throw py::type_error("the peak in " + py::repr(datatype).cast<std::string>() +
                                 " is a number of operations per second, such as 4e12, not " +
                                 py::repr(rate).cast<std::string>());
        all.push_back({datatype.cast<precision_argument>().value, quantity_of<ops_per_second>(rate.cast<double>())});
    }
    return all;
}

[[nodiscard]] py::typing::Dict<py::str, py::float_> peaks_of(const operating_mode& mode) {
    py::typing::Dict<py::str, py::float_> all;
    for (const peak& one : mode.peaks) all[py::str(to_string(one.numbers))] = one.dense.value();
    return all;
}

[[nodiscard]] memory_level make_memory(std::string name, const std::optional<double>& capacity,
                                       const std::optional<double>& bandwidth, bool on_chip, const std::string& role,
                                       const std::optional<double>& bus_width,
                                       const std::optional<double>& transfer_rate) {
    return {std::move(name),
            quantity_or_nan<bytes>(capacity),
            quantity_or_nan<bytes_per_second>(bandwidth),
            on_chip,
            parse_name<memory_role>(role),
            or_nan(bus_width),
            quantity_or_nan<hertz>(transfer_rate)};
}

void register_memory(py::module_& module) {
    py::class_<memory_level> cls(module, "MemoryLevel", "A memory that weights or activations can live in.");
    cls.def(py::init(&make_memory), "name"_a, "capacity_bytes"_a = py::none(), "bandwidth_bytes_per_s"_a = py::none(),
            "on_chip"_a = false, "role"_a = "any", "bus_width_bits"_a = py::none(), "transfer_rate_hz"_a = py::none(),
            "None is what no source states. role: 'any', 'cache', 'weights' or 'activations'.");
    add_facts(cls);
    cls.def_readonly("name", &memory_level::name);
    cls.def("__repr__", [](const memory_level& self) {
        return "MemoryLevel('" + self.name +
               "', capacity_bytes=" + (is_known(self.capacity) ? readable(self.capacity.value()) : "None") +
               ", bandwidth_bytes_per_s=" + (is_known(self.bandwidth) ? readable(self.bandwidth.value()) : "None") +
               ", on_chip=" + (self.on_chip ? "True" : "False") + ")";
    });
    add_described_state(cls);
}

[[nodiscard]] device_link make_link(std::string name, const std::string& reach, const std::optional<double>& bandwidth,
                                    const std::optional<int>& devices) {
    return {std::move(name), parse_name<link_reach>(reach), quantity_or_nan<bytes_per_second>(bandwidth),
            devices.value_or(0)};
}

void register_link(py::module_& module) {
    py::class_<device_link> cls(module, "DeviceLink", "A link of a device to the host, to its neighbours or out.");
    cls.def(py::init(&make_link), "name"_a, "reach"_a, "bandwidth_bytes_per_s"_a = py::none(), "devices"_a = py::none(),
            "reach: 'host', 'devices' (of the same fast domain) or 'nodes'; the bandwidth is one device's in one "
            "direction, devices is how many it joins.");
    add_facts(cls);
    cls.def_readonly("name", &device_link::name);
    cls.def("__repr__", [](const device_link& self) {
        return "DeviceLink('" + self.name + "', '" + std::string(to_string(self.reach)) +
               "', bandwidth_bytes_per_s=" + (is_known(self.bandwidth) ? readable(self.bandwidth.value()) : "None") +
               ", devices=" + (self.devices > 0 ? std::to_string(self.devices) : "None") + ")";
    });
    add_described_state(cls);
}

void register_peak(py::module_& module) {
    py::class_<peak> cls(module, "Peak", "Peak performance in one datatype; one MAC is two operations.");
    cls.def(py::init([](const precision_argument& datatype, double dense, const std::optional<double>& sparse,
                        bool bit_serial) {
                return peak{datatype.value, quantity_of<ops_per_second>(dense), quantity_or_nan<ops_per_second>(sparse),
                            bit_serial};
            }),
            "datatype"_a, "operations_per_second"_a, "sparse_operations_per_second"_a = py::none(),
            "bit_serial"_a = false);
    add_facts(cls);
    cls.def_property_readonly(
        "operations_per_second", [](const peak& self) { return self.dense.value(); }, "Stated of every peak.");
    cls.def("__repr__", [](const peak& self) {
        return "Peak('" + to_string(self.numbers) + "', " + readable(self.dense.value()) + ")";
    });
    add_described_state(cls);
}

[[nodiscard]] processing_array make_array(std::int64_t rows, std::int64_t columns, const std::string& flow,
                                          std::int64_t depth, std::int64_t count, bool prefetches, std::int64_t hold,
                                          double weights_per_cycle, double outputs_per_cycle, std::int64_t buffer) {
    const processing_array made{rows,
                                columns,
                                parse_name<array_flow>(flow),
                                depth,
                                count,
                                prefetches,
                                hold,
                                weights_per_cycle,
                                outputs_per_cycle,
                                buffer};
    if (!made.is_stated()) throw invalid_argument("an array needs rows and columns of at least 1");
    return made;
}

[[nodiscard]] std::optional<processing_array> stated(const processing_array& one) {
    return one.is_stated() ? std::optional(one) : std::nullopt;
}

[[nodiscard]] py::dict cycles_in(const processing_array& array, const array_cycles& found) {
    return py::dict("cycles"_a = found.cycles, "mapped"_a = found.mapped, "utilisation"_a = found.utilisation(array),
                    "macs"_a = found.macs, "read_elements"_a = found.read, "written_elements"_a = found.written);
}

void register_array(py::module_& module) {
    py::class_<processing_array> cls(module, "ProcessingArray",
                                     "An array of processing elements, at the clock of its mode.");
    cls.def(py::init(&make_array), "rows"_a, "columns"_a, "flow"_a = "output_stationary", "depth"_a = 1, "count"_a = 1,
            "prefetches"_a = false, "hold"_a = 1, "weights_per_cycle"_a = 0.0, "outputs_per_cycle"_a = 0.0,
            "buffer_bytes"_a = 0,
            "flow: 'output_stationary', 'weight_stationary', 'input_stationary', 'row_stationary' or 'blocks', which "
            "alone has depth, hold, the figures per cycle and a buffer.");
    add_facts(cls);
    cls.def_property_readonly("elements", &processing_array::elements,
                              "Multiply-accumulates of a cycle in which all elements work.");
    cls.def(
        "cycles",
        [](const processing_array& self, std::int64_t rows, std::int64_t columns, std::int64_t depth,
           std::int64_t groups, std::int64_t batch) {
            const array_work work{.product = {rows, columns, depth, groups}, .output_height = rows};
            return cycles_in(self, cycles_on(self, work, batch));
        },
        "rows"_a, "columns"_a, "depth"_a, "groups"_a = 1, "batch"_a = 1,
        "What a product of rows x depth by depth x columns takes: a dict of cycles, mapped, utilisation, macs, "
        "read_elements and written_elements. Of a convolution, rows are output positions and depth is the window.");
    cls.def(
        "layers",
        [](const processing_array& self, const workload& net, std::int64_t batch) {
            py::list all;
            for (const layer_workload& one : net.layers()) {
                const array_cycles found = cycles_on(self, one, net.output_shapes(one), batch);
                if (!(found.cycles > 0)) continue;
                py::dict row = cycles_in(self, found);
                row["layer"] = one.name;
                row["type"] = one.type;
                all.append(row);
            }
            return all;
        },
        "workload"_a, "batch"_a = 1, "The same for each layer of a workload that takes any.");
    cls.def("__repr__", [](const processing_array& self) {
        return "ProcessingArray(" + std::to_string(self.rows) + ", " + std::to_string(self.columns) + ", '" +
               std::string(to_string(self.flow)) + "')";
    });
    add_described_state(cls);
}

[[nodiscard]] operating_mode make_mode(std::string name, const std::variant<std::vector<peak>, py::dict>& peaks,
                                       std::vector<memory_level> memories, const std::optional<double>& power,
                                       const std::optional<double>& clock, const std::optional<double>& host_clock,
                                       const std::optional<double>& memory_clock,
                                       const std::optional<int>& compute_units, std::vector<device_link> links,
                                       const std::optional<double>& measured_power,
                                       const std::optional<processing_array>& array) {
    const std::vector<peak>* const listed = std::get_if<std::vector<peak>>(&peaks);
    return {std::move(name),
            listed != nullptr ? *listed : peaks_from(std::get<py::dict>(peaks)),
            std::move(memories),
            quantity_or_nan<watts>(power),
            quantity_or_nan<hertz>(clock),
            quantity_or_nan<hertz>(host_clock),
            quantity_or_nan<hertz>(memory_clock),
            compute_units.value_or(0),
            std::move(links),
            quantity_or_nan<watts>(measured_power),
            array.value_or(processing_array{})};
}

void register_mode(py::module_& module) {
    py::class_<operating_mode> cls(module, "OperatingMode", "One power or clock mode of a device, complete in itself.");
    cls.def(py::init(&make_mode), "name"_a, "peaks"_a, "memories"_a, "power_w"_a = py::none(),
            "clock_hz"_a = py::none(), "host_clock_hz"_a = py::none(), "memory_clock_hz"_a = py::none(),
            "compute_units"_a = py::none(), "links"_a = std::vector<device_link>(), "measured_power_w"_a = py::none(),
            "array"_a = py::none(),
            "peaks: a dict of datatypes and operations per second, or a list of Peak; memories: off-chip first.");
    cls.def_readonly("name", &operating_mode::name);
    cls.def_readonly("peaks", &operating_mode::peaks);
    cls.def_readonly("memories", &operating_mode::memories);
    add_facts(cls);
    cls.def_readonly("links", &operating_mode::links);
    cls.def_property_readonly(
        "array", [](const operating_mode& self) { return stated(self.array); },
        "The array of processing elements; None where no source states one.");
    cls.def("__repr__", [](const operating_mode& self) {
        return "OperatingMode('" + self.name + "', " + py::repr(peaks_of(self)).cast<std::string>() + ")";
    });
    add_members_state(cls, &operating_mode::name, &operating_mode::peaks, &operating_mode::memories,
                      &operating_mode::power, &operating_mode::clock, &operating_mode::host_clock,
                      &operating_mode::memory_clock, &operating_mode::compute_units, &operating_mode::links,
                      &operating_mode::measured_power, &operating_mode::array);
}

void register_provenance(py::module_& module) {
    py::class_<provenance> cls(module, "Provenance", "Where one figure of a platform or network comes from.");
    cls.def(py::init([](std::string pointer, std::string source, std::string basis, std::string derivation,
                        const std::optional<double>& value, std::string unit) {
                return provenance{std::move(pointer),    std::move(source), std::move(basis),
                                  std::move(derivation), or_nan(value),     std::move(unit)};
            }),
            "pointer"_a, "source"_a, "basis"_a = "user", "derivation"_a = "", "value"_a = py::none(), "unit"_a = "");
    cls.def_readonly("pointer", &provenance::pointer, "JSON pointer of the figure in its file.");
    cls.def_readonly("source", &provenance::source, "Document, table, page.");
    cls.def_readonly("basis", &provenance::basis, "'sourced', 'derived', 'probed', 'user' or 'unknown'.");
    cls.def_readonly("derivation", &provenance::derivation, "How, when derived; why, when unknown.");
    cls.def_property_readonly("value", [](const provenance& self) { return known(quantity_of<seconds>(self.value)); });
    cls.def_readonly("unit", &provenance::unit);
    cls.def("__repr__",
            [](const provenance& self) { return "<" + self.pointer + ": " + self.basis + ", " + self.source + ">"; });
    add_described_state(cls);
}

[[nodiscard]] platform make_platform(std::string id, const std::variant<std::vector<peak>, py::dict>& peaks,
                                     const std::optional<double>& bandwidth, const std::optional<double>& on_chip,
                                     const std::optional<double>& power, const std::optional<double>& clock) {
    std::vector<memory_level> memories{{.name = "off_chip", .bandwidth = quantity_or_nan<bytes_per_second>(bandwidth)}};
    if (on_chip) memories.push_back({.name = "on_chip", .capacity = quantity_of<bytes>(*on_chip), .on_chip = true});
    return platform(std::move(id), {make_mode("", peaks, std::move(memories), power, clock, {}, {}, {}, {}, {}, {})});
}

[[nodiscard]] py::tuple platform_state(const platform& self) {
    return py::make_tuple(self.id(), self.name(), self.modes(), self.mode().name, self.vendor, self.device_class,
                          self.year, known(self.price_usd), known(self.process_nm), self.sources,
                          state::pack(self.operators));
}

[[nodiscard]] platform platform_from(const py::tuple& from) {
    platform made(from[0].cast<std::string>(), from[2].cast<std::vector<operating_mode>>());
    made.rename(from[1].cast<std::string>());
    made.vendor = from[4].cast<std::string>();
    made.device_class = from[5].cast<std::string>();
    made.year = from[6].cast<int>();
    made.price_usd = or_nan(from[7].cast<std::optional<double>>());
    made.process_nm = or_nan(from[8].cast<std::optional<double>>());
    made.sources = from[9].cast<std::vector<provenance>>();
    made.operators = state::unpack<operator_support>(from[10]);
    return made.in_mode(from[3].cast<std::string>());
}

[[nodiscard]] std::string platform_text(const platform& self) {
    std::string text = "Platform('" + self.id() + (self.mode().name.empty() ? "" : ":" + self.mode().name) + "': ";
    for (const peak& one : self.mode().peaks)
        text += to_string(one.numbers) + " " + readable(one.dense.value() / 1e12) + " TOP/s, ";
    return text + (is_known(self.bandwidth()) ? readable(self.bandwidth().value() / 1e9) + " GB/s)"
                                              : std::string("bandwidth unknown)"));
}

using platform_class = py::class_<platform, std::shared_ptr<platform>>;

void add_figures(platform_class& cls) {
    cls.def_property_readonly("id", &platform::id);
    cls.def_property_readonly("name", &platform::name);
    cls.def_property_readonly(
        "mode", [](const platform& self) { return unless_empty(self.mode().name); },
        "The selected mode; None where there is only one, without a name.");
    cls.def_property_readonly("modes", &platform::modes);
    cls.def_property_readonly(
        "peaks", [](const platform& self) { return peaks_of(self.mode()); },
        "Operations per second in each native datatype.");
    cls.def_property_readonly("memories", [](const platform& self) { return self.mode().memories; });
    cls.def_property_readonly(
        "bandwidth_bytes_per_s", [](const platform& self) { return known(self.bandwidth()); },
        "Of the off-chip memory; None where no source states it.");
    cls.def_property_readonly("power_w", [](const platform& self) { return known(self.power()); });
    cls.def_property_readonly(
        "measured_power_w", [](const platform& self) { return known(self.mode().measured_power); },
        "Of the whole board while it runs networks, where somebody measured it; energies are this times time.");
    cls.def_property_readonly("clock_hz", [](const platform& self) { return known(self.mode().clock); });
    cls.def_property_readonly(
        "compute_units", [](const platform& self) { return fact(self.mode().compute_units); },
        "Multiprocessors, compute units, cores or engines in the selected mode.");
    cls.def_property_readonly("links", [](const platform& self) { return self.mode().links; });
    cls.def_property_readonly(
        "array", [](const platform& self) { return stated(self.mode().array); },
        "The array of processing elements of the selected mode; None where no source states one.");
    add_facts(cls);
    cls.def_property_readonly("device_class", [](const platform& self) { return unless_empty(self.device_class); });
    cls.def_readonly("sources", &platform::sources, "Where each figure comes from.");
}

}  // namespace

void register_platform(py::module_& module) {
    register_memory(module);
    register_link(module);
    register_peak(module);
    register_array(module);
    register_mode(module);
    register_provenance(module);
    platform_class cls(module, "Platform", "What a device can do: peaks per datatype, memories, power, in its modes.");
    cls.def(py::init(&make_platform), "id"_a, "peaks"_a, "bandwidth_bytes_per_s"_a = py::none(),
            "on_chip_bytes"_a = py::none(), "power_w"_a = py::none(), "clock_hz"_a = py::none(),
            "A device of one mode: Platform('my_board', {'int8': 1e12}, bandwidth_bytes_per_s=19.2e9). Raises "
            "InvalidArgument on a figure that is not positive and finite.");
    cls.def(py::init([](std::string id, std::vector<operating_mode> modes) {
                return platform(std::move(id), std::move(modes));
            }),
            "id"_a, py::kw_only(), "modes"_a, "A device with several modes; the first is selected.");
    add_figures(cls);
    cls.def("in_mode", &platform::in_mode<>, "name"_a, "The same device in another mode; raises UnknownName.");
    cls.def(
        "peak_for",
        [](const platform& self, const precision_argument& datatype) {
            const carried_peak found = self.peak_for(datatype.value);
            return std::make_tuple(found.as, found.native);
        },
        "datatype"_a,
        "(the Peak that a datatype runs at, whether it is native); raises UnsupportedDatatype without a carrier.");
    cls.def("to_json", [](const platform& self) { return to_json(self); }, "The text of a platform file.");
    cls.def(
        "save", [](const platform& self, const path_argument& path) { save_platform(self, path.value); }, "path"_a,
        "Writes a platform file; raises ParseError when that fails.");
    cls.def_static(
        "from_json", [](std::string_view text, const std::string& source) { return parse_platform(text, source); },
        "text"_a, "source"_a = "platform", "From the text of a platform file; raises ParseError with the place.");
    cls.def("__repr__", &platform_text);
    add_state(cls, &platform_state, &platform_from);
    add_table(cls);
}

}  // namespace qutibench::python
