// SPDX-License-Identifier: BSD-3-Clause
// The only file that compiles the zoo.
#include "calibration_object.hpp"
#include "how.hpp"
#include "json_objects.hpp"
#include "register.hpp"
#include "state.hpp"

#include <qutibench/ask/calibrated.hpp>
#include <qutibench/ask/catalogue_records.hpp>
#include <qutibench/ask/frontier.hpp>
#include <qutibench/ask/question_json.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/study/heatmap.hpp>

#include <memory>

namespace qutibench::python {

namespace {

using counting_argument = name_argument<counting>;

/// What was looked up by id so far. Only called with the interpreter's lock.
[[nodiscard]] session& known_names() {
    static session one;
    return one;
}

[[nodiscard]] std::optional<std::string> name_in(py::handle given) {
    py::detail::make_caster<path_argument> path;
    if (!path.load(given, true)) return std::nullopt;
    return py::detail::cast_op<path_argument&>(path).value;
}

/// A model file as Python loads it, which takes an open batch as one and says how to bind what else is open.
[[nodiscard]] py::object loaded(const std::string& path) {
    return py::module_::import("qutibench._core").attr("load_model_file")(path);
}

[[nodiscard]] std::shared_ptr<graph> graph_named(py::handle given) {
    const std::optional<std::string> name = name_in(given);
    if (!name) return nullptr;
    try {
        return std::make_shared<graph>(load_model(*name).build(1.0));
    } catch (const onnx::open_dimensions&) {
        return loaded(*name).cast<std::shared_ptr<graph>>();
    }
}

/// Of a graph as well: what it costs.
[[nodiscard]] std::shared_ptr<workload> workload_named(py::handle given) {
    if (py::isinstance<graph>(given))
        return py::module_::import("qutibench._core").attr("analyze")(given).cast<std::shared_ptr<workload>>();
    const std::optional<std::string> name = name_in(given);
    if (!name) return nullptr;
    const question asked{.networks = {*name}};
    try {
        return std::const_pointer_cast<workload>(known_names().networks(asked).front().work);
    } catch (const onnx::open_dimensions&) {
        return workload_named(loaded(*name));
    }
}

[[nodiscard]] std::shared_ptr<platform> platform_named(py::handle given) {
    const std::optional<std::string> name = name_in(given);
    return name ? std::const_pointer_cast<platform>(known_names().device(*name)) : nullptr;
}

/// Has every function that takes a Type take whatever `Find` finds one for, which is nothing where it is null.
template <class Type, std::shared_ptr<Type> (*Find)(py::handle)>
void take_names() {
    py::detail::get_type_info(typeid(Type), true)
        ->implicit_conversions.push_back([](PyObject* given, PyTypeObject*) -> PyObject* {
            const std::shared_ptr<Type> found = Find(given);
            return found ? py::cast(found).release().ptr() : nullptr;
        });
}

/// The calibration that a question names, read from its file.
[[nodiscard]] named_calibrations saved_calibrations(const detail::json& question) {
    named_calibrations all;
    if (const auto path = question.find("calibration"); path != question.end() && path->is_string())
        all.try_emplace(path->get<std::string>(), load_calibration(path->get<std::string>()), path->get<std::string>());
    return all;
}

/// (id, keep, workload, accuracies) of a network by id or path.
[[nodiscard]] py::tuple named_network(const path_argument& name, double keep) {
    question asked{.networks = {name.value}, .keep = {keep}};
    const design_network one = known_names().networks(asked).front();
    py::list accuracies;
    for (const design_accuracy& known : one.accuracies)
        accuracies.append(py::make_tuple(to_string(known.datatype), known.top1, known.platform));
    return py::make_tuple(one.name, one.keep, std::const_pointer_cast<workload>(one.work), accuracies);
}

void register_entry(py::module_& module) {
    py::class_<network_accuracy> accuracy(module, "Accuracy", "What somebody measured a network to get right.");
    accuracy.def_readonly("keep", &network_accuracy::keep);
    accuracy.def_property_readonly("datatype", [](const network_accuracy& self) { return to_string(self.datatype); });
    accuracy.def_property_readonly(
        "top1", [](const network_accuracy& self) { return known(self.top1); }, "A fraction, not per cent.");
    accuracy.def_property_readonly("top5", [](const network_accuracy& self) { return known(self.top5); });
    accuracy.def_property_readonly(
        "platform", [](const network_accuracy& self) { return unless_empty(self.platform); },
        "Id of the device that it was deployed on; None where it is the network's own.");
    accuracy.def_property_readonly(
        "toolchain", [](const network_accuracy& self) { return unless_empty(self.toolchain); },
        "What quantised or compiled it, as far as the source says.");
    accuracy.def_property_readonly(
        "metric", [](const network_accuracy& self) { return unless_empty(self.metric); },
        "Of value, where the task has another figure than top-1.");
    accuracy.def_property_readonly("value", [](const network_accuracy& self) { return known(self.value); });
    accuracy.def_readonly("source", &network_accuracy::source);
    accuracy.def("__repr__", [](const network_accuracy& self) {
        return "<" + to_string(self.datatype) + ", keep " + readable(self.keep) + ": top-1 " + readable(self.top1) +
               ">";
    });
    add_members_state(accuracy, &network_accuracy::keep, &network_accuracy::datatype, &network_accuracy::top1,
                      &network_accuracy::top5, &network_accuracy::source);

    py::class_<network_entry> cls(module, "NetworkEntry", "What the catalogue knows of a network.");
    cls.def_readonly("id", &network_entry::id);
    cls.def_readonly("name", &network_entry::name);
    cls.def_property_readonly(
        "task", [](const network_entry& self) { return unless_empty(self.task); },
        "The data set: 'imagenet', 'cifar10', 'mnist'.");
    cls.def_property_readonly("has_graph", &network_entry::has_graph, "False when only its totals are known.");
    cls.def_property_readonly("pruned_from", [](const network_entry& self) { return unless_empty(self.pruned_from); });
    cls.def_readonly("pruned_to", &network_entry::pruned_to);
    cls.def_readonly("accuracies", &network_entry::accuracies);
    cls.def_readonly("sources", &network_entry::sources, "Where each figure comes from.");
    cls.def_property_readonly(
        "published",
        [](const network_entry& self) {
            py::typing::Dict<py::float_, workload> all;
            for (const auto& [keep, work] : self.published) all[py::float_(keep)] = py::cast(work);
            return all;
        },
        "By keep, the rounded workloads that a publication used.");
    cls.def(
        "build", [](const network_entry& self, double keep) { return self.build(keep); }, "keep"_a = 1.0,
        "Its layers with that fraction of the channels; raises InvalidArgument when only totals are known.");
    cls.def(
        "workload",
        [](const network_entry& self, double keep, counting_argument count, bool strict) {
            return self.work(keep, count.value, strict);
        },
        "keep"_a = 1.0, "count"_a = "qutibench", "strict"_a = false, "What one inference of it costs.");
    cls.def(
        "accuracy",
        [](const network_entry& self, const precision_argument& datatype, double keep) {
            const network_accuracy* const found = self.accuracy(keep, datatype.value);
            return found == nullptr ? std::nullopt : std::optional(*found);
        },
        "datatype"_a, "keep"_a = 1.0, "The published accuracy, or None.");
    cls.def("__repr__", [](const network_entry& self) { return "NetworkEntry('" + self.id + "')"; });
    add_members_state(cls, &network_entry::id, &network_entry::name, &network_entry::task, &network_entry::recipe,
                      &network_entry::totals, &network_entry::layers, &network_entry::parameters,
                      &network_entry::pruned_from, &network_entry::pruned_to, &network_entry::published,
                      &network_entry::accuracies, &network_entry::sources);
}

[[nodiscard]] py::str text_of_file(const path_argument& path) {
    const std::string text = without_lock([&] { return detail::read_file(path.value); });
    PyObject* const decoded = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict");
    if (decoded == nullptr) {
        PyErr_Clear();
        throw parse_error(path.value, "", "the text is not UTF-8");
    }
    return py::reinterpret_steal<py::str>(decoded);
}

void register_loading(py::module_& module) {
    module.def(
        "network_entry",
        [](const path_argument& name) { return without_lock([&] { return load_network(name.value); }); }, "name"_a,
        "What the catalogue or a network file knows of a network; raises UnknownName, ParseError.");
    module.def(
        "network",
        [](const path_argument& name, double keep, counting_argument count, bool strict) {
            return without_lock([&] { return load_network(name.value).work(keep, count.value, strict); });
        },
        "name"_a, "keep"_a = 1.0, "count"_a = "qutibench", "strict"_a = false,
        "What one inference of a network costs, by catalogue id ('resnet50') or path ('mine.json').\n\n"
        "keep: fraction of the channels that pruning leaves. count, strict: as in `analyze`. Raises UnknownName with "
        "the "
        "nearest id, ParseError with file and place, InvalidArgument where `keep` does not apply.");
    module.def(
        "read_text", &text_of_file, "path"_a,
        "The whole of a text file; raises ParseError when it cannot be read, is not UTF-8 or has more than 256 MiB.");
    module.def(
        "write_text",
        [](const path_argument& path, const std::string& text) {
            without_lock([&] { detail::write_file(path.value, text); });
        },
        "path"_a, "text"_a,
        "Writes a whole text file; raises ParseError when that fails, and what was there before stays.");
    module.def("networks", &network_ids, "Ids of the networks of the catalogue, sorted.");
    module.def(
        "platform",
        [](const path_argument& name, const std::optional<std::string>& mode) {
            return without_lock([&] {
                if (mode && detail::mode_colon(name.value) != std::string_view::npos)
                    throw invalid_argument("'" + name.value + "' names a mode, so that no other can be given");
                platform found = load_platform(name.value);
                return mode ? found.in_mode(*mode) : found;
            });
        },
        "name"_a, "mode"_a = py::none(),
        "A device by catalogue id ('jetson_tx2', 'jetson_tx2:maxp') or path ('board.json'). Without a mode the first "
        "one. Raises UnknownName with the nearest id or mode, ParseError with file and place.");
    module.def(
        "platforms",
        [](const std::string& vendor, const std::string& device_class, int year) {
            if (vendor.empty() && device_class.empty() && year == 0) return platform_ids();
            std::vector<std::string> ids;
            for (const platform& one : select_platforms({vendor, device_class, year})) ids.push_back(one.id());
            return ids;
        },
        "vendor"_a = "", "device_class"_a = "", "year"_a = 0,
        "Ids of the platforms of the catalogue, sorted; of a vendor, a class or a year where these are given. Raises "
        "UnknownName for a vendor or class of none.");
    module.def("platforms_called", &platforms_called, "name"_a,
               "Ids that people may mean by a name: 'h100' is three, 'rpi5' is one.");
    module.def(
        "load_platform_folder",
        [](const path_argument& path) { return without_lock([&] { return load_platform_folder(path.value); }); },
        "path"_a, "Every platform file of a folder, by file name; raises ParseError when one is broken.");
    module.def(
        "save_network", [](const graph& net, const path_argument& path) { save_network(net, path.value); }, "network"_a,
        "path"_a, "Writes a network file with every layer of a graph.");
    module.def(
        "save_network", [](const workload& net, const path_argument& path) { save_network(net, path.value); },
        "network"_a, "path"_a, "Writes a network file with the totals of a workload.");
    module.def(
        "catalogue_file",
        [](std::string_view kind, std::string_view name) {
            for (const detail::embedded_file& one : detail::embedded_files)
                if (one.kind == kind && one.name == name) return std::string(one.text);
            throw unknown_name("data file", name, "");
        },
        "kind"_a, "name"_a,
        "The text of a data file that the module carries: kind 'platforms', 'networks', 'published' or 'measurements', "
        "name with its extension.");
    module.def(
        "catalogue_files",
        [] {
            std::vector<std::pair<std::string_view, std::string_view>> all;
            for (const detail::embedded_file& one : detail::embedded_files) all.emplace_back(one.kind, one.name);
            return all;
        },
        "(kind, name) of every data file that the module carries.");
}

void register_zoo(py::module_& module) {
    module.def(
        "build_network", [](std::string_view name, double keep) { return zoo::build(name, keep); }, "name"_a,
        "keep"_a = 1.0, "A network of the zoo as a graph, with that fraction of its channels; raises UnknownName.");
    module.def(
        "zoo_entries",
        [] {
            std::vector<std::pair<std::string_view, bool>> all;
            for (const zoo::entry& one : zoo::entries()) all.emplace_back(one.name, one.has_widths);
            return all;
        },
        "(name, whether `keep` may be other than 1) of every network of the zoo.");
}

void register_tables(py::module_& module) {
    module.def(
        "is_path", [](std::string_view name) { return detail::is_path(name); }, "name"_a,
        "Whether a name is meant as a path: it has a slash or ends in a file's extension.");
    module.def(
        "ask",
        [](const py::dict& asked) {
            const detail::json document = to_json_value(asked);
            const question wanted =
                question_of(detail::json_reader(document, "the question"), saved_calibrations(document));
            const answers all = known_names().ask(wanted);
            py::list rows;
            for (const record& one : records_of(std::span<const answer>(all.rows))) rows.append(to_python(one));
            return std::make_pair(rows, all.skipped);
        },
        "question"_a,
        "(records, why combinations were skipped) of a question as the page asks it; a calibration is the path of its "
        "file.");
    module.def("named_network", &named_network, "name"_a, "keep"_a,
               "(id, keep, workload, [(datatype, top-1)]) of a network by id or path; ids are looked up once.");
    module.def(
        "as_platform", [](std::shared_ptr<platform> given) { return given; }, py::arg("given").none(false),
        "A device by id or path, or itself; ids are looked up once.");
    module.def(
        "as_workload", [](std::shared_ptr<workload> given) { return given; }, py::arg("given").none(false),
        "What a network by id or path or a Graph costs, or the workload itself; ids are looked up once.");
    module.def(
        "as_graph", [](std::shared_ptr<graph> given) { return given; }, py::arg("given").none(false),
        "A network by id or path, or itself.");
    module.def(
        "workload_record", [](const workload& work) { return to_python(to_record(work)); }, "workload"_a,
        "A workload with the keys of what_if's JSON.");
    module.def(
        "heatmap_records",
        [](std::string_view task) {
            py::list all;
            for (const heatmap_cell& one : published_heatmap(task)) all.append(to_python(to_record(one)));
            return all;
        },
        "task"_a = "",
        "The thesis' predicted inputs per second (figures 6.3 to 6.5), computed: of 'imagenet', 'cifar10', 'mnist', or "
        "all. Raises UnknownName on another task.");
}

}  // namespace

void fit_by_calibration(design_axes& axes, py::handle given) {
    axes.fit = calibrated_fit(given.cast<const calibration_object&>().fitted, "this");
    axes.is_measured_fit = true;
}

void fit_by_devices(design_axes& axes, py::handle given) {
    const auto [devices, bandwidth, latency, split] =
        given.cast<std::tuple<count_argument, double, double, name_argument<split_kind>>>();
    axes.fit = several_devices{
        devices.value, {quantity_of<bytes_per_second>(bandwidth), quantity_of<seconds>(latency)}, split.value};
}

void register_catalogue(py::module_& module) {
    register_entry(module);
    register_loading(module);
    register_zoo(module);
    register_tables(module);
    take_names<graph, &graph_named>();
    take_names<workload, &workload_named>();
    take_names<platform, &platform_named>();
}

}  // namespace qutibench::python
