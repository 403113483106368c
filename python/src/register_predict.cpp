// SPDX-License-Identifier: BSD-3-Clause
#include "predicted.hpp"
#include "refusals.hpp"
#include "register.hpp"
#include "state.hpp"

#include <qutibench/model/levels.hpp>

namespace qutibench::python {

namespace {

[[nodiscard]] answer predict_one(const std::shared_ptr<workload>& net, const std::shared_ptr<platform>& device,
                                 const deployment& how) {
    return answer_of(net, device, how, predict(*net, *device, how));
}

[[nodiscard]] py::tuple answer_state(const answer& self) {
    return py::make_tuple(shown(self.work), shown(self.device), self.network, known(self.keep),
                          known(self.accuracy_top1), state::pack(self.how), state::pack(self.how.parameters),
                          state::pack(self.how.overrides), state::pack(self.prediction));
}

[[nodiscard]] answer answer_from(const py::tuple& s) {
    answer made;
    made.work = s[0].cast<std::shared_ptr<workload>>();
    made.device = s[1].cast<std::shared_ptr<platform>>();
    made.network = s[2].cast<std::string>();
    made.keep = or_nan(s[3].cast<std::optional<double>>());
    made.accuracy_top1 = or_nan(s[4].cast<std::optional<double>>());
    made.how = state::unpack<deployment>(s[5]);
    made.how.parameters = state::unpack<execution_parameters>(s[6]);
    made.how.overrides = state::unpack<std::vector<placement_override>>(s[7]);
    made.prediction = state::unpack<estimate>(s[8]);
    return made;
}

[[nodiscard]] std::string answer_text(const answer& self) {
    const std::string where =
        self.device ? self.device->id() + (self.device->mode().name.empty() ? "" : ":" + self.device->mode().name)
                    : "?";
    return "Estimate(" + (self.work ? self.work->name() : "?") + " on " + where + ", " + to_string(self.how.datatype) +
           ", batch " + std::to_string(self.prediction.batch) + ": " + readable(self.throughput_ips()) + " inputs/s, " +
           readable(self.latency_s() * 1e3) + " ms, " + std::string(to_string(self.bound())) + "-bound)";
}

using answer_class = py::class_<answer>;

/// A getter with the annotation that its field has.
void add_field(answer_class& cls, const answer_field& of) {
    const auto add = [&](auto get) {
        cls.def_property_readonly(std::string(of.key).c_str(), get, std::string(of.says).c_str());
    };
    const answer_field* const one = &of;
    if (of.kind == field_kind::sentences)
        add([one](const answer& self) { return one->sentences_of(self); });
    else if (of.kind == field_kind::text && of.is_always_known)
        add([one](const answer& self) { return one->text_of(self); });
    else if (of.kind == field_kind::text)
        add([one](const answer& self) { return unless_empty(one->text_of(self)); });
    else if (of.kind == field_kind::truth && of.is_always_known)
        add([one](const answer& self) { return one->number_of(self) == 1; });
    else if (of.kind == field_kind::truth)
        add([one](const answer& self) {
            const double value = one->number_of(self);
            return std::isnan(value) ? std::nullopt : std::optional(value == 1);
        });
    else if (of.kind == field_kind::count)
        add([one](const answer& self) { return qutibench::detail::whole_count(one->number_of(self)); });
    else if (of.is_always_known)
        add([one](const answer& self) { return one->number_of(self); });
    else
        add([one](const answer& self) { return known(one->value_of(self)); });
}

void add_properties(answer_class& cls) {
    // what to expect is `expect`'s to say, and the tables'
    for (const answer_field& one : answer_fields)
        if (one.applies != &detail::has_expectation) add_field(cls, one);
    cls.def_property_readonly(
        "network", [](const answer& self) { return unless_empty(self.network); }, "Catalogue id, or its own name.");
    cls.def_property_readonly(
        "platform", [](const answer& self) { return self.device ? unless_empty(self.device->id()) : std::nullopt; });
    cls.def_property_readonly("batch", [](const answer& self) { return self.prediction.batch; }, "Inputs of one call.");
    cls.def_property_readonly(
        "threads", [](const answer& self) { return self.prediction.calls; }, "Calls in flight side by side.");
    cls.def_property_readonly(
        "operational_intensity", [](const answer& self) { return self.prediction.operational_intensity().value(); },
        "Operations per off-chip byte; inf without traffic.");
    cls.def_property_readonly("workload", [](const answer& self) { return shown(self.work); });
    cls.def_property_readonly("device", [](const answer& self) { return shown(self.device); });
    cls.def(
        "to_record",
        [](const py::object& self) {
            const auto& held = self.cast<const answer&>();
            py::dict all;
            for (const answer_field& one : answer_fields) {
                const py::str key{std::string(one.key)};
                if (one.is_printed && (one.applies == nullptr || one.applies(held))) all[key] = self.attr(key);
            }
            return all;
        },
        "The printed fields by their keys, as `what_if estimate` has them.");
}

void register_fields(py::module_& module) {
    module.def(
        "answer_fields",
        [] {
            py::list all;
            for (const answer_field& one : answer_fields) {
                py::dict field;
                field["key"] = one.key;
                field["kind"] = to_string(one.kind);
                field["heading"] = one.name_for_people();
                field["unit"] = one.unit;
                field["scale"] = one.scale;
                field["is_coordinate"] = one.role == field_role::coordinate;
                field["is_metric"] = one.is_metric();
                field["is_printed"] = one.is_printed;
                field["always"] = one.applies == nullptr;
                field["is_always_known"] = one.is_always_known;
                field["says"] = one.says;
                all.append(field);
            }
            return all;
        },
        "The columns of answers, in the order of what_if's JSON.");
    module.def(
        "marks",
        [] {
            std::vector<std::pair<std::string, std::string_view>> all;
            for (const mark& one : marks) all.emplace_back(std::string(1, one.letter), one.says);
            return all;
        },
        "(letter, what it stands for) of all marks that answers can have.");
}

void register_parameters(py::module_& module) {
    using type = execution_parameters;
    py::class_<type> cls(module, "ExecutionParameters",
                         "What a device loses against its roofline; the defaults lose nothing.");
    const std::string signature =
        "__init__(self, *, " + signature_of_settings<type>() + ")\n\n" + described_settings<type>();
    cls.def(py::init([](const py::kwargs& settings) {
                type made;
                for (const auto& [key, value] : settings) {
                    const auto name = key.cast<std::string>();
                    std::vector<std::string_view> known;
                    type::describe([&](std::string_view one, auto, std::string_view) { known.push_back(one); });
                    try {
                        if (!set_described(made, name, value)) throw_no_keyword(name, known);
                    } catch (const py::cast_error&) {
                        throw py::type_error("argument '" + name + "' cannot be a " +
                                             py::str(py::type::of(value).attr("__name__")).cast<std::string>());
                    }
                }
                return made;
            }),
            signature.c_str());
    type::describe([&](std::string_view name, auto member, std::string_view says) {
        cls.def_property_readonly(
            std::string(name).c_str(),
            [member](const type& self) {
                using value = std::remove_cvref_t<decltype(self.*member)>;
                if constexpr (named<value>)
                    return to_string(self.*member);
                else
                    return self.*member;
            },
            std::string(says).c_str());
    });
    cls.def(
        "__repr__",
        [](const type& self) {
            const type usual;
            std::string changed;
            type::describe([&](std::string_view name, auto member, std::string_view) {
                if (self.*member == usual.*member) return;
                if (!changed.empty()) changed += ", ";
                changed.append(name).append("=");
                changed += py::repr(to_object(self.*member)).template cast<std::string>();
            });
            return "ExecutionParameters(" + changed + ")";
        },
        "What differs from the defaults, as it would be written.");
    add_described_state(cls);
}

/// One kernel or placed tensor of an explanation, with the name of its layer.
template <class Figures>
struct named {
    Figures figures{};
    std::string layer{};
};
using kernel_view = named<kernel_estimate>;
using tensor_view = named<placed_tensor>;

struct explanation {
    answer total{};
    std::vector<kernel_view> kernels{};
    std::vector<tensor_view> tensors{};
    double capacity = std::nan("");
    bool feasible = true;
    double gap = std::nan("");
    double tile_bytes = std::nan("");
    std::vector<level_load> levels{};
};

}  // namespace

template <>
struct member_list<kernel_estimate> {
    static constexpr auto all = std::make_tuple(
        &kernel_estimate::layer, &kernel_estimate::work, &kernel_estimate::traffic, &kernel_estimate::compute_time,
        &kernel_estimate::memory_time, &kernel_estimate::time, &kernel_estimate::bound,
        &kernel_estimate::on_chip_traffic, &kernel_estimate::on_chip_time, &kernel_estimate::mapping);
};
template <>
struct member_list<level_load> {
    static constexpr auto all =
        std::make_tuple(&level_load::name, &level_load::role, &level_load::on_chip, &level_load::capacity,
                        &level_load::bandwidth, &level_load::traffic, &level_load::time, &level_load::counts);
};
template <>
struct member_list<placed_tensor> {
    static constexpr auto all =
        std::make_tuple(&placed_tensor::layer, &placed_tensor::role, &placed_tensor::size, &placed_tensor::needed,
                        &placed_tensor::on_chip, &placed_tensor::forced);
};

namespace {

[[nodiscard]] explanation explain_one(const std::shared_ptr<workload>& net, const std::shared_ptr<platform>& device,
                                      const deployment& how) {
    breakdown parts = explain(*net, *device, how);
    const auto name = [&](int layer) {
        return layer < 0 ? std::string("all weights") : net->layers()[static_cast<std::size_t>(layer)].name;
    };
    explanation all{answer_of(net, device, how, parts.total),
                    {},
                    {},
                    parts.where.capacity,
                    parts.where.feasible,
                    parts.where.gap,
                    parts.where.tile_bytes,
                    level_loads(*net, *device, how, parts)};
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
    figure("mapping", &kernel_estimate::mapping,
           "Share of the peak that computing attains: tiles and arrays that are filled.");
    figure("time_s", &kernel_estimate::time, "Both combined, and the fixed cost.");
    figure("on_chip_traffic_bytes", &kernel_estimate::on_chip_traffic,
           "Through on-chip memory: every operand once; 0 where it does not count.");
    figure("on_chip_time_s", &kernel_estimate::on_chip_time, "Seconds that they take there.");
    kernel.def_property_readonly("bound", [](const kernel_view& self) { return to_string(self.figures.bound); });
    kernel.def("__repr__", [](const kernel_view& self) {
        return "<'" + self.layer + "': " + readable(self.figures.time * 1e6) + " us, " +
               std::string(to_string(self.figures.bound)) + "-bound>";
    });
    add_members_state(kernel, &kernel_view::figures, &kernel_view::layer);

    py::class_<tensor_view> tensor(module, "PlacedTensor", "A tensor and where it lives.");
    tensor.def_readonly("layer", &tensor_view::layer, "The layer that holds or writes it.");
    tensor.def_property_readonly("role", [](const tensor_view& self) { return to_string(self.figures.role); });
    tensor.def_property_readonly("size_bytes", [](const tensor_view& self) { return self.figures.size; });
    tensor.def_property_readonly(
        "needed_bytes", [](const tensor_view& self) { return self.figures.needed; },
        "On-chip memory from which on it fits.");
    tensor.def_property_readonly("on_chip", [](const tensor_view& self) { return self.figures.on_chip; });
    tensor.def_property_readonly("forced", [](const tensor_view& self) { return self.figures.forced; });
    tensor.def("__repr__", [](const tensor_view& self) {
        return "<" + std::string(to_string(self.figures.role)) + " of '" + self.layer + "', " +
               readable(self.figures.size) + " bytes, " + (self.figures.on_chip ? "on" : "off") + " chip>";
    });
    add_members_state(tensor, &tensor_view::figures, &tensor_view::layer);

    py::class_<level_load> level(module, "LevelLoad", "A memory of a device during one call.");
    level.def_readonly("name", &level_load::name);
    level.def_property_readonly("role", [](const level_load& self) { return to_string(self.role); });
    level.def_readonly("on_chip", &level_load::on_chip);
    level.def_property_readonly("capacity_bytes", [](const level_load& self) { return known(self.capacity); });
    level.def_property_readonly("bandwidth_bytes_per_s", [](const level_load& self) { return known(self.bandwidth); });
    level.def_readonly("traffic_bytes", &level_load::traffic,
                       "Off chip what the placement leaves there, on chip every operand once.");
    level.def_property_readonly(
        "time_s", [](const level_load& self) { return known(self.time); }, "None when no source states the bandwidth.");
    level.def_readonly("counts", &level_load::counts, "Whether it may hold the call back.");
    level.def("__repr__",
              [](const level_load& self) { return "<'" + self.name + "': " + readable(self.traffic) + " bytes>"; });
    add_members_state(level, &level_load::name, &level_load::role, &level_load::on_chip, &level_load::capacity,
                      &level_load::bandwidth, &level_load::traffic, &level_load::time, &level_load::counts);

    py::class_<explanation> cls(module, "Breakdown", "An estimate with what it is made of.");
    cls.def_readonly("total", &explanation::total);
    cls.def_readonly("kernels", &explanation::kernels, "In execution order; empty for a workload without layers.");
    cls.def_readonly("tensors", &explanation::tensors, "In the order in which they get on-chip memory.");
    cls.def_property_readonly(
        "on_chip_bytes", [](const explanation& self) { return known(self.capacity); },
        "On-chip memory to give away; None when no source states it.");
    cls.def_readonly("feasible", &explanation::feasible, "False when overrides exceed the on-chip memory.");
    cls.def_readonly("levels", &explanation::levels, "What each level of memory carries, off-chip ones first.");
    cls.def_property_readonly(
        "placement_gap", [](const explanation& self) { return known(self.gap); },
        "Share of the time that a better placement could save at most; None where the placement is a rule.");
    cls.def_property_readonly(
        "tile_bytes", [](const explanation& self) { return known(self.tile_bytes); },
        "On-chip memory that is left to tiles; None where the model has none.");
    cls.def("__repr__", [](const explanation& self) {
        return "Breakdown(" + answer_text(self.total) + ", " + std::to_string(self.kernels.size()) + " kernels)";
    });
    add_members_state(cls, &explanation::total, &explanation::kernels, &explanation::tensors, &explanation::capacity,
                      &explanation::feasible, &explanation::gap, &explanation::tile_bytes, &explanation::levels);
    add_table(cls);
}

/// `predict` and `explain`: a network, a device, and how.
template <class Result,
          Result (*Make)(const std::shared_ptr<workload>&, const std::shared_ptr<platform>&, const deployment&)>
void add_question(py::module_& module, const char* name, const std::string& text) {
    const std::string doc = std::string(name) + "(workload, platform, *, " + signature_of_settings<deployment>() +
                            ", parameters: ExecutionParameters | None = None, overrides = None)\n\n" + text;
    module.def(
        name,
        [](const std::shared_ptr<workload>& net, const std::shared_ptr<platform>& device, const py::kwargs& settings) {
            return Make(net, device, how_of(settings));
        },
        py::arg("workload").none(false), py::arg("platform").none(false), doc.c_str());
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
        explain_refusals(general);
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
            return py::cast(answer_of(*net, *device, how, predict(**net, **device, how))).release().ptr();
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
            how.placement = parse_name<placement_kind>(text);
        else if (name == names_[3])
            how.execution = parse_name<execution_kind>(text);
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
    register_fields(module);
    answer_class cls(module, "Estimate", "A prediction with its bound and what it took for granted.");
    add_properties(cls);
    cls.def("__repr__", &answer_text);
    add_state(cls, &answer_state, &answer_from);
    add_table(cls);
    register_explanation(module);
    add_question<answer, &predict_one>(
        module, "predict",
        "Predicts a network on a device, each an id, a path or an object.\n\n" + described_settings<deployment>() +
            "parameters: ExecutionParameters. overrides: (layer, 'weights' | 'activations' | 'state', on_chip) "
            "tuples.\n\n"
            "Raises InvalidArgument on a batch below one or an empty workload, UnsupportedDatatype when neither the "
            "device nor a carrier has the datatype, UnknownName on a name that there is none of.");
    add_question<explanation, &explain_one>(
        module, "explain", "The prediction of `predict` with its kernels and with where each tensor lives.");
    quick_predict::install(module);
}

}  // namespace qutibench::python
