// SPDX-License-Identifier: BSD-3-Clause
#include "predicted.hpp"
#include "register.hpp"

#include <qutibench/model/predict.hpp>
#include <qutibench/network/analyze.hpp>

namespace qutibench::python {

namespace {

using placement_argument = name_argument<placement_kind, &parse_placement>;
using execution_argument = name_argument<execution_kind, &parse_execution>;

[[nodiscard]] tensor_role parse_role(std::string_view name) {
    return detail::parse_enumerator<tensor_role>("tensor role", name, {"weights", "activations", "state"});
}
[[nodiscard]] overlap_kind parse_overlap(std::string_view name) {
    return detail::parse_enumerator<overlap_kind>("overlap", name, {"full", "none"});
}
[[nodiscard]] std::string_view name_of(tensor_role role) {
    constexpr std::string_view names[] = {"weights", "activations", "state"};
    return names[static_cast<std::size_t>(role)];
}
[[nodiscard]] std::string_view name_of(placement_kind placement) {
    return placement == placement_kind::published ? "published" : "capacity";
}
[[nodiscard]] std::string_view name_of(execution_kind execution) {
    constexpr std::string_view names[] = {"network", "layers", "dataflow"};
    return names[static_cast<std::size_t>(execution)];
}

using role_argument = name_argument<tensor_role, &parse_role>;
using overlap_argument = name_argument<overlap_kind, &parse_overlap>;
using overrides_argument = std::vector<std::tuple<std::string, role_argument, bool>>;

/// Everything that says how, as the keyword arguments have it. The overrides point into `names`.
struct how_arguments {
    deployment how{};
    std::vector<placement_override> overrides{};

    how_arguments(const precision_argument& datatype, const count_argument& batch, placement_argument placement,
                  execution_argument execution, const count_argument& threads, bool carriers, bool weights_in_carrier,
                  bool sparse, bool double_buffered, const execution_parameters* parameters,
                  const std::optional<overrides_argument>& forced) {
        how.datatype = datatype.value;
        how.batch = batch.value;
        how.placement = placement.value;
        how.execution = execution.value;
        how.threads = threads.value;
        how.carriers = carriers;
        how.weights_in_carrier = weights_in_carrier;
        how.sparse = sparse;
        how.double_buffered = double_buffered;
        if (parameters != nullptr) how.parameters = *parameters;
        if (!forced) return;
        for (const auto& [layer, role, on_chip] : *forced) overrides.push_back({layer, role.value, on_chip});
        how.overrides = overrides;
    }
    how_arguments(const how_arguments&) = delete;
    how_arguments& operator=(const how_arguments&) = delete;
    ~how_arguments() = default;
};

[[nodiscard]] predicted predict_one(const std::shared_ptr<workload>& net, const std::shared_ptr<platform>& device,
                                    const how_arguments& arguments) {
    const deployment& how = arguments.how;
    return {predict(*net, *device, how), how.datatype, how.placement, how.execution, net, device};
}

[[nodiscard]] std::vector<std::string_view> assumptions_of(const predicted& self) {
    std::vector<std::string_view> all;
    for (std::uint32_t bit = 1; bit <= self.figures.assumed; bit <<= 1)
        if ((self.figures.assumed & bit) != 0) all.push_back(to_string(static_cast<assumption>(bit)));
    return all;
}

/// Infinite intensity (no traffic at all) is the float inf; a bandwidth that nobody states is None.
[[nodiscard]] std::optional<double> bandwidth_of(const predicted& self) {
    const double value = self.figures.bandwidth().value();
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

[[nodiscard]] py::tuple state_of(const predicted& self) {
    const estimate& e = self.figures;
    return py::make_tuple(self.net, self.device, self.datatype, static_cast<int>(self.placement),
                          static_cast<int>(self.execution), e.call_time, e.batch, e.calls, e.pipeline_latency,
                          e.initiation_interval, e.work, e.traffic, e.weight_bytes, e.roof.peak.value(),
                          e.roof.bandwidth.value(), static_cast<int>(e.limited_by), known(e.call_energy),
                          static_cast<int>(e.feasible), e.assumed);
}

[[nodiscard]] predicted predicted_from(const py::tuple& s) {
    predicted made;
    made.net = s[0].cast<std::shared_ptr<workload>>();
    made.device = s[1].cast<std::shared_ptr<platform>>();
    made.datatype = s[2].cast<precision>();
    made.placement = static_cast<placement_kind>(s[3].cast<int>());
    made.execution = static_cast<execution_kind>(s[4].cast<int>());
    estimate& e = made.figures;
    e.call_time = s[5].cast<double>();
    e.batch = s[6].cast<std::int64_t>();
    e.calls = s[7].cast<std::int64_t>();
    e.pipeline_latency = s[8].cast<double>();
    e.initiation_interval = s[9].cast<double>();
    e.work = s[10].cast<double>();
    e.traffic = s[11].cast<double>();
    e.weight_bytes = s[12].cast<double>();
    e.roof = {quantity_of<ops_per_second>(s[13].cast<double>()), quantity_of<bytes_per_second>(s[14].cast<double>())};
    e.limited_by = static_cast<bound_kind>(s[15].cast<int>());
    e.call_energy = or_nan(s[16].cast<std::optional<double>>());
    e.feasible = static_cast<feasibility>(s[17].cast<int>());
    e.assumed = s[18].cast<std::uint32_t>();
    return made;
}

[[nodiscard]] std::string described(const predicted& self) {
    const estimate& e = self.figures;
    const std::string where =
        self.device ? self.device->id() + (self.device->mode().name.empty() ? "" : ":" + self.device->mode().name)
                    : "?";
    return "Estimate(" + (self.net ? self.net->name() : "?") + " on " + where + ", " + to_string(self.datatype) +
           ", batch " + std::to_string(e.batch) + ": " + readable(e.throughput().value()) + " inputs/s, " +
           readable(e.latency().value() * 1e3) + " ms, " + std::string(to_string(e.bound())) + "-bound)";
}

using predicted_class = py::class_<predicted>;

void add_figures(predicted_class& cls) {
    cls.def_property_readonly(
        "throughput_ips", [](const predicted& self) { return self.figures.throughput().value(); },
        "Inputs per second.");
    cls.def_property_readonly(
        "latency_s", [](const predicted& self) { return self.figures.latency().value(); },
        "Seconds from handing over an input to having its result: of one call, or, in a pipeline, "
        "of one input.");
    cls.def_property_readonly(
        "bound", [](const predicted& self) { return to_string(self.figures.bound()); },
        "'compute', 'memory', or 'compute?' where no source states the bandwidth.");
    cls.def_property_readonly(
        "operational_intensity", [](const predicted& self) { return self.figures.operational_intensity().value(); },
        "Operations per off-chip byte; inf without traffic.");
    cls.def_property_readonly("peak_ops_per_s", [](const predicted& self) { return self.figures.peak().value(); });
    cls.def_property_readonly("bandwidth_bytes_per_s", &bandwidth_of, "None where no source states it.");
    cls.def_property_readonly(
        "model_bytes", [](const predicted& self) { return self.figures.model_size().value(); },
        "Size of the weights as stored.");
    cls.def_property_readonly(
        "energy_j", [](const predicted& self) { return known(self.figures.energy()); },
        "Joules for one input; None where nothing states the power.");
    cls.def_property_readonly(
        "operations",
        [](const predicted& self) { return std::llround(self.figures.work / static_cast<double>(self.figures.batch)); },
        "Of one input; one multiply-accumulate is two.");
    cls.def_property_readonly(
        "macs",
        [](const predicted& self) {
            return std::llround(self.figures.work / 2 / static_cast<double>(self.figures.batch));
        },
        "Multiply-accumulates of one input.");
    cls.def_property_readonly(
        "traffic_bytes", [](const predicted& self) { return self.figures.traffic; }, "Off-chip bytes of one call.");
    cls.def_property_readonly(
        "initiation_interval_s",
        [](const predicted& self) {
            const double interval = self.figures.initiation_interval;
            return interval > 0 ? std::optional(interval) : std::nullopt;
        },
        "Seconds between the results of a pipeline; None otherwise.");
    cls.def_property_readonly(
        "feasible",
        [](const predicted& self) {
            const feasibility known = self.figures.feasible;
            return known == feasibility::unknown ? std::nullopt : std::optional(known == feasibility::feasible);
        },
        "Whether the weights fit the memory and the device's software runs the network; None where no source states "
        "the "
        "memory.");
    cls.def_property_readonly(
        "may_win", [](const predicted& self) { return self.figures.may_win(); },
        "False where a ranking or front leaves the estimate out unasked: it is infeasible, or no source states the "
        "bandwidth, so that the device looks as fast as its peak.");
    cls.def_property_readonly("assumptions", &assumptions_of, "What the model took for granted, one sentence each.");
}

void add_context(predicted_class& cls) {
    cls.def_property_readonly(
        "network", [](const predicted& self) { return self.net ? unless_empty(self.net->name()) : std::nullopt; });
    cls.def_property_readonly(
        "platform", [](const predicted& self) { return self.device ? unless_empty(self.device->id()) : std::nullopt; });
    cls.def_property_readonly("mode", [](const predicted& self) {
        return self.device ? unless_empty(self.device->mode().name) : std::nullopt;
    });
    cls.def_property_readonly("datatype", [](const predicted& self) { return to_string(self.datatype); });
    cls.def_property_readonly("batch", [](const predicted& self) { return self.figures.batch; });
    cls.def_property_readonly("threads", [](const predicted& self) { return self.figures.calls; });
    cls.def_property_readonly("placement", [](const predicted& self) { return name_of(self.placement); });
    cls.def_property_readonly("execution", [](const predicted& self) { return name_of(self.execution); });
    cls.def_property_readonly("workload", [](const predicted& self) { return self.net; });
    cls.def_property_readonly("device", [](const predicted& self) { return self.device; });
}

void register_parameters(py::module_& module) {
    using type = execution_parameters;
    py::class_<type> cls(module, "ExecutionParameters",
                         "What a device loses against its roofline; the defaults lose nothing.");
    cls.def(py::init([](double call_overhead, double input_overhead, double layer_overhead, double compute_efficiency,
                        double memory_efficiency, const count_argument& rows, const count_argument& columns,
                        const count_argument& depth, double softening, double fill, const count_argument& cores,
                        overlap_argument overlap) {
                return type{call_overhead,     input_overhead, layer_overhead, compute_efficiency,
                            memory_efficiency, rows.value,     columns.value,  depth.value,
                            softening,         fill,           cores.value,    overlap.value};
            }),
            py::kw_only(), "call_overhead_s"_a = 0.0, "input_overhead_s"_a = 0.0, "layer_overhead_s"_a = 0.0,
            "compute_efficiency"_a = 1.0, "memory_efficiency"_a = 1.0, "tile_rows"_a = 1, "tile_columns"_a = 1,
            "tile_depth"_a = 1, "tile_softening"_a = 1.0, "pipeline_fill"_a = 1.0, "cores"_a = 1, "overlap"_a = "full",
            "overlap: 'full' (the slower of computing and moving counts) or 'none' (both count).");
    cls.def_readonly("call_overhead_s", &type::call_overhead, "Seconds of the host per call.");
    cls.def_readonly("input_overhead_s", &type::input_overhead, "Seconds of the host per input.");
    cls.def_readonly("layer_overhead_s", &type::layer_overhead, "Seconds per kernel, layer by layer.");
    cls.def_readonly("compute_efficiency", &type::compute_efficiency, "Share of the peak that is attained.");
    cls.def_readonly("memory_efficiency", &type::memory_efficiency, "Share of the bandwidth that is attained.");
    cls.def_readonly("tile_rows", &type::tile_rows, "Output positions that the hardware computes at once.");
    cls.def_readonly("tile_columns", &type::tile_columns, "Output channels that it computes at once.");
    cls.def_readonly("tile_depth", &type::tile_depth, "Products that it sums at once.");
    cls.def_readonly("tile_softening", &type::tile_softening, "1 charges whole tiles, 0 none of their padding.");
    cls.def_readonly("pipeline_fill", &type::pipeline_fill,
                     "Share of a stage's time that passes before the next stage starts.");
    cls.def_readonly("cores", &type::cores, "The peak is spread over so many.");
    cls.def_property_readonly("overlap",
                              [](const type& self) { return self.overlap == overlap_kind::full ? "full" : "none"; });
    cls.def(
        "__repr__",
        [](const py::object& self) {
            constexpr const char* names[] = {
                "call_overhead_s", "input_overhead_s", "layer_overhead_s", "compute_efficiency", "memory_efficiency",
                "tile_rows",       "tile_columns",     "tile_depth",       "tile_softening",     "pipeline_fill",
                "cores",           "overlap"};
            const py::object usual = py::type::of(self)();
            py::list changed;
            for (const char* const name : names)
                if (!self.attr(name).equal(usual.attr(name)))
                    changed.append(py::str("{}={!r}").format(name, self.attr(name)));
            return py::str("ExecutionParameters({})").format(py::str(", ").attr("join")(changed));
        },
        "What differs from the defaults, as it would be written.");
    add_state(
        cls,
        [](const type& s) {
            return py::make_tuple(s.call_overhead, s.input_overhead, s.layer_overhead, s.compute_efficiency,
                                  s.memory_efficiency, s.tile_rows, s.tile_columns, s.tile_depth, s.tile_softening,
                                  s.pipeline_fill, s.cores, static_cast<int>(s.overlap));
        },
        [](const py::tuple& s) {
            return type{
                s[0].cast<double>(),       s[1].cast<double>(),        s[2].cast<double>(),
                s[3].cast<double>(),       s[4].cast<double>(),        s[5].cast<std::int64_t>(),
                s[6].cast<std::int64_t>(), s[7].cast<std::int64_t>(),  s[8].cast<double>(),
                s[9].cast<double>(),       s[10].cast<std::int64_t>(), static_cast<overlap_kind>(s[11].cast<int>())};
        });
}

/// One kernel or placed tensor of an explanation, with the name of its layer.
template <class Figures>
struct named {
    Figures figures;
    std::string layer;
};
using kernel_view = named<kernel_estimate>;
using tensor_view = named<placed_tensor>;

struct explanation {
    predicted total;
    std::vector<kernel_view> kernels;
    std::vector<tensor_view> tensors;
    double capacity;
    bool feasible;
};

[[nodiscard]] explanation explain_one(const std::shared_ptr<workload>& net, const std::shared_ptr<platform>& device,
                                      const how_arguments& arguments) {
    breakdown parts = explain(*net, *device, arguments.how);
    const auto name = [&](int layer) {
        return layer < 0 ? std::string("all weights") : net->layers()[static_cast<std::size_t>(layer)].name;
    };
    const deployment& how = arguments.how;
    explanation all{{parts.total, how.datatype, how.placement, how.execution, net, device},
                    {},
                    {},
                    parts.where.capacity,
                    parts.where.feasible};
    for (const kernel_estimate& one : parts.kernels) all.kernels.push_back({one, name(one.layer)});
    for (const placed_tensor& one : parts.where.tensors) all.tensors.push_back({one, name(one.layer)});
    return all;
}

void register_explanation(py::module_& module) {
    py::class_<kernel_view> kernel(module, "KernelEstimate", "One kernel of a network on a device, of one call.");
    kernel.def_readonly("layer", &kernel_view::layer, "The layer that leads it.");
    const auto figure = [&kernel](const char* name, double kernel_estimate::* member, const char* text) {
        kernel.def_property_readonly(name, [member](const kernel_view& self) { return self.figures.*member; }, text);
    };
    figure("operations", &kernel_estimate::work, "Of one call, without the padding of tiles.");
    figure("traffic_bytes", &kernel_estimate::traffic, "Off-chip bytes.");
    figure("compute_time_s", &kernel_estimate::compute_time, "On one core, tiles and efficiency included.");
    figure("memory_time_s", &kernel_estimate::memory_time, "Seconds of moving.");
    figure("time_s", &kernel_estimate::time, "Both combined, and the fixed cost.");
    kernel.def_property_readonly("bound", [](const kernel_view& self) { return to_string(self.figures.bound); });
    kernel.def("__repr__", [](const kernel_view& self) {
        return "<'" + self.layer + "': " + readable(self.figures.time * 1e6) + " us, " +
               std::string(to_string(self.figures.bound)) + "-bound>";
    });

    py::class_<tensor_view> tensor(module, "PlacedTensor", "A tensor and where it lives.");
    tensor.def_readonly("layer", &tensor_view::layer, "The layer that holds or writes it.");
    tensor.def_property_readonly("role", [](const tensor_view& self) { return name_of(self.figures.role); });
    tensor.def_property_readonly("size_bytes", [](const tensor_view& self) { return self.figures.size; });
    tensor.def_property_readonly(
        "needed_bytes", [](const tensor_view& self) { return self.figures.needed; },
        "On-chip memory from which on it fits.");
    tensor.def_property_readonly("on_chip", [](const tensor_view& self) { return self.figures.on_chip; });
    tensor.def_property_readonly("forced", [](const tensor_view& self) { return self.figures.forced; });
    tensor.def("__repr__", [](const tensor_view& self) {
        return "<" + std::string(name_of(self.figures.role)) + " of '" + self.layer + "', " +
               readable(self.figures.size) + " bytes, " + (self.figures.on_chip ? "on" : "off") + " chip>";
    });

    py::class_<explanation> cls(module, "Breakdown", "An estimate with what it is made of.");
    cls.def_readonly("total", &explanation::total);
    cls.def_readonly("kernels", &explanation::kernels, "In execution order; empty for a workload without layers.");
    cls.def_readonly("tensors", &explanation::tensors, "In the order in which they get on-chip memory.");
    cls.def_property_readonly(
        "on_chip_bytes", [](const explanation& self) { return known(self.capacity); },
        "On-chip memory to give away; None when no source states it.");
    cls.def_readonly("feasible", &explanation::feasible, "False when overrides exceed the on-chip memory.");
    cls.def("__repr__", [](const explanation& self) {
        return "Breakdown(" + described(self.total) + ", " + std::to_string(self.kernels.size()) + " kernels)";
    });
    add_table(cls);
}

/// The keyword arguments of `predict` and `explain` behind the network and the device.
template <class Result,
          Result (*Make)(const std::shared_ptr<workload>&, const std::shared_ptr<platform>&, const how_arguments&)>
void add_question(py::module_& module, const char* name, const char* text) {
    module.def(
        name,
        [](const std::shared_ptr<workload>& net, const std::shared_ptr<platform>& device,
           const precision_argument& datatype, const count_argument& batch, placement_argument placement,
           execution_argument execution, const count_argument& threads, bool carriers, bool weights_in_carrier,
           bool sparse, bool double_buffered, const execution_parameters* parameters,
           const std::optional<overrides_argument>& overrides) {
            return Make(net, device,
                        how_arguments(datatype, batch, placement, execution, threads, carriers, weights_in_carrier,
                                      sparse, double_buffered, parameters, overrides));
        },
        py::arg("workload").none(false), py::arg("platform").none(false), py::kw_only(), "datatype"_a = "int8",
        "batch"_a = 1, "placement"_a = "published", "execution"_a = "network", "threads"_a = 1, "carriers"_a = true,
        "weights_in_carrier"_a = false, "sparse"_a = false, "double_buffered"_a = false, "parameters"_a = py::none(),
        "overrides"_a = py::none(), text);
}

/// `predict` as most calls have it, with at most the four common settings: a third of what the general call costs.
/// Whatever it does not expect, errors included, it hands to the general one.
class quick_predict {
public:
    /// Replaces the function of the module, which stays behind the quick one.
    static void install(py::module_& module) {
        static quick_predict quick(module.attr("predict"));
        static PyMethodDef definition{"predict", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&call)),
                                      METH_FASTCALL | METH_KEYWORDS, quick.text_.c_str()};
        only_ = &quick;
        module.attr("predict") =
            py::reinterpret_steal<py::object>(PyCFunction_NewEx(&definition, nullptr, module.attr("__name__").ptr()));
    }

private:
    explicit quick_predict(const py::object& general)
        : general_(general.ptr()), text_(general.attr("__doc__").cast<std::string>()) {
        general.inc_ref();
        const auto name = [](const char* text) { return PyUnicode_InternFromString(text); };
        names_ = {name("datatype"), name("batch"), name("placement"), name("execution")};
        workload_type_ = py::type::of<workload>().ptr();
        platform_type_ = py::type::of<platform>().ptr();
    }

    static PyObject* call(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
        PyObject* const quick = only_->attempt(values, count, names);
        return quick != nullptr ? quick
                                : PyObject_Vectorcall(only_->general_, values, static_cast<std::size_t>(count), names);
    }

    [[nodiscard]] PyObject* attempt(PyObject* const* values, Py_ssize_t count, PyObject* names) const {
        if (count != 2 || reinterpret_cast<PyObject*>(Py_TYPE(values[0])) != workload_type_ ||
            reinterpret_cast<PyObject*>(Py_TYPE(values[1])) != platform_type_)
            return nullptr;
        try {
            deployment how;
            const Py_ssize_t settings = names == nullptr ? 0 : PyTuple_GET_SIZE(names);
            for (Py_ssize_t i = 0; i < settings; ++i)
                if (!set(how, PyTuple_GET_ITEM(names, i), values[count + i])) return nullptr;
            const auto* const net = held<workload>(values[0]);
            const auto* const device = held<platform>(values[1]);
            if (net == nullptr || device == nullptr) return nullptr;
            return py::cast(predicted{predict(**net, **device, how), how.datatype, how.placement, how.execution, *net,
                                      *device})
                .release()
                .ptr();
        } catch (...) {
            PyErr_Clear();
            return nullptr;
        }
    }

    [[nodiscard]] bool set(deployment& how, PyObject* name, PyObject* value) const {
        if (name == names_[1]) {
            if (!PyLong_CheckExact(value)) return false;
            int overflow = 0;
            how.batch = PyLong_AsLongLongAndOverflow(value, &overflow);
            return overflow == 0;
        }
        if (!PyUnicode_CheckExact(value)) return false;
        Py_ssize_t size = 0;
        const char* const characters = PyUnicode_AsUTF8AndSize(value, &size);
        if (characters == nullptr) return false;
        const std::string_view text(characters, static_cast<std::size_t>(size));
        if (name == names_[0])
            how.datatype = parse_precision(text);
        else if (name == names_[2])
            how.placement = parse_placement(text);
        else if (name == names_[3])
            how.execution = parse_execution(text);
        else
            return false;
        return true;
    }

    /// Nothing where the object was never initialised.
    template <class Held>
    [[nodiscard]] static const std::shared_ptr<Held>* held(PyObject* object) {
        const auto inside = reinterpret_cast<py::detail::instance*>(object)->get_value_and_holder();
        return inside.holder_constructed() ? &inside.template holder<std::shared_ptr<Held>>() : nullptr;
    }

    static inline const quick_predict* only_ = nullptr;
    PyObject* general_;
    std::string text_;
    std::array<PyObject*, 4> names_{};
    PyObject* workload_type_ = nullptr;
    PyObject* platform_type_ = nullptr;
};

}  // namespace

void register_predict(py::module_& module) {
    register_parameters(module);
    predicted_class cls(module, "Estimate", "A prediction with its bound and what it took for granted.");
    add_figures(cls);
    add_context(cls);
    cls.def("__repr__", &described);
    add_state(cls, &state_of, &predicted_from);
    add_table(cls);
    register_explanation(module);
    add_question<predicted, &predict_one>(
        module, "predict",
        "Predicts a network on a device.\n\n"
        "datatype: 'int8', 'fp16', 'w2a8'..., a Datatype or a Precision. batch: inputs of one call.\n"
        "placement: 'published' (weights off-chip, activations free) or 'capacity' (on chip what fits).\n"
        "execution: 'network' (one roofline), 'layers' (each layer its own) or 'dataflow' (a pipeline).\n"
        "threads: calls in flight side by side. carriers: run a datatype the device lacks in the next wider one.\n"
        "weights_in_carrier: store weights in the carrier's width. sparse: use sparsity patterns where the device "
        "can.\n"
        "parameters: ExecutionParameters. overrides: (layer, 'weights' | 'activations' | 'state', on_chip) tuples.\n\n"
        "Raises InvalidArgument on a batch below one or an empty workload, UnsupportedDatatype when neither the device "
        "nor a carrier has the datatype, UnknownName on a name that there is none of.");
    add_question<explanation, &explain_one>(
        module, "explain", "The prediction of `predict` with its kernels and with where each tensor lives.");
    quick_predict::install(module);
}

}  // namespace qutibench::python
