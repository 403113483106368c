// SPDX-License-Identifier: BSD-3-Clause
#include "arrays.hpp"
#include "predicted.hpp"
#include "register.hpp"

#include <qutibench/explore/query_reducer.hpp>

#include <chrono>
#include <map>

namespace qutibench::python {

namespace {

using metric_argument = name_argument<metric>;
using accuracies = std::vector<std::tuple<precision_argument, double, std::string>>;
using network_value = std::tuple<std::string, double, std::shared_ptr<workload>, accuracies>;
using limit_value = std::tuple<metric_argument, double, double>;

/// A space with what evaluates it, and the Python objects behind its axes.
struct space_object {
    design_space space;
    evaluator of;
    std::vector<std::shared_ptr<workload>> nets;
    std::vector<std::shared_ptr<platform>> devices;

    space_object(design_axes axes, std::vector<std::shared_ptr<workload>> works,
                 std::vector<std::shared_ptr<platform>> platforms)
        : space(std::move(axes)), of(space), nets(std::move(works)), devices(std::move(platforms)) {}
    space_object(const space_object&) = delete;
    space_object& operator=(const space_object&) = delete;
    ~space_object() = default;
};

/// A range, or an array of one dimension and just this type: numbers without an object for each. False for all else.
template <class Value>
[[nodiscard]] bool read_numbers(py::handle given, std::vector<Value>& axis) {
    if (py::array_t<Value>::check_(given)) {
        const auto all = py::reinterpret_borrow<py::array_t<Value>>(given);
        if (all.ndim() != 1) return false;
        const auto values = all.template unchecked<1>();
        for (py::ssize_t i = 0; i < values.shape(0); ++i) axis.push_back(values(i));
        return true;
    }
    if (!PyRange_Check(given.ptr())) return false;
    const auto first = given.attr("start").cast<std::int64_t>(), step = given.attr("step").cast<std::int64_t>();
    axis.resize(py::len(given));
    if (!axis.empty()) static_cast<void>(given[py::int_(-1)].cast<std::int64_t>());  // then all between fit as well
    for (std::size_t i = 0; i < axis.size(); ++i)
        axis[i] = static_cast<Value>(first + static_cast<std::int64_t>(i) * step);
    return true;
}

/// The values of an axis; one value stands for a list of it.
template <class Value>
void read_axis(py::handle given, std::vector<Value>& axis) {
    axis.clear();
    if constexpr (std::is_same_v<Value, std::int64_t> || std::is_same_v<Value, double>)
        if (read_numbers(given, axis)) return;
    if (py::isinstance<py::str>(given) || PySequence_Check(given.ptr()) == 0)
        return read_object(given, axis.emplace_back());
    const auto all = py::reinterpret_steal<py::object>(PySequence_Fast(given.ptr(), "an axis is a sequence of values"));
    if (!all) throw py::error_already_set();
    axis.reserve(static_cast<std::size_t>(PySequence_Fast_GET_SIZE(all.ptr())));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(all.ptr()); ++i)
        read_object(PySequence_Fast_GET_ITEM(all.ptr(), i), axis.emplace_back());
}

/// What a space may be told: its axes, and the settings of a deployment that are no axis.
[[nodiscard]] std::vector<std::string_view> setting_names() {
    std::vector<std::string_view> all{"networks",  "platforms",  "datatypes",      "batches",          "keep",
                                      "threads",   "streams",    "compute_scales", "bandwidth_scales", "on_chip_scales",
                                      "placement", "execution",  "calibration",    "devices",          "link",
                                      "split",     "parameters", "overrides",      "training",         "optimizer",
                                      "recompute"};
    deployment::describe([&](std::string_view name, auto member, std::string_view) {
        if constexpr (std::is_same_v<decltype(member), bool deployment::*>) all.push_back(name);
    });
    return all;
}

/// An axis by its name; false where there is none of that name.
[[nodiscard]] bool read_named_axis(design_axes& axes, std::string_view name, py::handle value) {
    if (name == "datatypes")
        read_axis(value, axes.datatypes);
    else if (name == "batches")
        read_axis(value, axes.batches);
    else if (name == "compute_scales")
        read_axis(value, axes.compute_scales);
    else if (name == "bandwidth_scales")
        read_axis(value, axes.bandwidth_scales);
    else if (name == "on_chip_scales")
        read_axis(value, axes.on_chip_scales);
    else if (name == "placement")
        read_axis(value, axes.placements);
    else if (name == "execution")
        read_axis(value, axes.executions);
    else if (name == "threads")
        read_axis(value, axes.threads);
    else if (name == "streams")
        read_axis(value, axes.streams);
    else if (name == "calibration")
        fit_by_calibration(axes, value);
    else if (name == "devices")
        fit_by_devices(axes, value);
    else
        return false;
    return true;
}

/// Axes and settings by their names; throws TypeError on any other, and on a value of another type.
void read_axes(design_axes& axes, const py::dict& given) {
    py::kwargs settings;
    for (const auto& [key, value] : given) {
        const auto name = key.cast<std::string>();
        try {
            if (read_named_axis(axes, name, value)) continue;
        } catch (const py::cast_error&) {
            throw_unfit(name, value);
        }
        if (const std::vector<std::string_view> known = setting_names();
            std::find(known.begin(), known.end(), name) == known.end())
            throw_no_keyword(name, known);
        settings[key] = value;
    }
    read_how(axes.how, settings);
}

/// How networks are trained, where `training` is asked for; takes the three settings of it out of `given`.
[[nodiscard]] std::optional<training_setup> take_training(py::dict& given) {
    const auto take = [&](const char* name) -> py::object { return given.attr("pop")(name, py::none()); };
    const py::object asked = take("training"), optimizer = take("optimizer"), recompute = take("recompute");
    training_setup how;
    if (!optimizer.is_none()) how.optimizer = argument<name_argument<optimizer_kind>>("optimizer", optimizer).value;
    if (!recompute.is_none()) how.recomputes = argument<bool>("recompute", recompute);
    if (!asked.is_none() && argument<bool>("training", asked)) return how;
    if (!optimizer.is_none() || !recompute.is_none())
        throw invalid_argument("optimizer and recompute are of training, which is not asked for");
    return std::nullopt;
}

[[nodiscard]] std::unique_ptr<space_object> make_space(const std::vector<network_value>& networks,
                                                       const std::vector<std::shared_ptr<platform>>& platforms,
                                                       const py::dict& given) {
    design_axes axes;
    auto settings = py::reinterpret_steal<py::dict>(PyDict_Copy(given.ptr()));
    const std::optional<training_setup> training = take_training(settings);
    std::vector<std::shared_ptr<workload>> works;
    for (const auto& [name, keep, work, known_accuracies] : networks) {
        design_network& one = axes.networks.emplace_back(design_network{name, keep, work, {}});
        for (const auto& [datatype, top1, platform] : known_accuracies)
            one.accuracies.push_back({datatype.value, top1, platform});
        if (training) one.train(*training);
        works.push_back(work);
    }
    axes.platforms.assign(platforms.begin(), platforms.end());
    read_axes(axes, settings);
    if (!training) expect_as_shipped(axes);
    return std::make_unique<space_object>(std::move(axes), std::move(works), platforms);
}

/// Points [first, last); last None: to the end of the space.
struct range_argument {
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    range_argument(const space_object& self, std::uint64_t from, const std::optional<std::uint64_t>& to)
        : first(from), last(to.value_or(self.space.size())) {
        if (first > last || last > self.space.size())
            throw invalid_argument("a space of " + std::to_string(self.space.size()) + " points has no points from " +
                                   std::to_string(first) + " to " + std::to_string(last));
    }
    [[nodiscard]] std::uint64_t size() const { return last - first; }
};

/// Runs `body(first, last)` over slices of a range without the interpreter's lock; between them, several times a second
/// however slow the points are, Ctrl-C is heeded.
template <class Body>
void in_slices(const range_argument& range, const Body& body) {
    using clock = std::chrono::steady_clock;
    std::uint64_t size = 1U << 12;
    for (std::uint64_t at = range.first; at < range.last;) {
        const std::uint64_t until = range.last - at > size ? at + size : range.last;
        const auto begin = clock::now();
        {
            const py::gil_scoped_release unlocked;
            body(at, until);
        }
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        at = until;
        const std::chrono::duration<double> took = clock::now() - begin;
        if (took.count() < 0.05 && size < 1ULL << 40) size *= 2;
        if (took.count() > 0.2 && size > 64) size /= 2;
    }
}

[[nodiscard]] py::ssize_t rows_of(std::uint64_t size) {
    constexpr std::uint64_t most = 1ULL << 48;
    if (size > most)
        throw invalid_argument("a table of " + std::to_string(size) +
                               " rows fits no memory; ask the space for its frontier or best points instead");
    return static_cast<py::ssize_t>(size);
}

[[nodiscard]] std::vector<py::array_t<double>> columns(const space_object& self,
                                                       const std::vector<metric_argument>& metrics, int threads,
                                                       std::uint64_t from, const std::optional<std::uint64_t>& to) {
    const range_argument range(self, from, to);
    const py::ssize_t rows = rows_of(range.size());
    py::array_t<double> all({static_cast<py::ssize_t>(metrics.size()), rows});  // one block: fewer pages to fault in
    std::vector<py::array_t<double>> arrays;
    std::vector<metric_column> wanted;
    for (const metric_argument& one : metrics) {
        double* const values = all.mutable_data() + rows * static_cast<py::ssize_t>(arrays.size());
        arrays.emplace_back(rows, values, all);
        wanted.push_back({one.value, values});
    }
    in_slices(range, [&](std::uint64_t first, std::uint64_t last) {
        std::vector<metric_column> shifted = wanted;
        for (metric_column& one : shifted) one.values += first - range.first;
        fill_columns(self.of, first, static_cast<std::size_t>(last - first), shifted, threads);
    });
    return arrays;
}

/// The number of the value of each point on one axis.
template <class Value, class Of>
[[nodiscard]] py::array_t<Value> per_run(const space_object& self, const Of& of) {
    py::array_t<Value> all(rows_of(self.space.size()));
    Value* out = all.mutable_data();
    const std::size_t length = self.space.axes().batches.size();
    design_point point;
    for (std::uint64_t run = 0; run < self.space.runs(); ++run, out += length) {
        std::fill_n(out, length, static_cast<Value>(of(point)));
        self.space.advance_run(point);
    }
    return all;
}

[[nodiscard]] py::array codes(const space_object& self, std::string_view axis) {
    const auto& targets = self.space.targets();
    if (axis == "platform")
        return per_run<std::int32_t>(self, [&](const design_point& at) { return targets[at.target].platform; });
    for (const design_axis& one : design_axis_list)
        if (one.name == axis && one.name != "batch")
            return per_run<std::int32_t>(self, [&](const design_point& at) { return at.*one.place; });
    throw unknown_name("axis", axis, "");
}

/// The distinct texts of the answers to all points, and for each point the number of its own; -1 for an empty one.
template <class Text>
[[nodiscard]] py::tuple texts_of(const space_object& self, Text text_of) {
    py::array_t<std::int32_t> all(rows_of(self.space.size()));
    std::int32_t* out = all.mutable_data();
    std::vector<std::string> texts;
    std::map<std::string, std::int32_t> numbers;
    design_point point;
    for (std::uint64_t run = 0; run < self.space.runs(); ++run, self.space.advance_run(point))
        for (; point.batch < self.space.axes().batches.size(); ++point.batch) {
            const std::string text = text_of(self.space.answered(point));
            const auto [at, is_new] =
                numbers.try_emplace(text, text.empty() ? -1 : static_cast<std::int32_t>(texts.size()));
            if (is_new && !text.empty()) texts.push_back(text);
            *out++ = at->second;
        }
    return py::make_tuple(all, texts);
}

[[nodiscard]] py::tuple assumptions(const space_object& self) {
    return texts_of(self, [](const answer& of) {
        std::string text;
        for (const std::string& one : of.assumptions()) text += (text.empty() ? "" : "; ") + one;
        return text;
    });
}

/// Of each point the bytes that a step of training holds.
[[nodiscard]] py::array_t<double> training_bytes(const space_object& self) {
    py::array_t<double> all(rows_of(self.space.size()));
    double* out = all.mutable_data();
    design_point point;
    for (std::uint64_t run = 0; run < self.space.runs(); ++run, self.space.advance_run(point))
        for (; point.batch < self.space.axes().batches.size(); ++point.batch)
            *out++ = self.space.unanswered(point).training_bytes();
    return all;
}

[[nodiscard]] py::array_t<std::int64_t> batches(const space_object& self) {
    py::array_t<std::int64_t> all(rows_of(self.space.size()));
    std::int64_t* out = all.mutable_data();
    const auto& values = self.space.axes().batches;
    for (std::uint64_t run = 0; run < self.space.runs(); ++run) out = std::copy(values.begin(), values.end(), out);
    return all;
}

[[nodiscard]] design_query query_of(const std::vector<metric>& metrics, const std::vector<limit_value>& limits,
                                    int threads) {
    design_query query{metrics, {}, threads};
    for (const auto& [what, low, high] : limits) query.limits.push_back({what.value, low, high});
    return query;
}

template <class Reducer>
[[nodiscard]] Reducer reduced(const space_object& self, const design_query& query, const Reducer& empty,
                              const range_argument& range) {
    if (query.metrics.empty()) throw invalid_argument("at least one metric must be asked for");
    Reducer all = empty;
    in_slices(range,
              [&](std::uint64_t first, std::uint64_t last) { all.merge(reduce(self.of, query, empty, first, last)); });
    return all;
}

/// Objectives that are metrics are read as they are; expressions of metrics, and conditions, are worked out.
[[nodiscard]] pareto_archive reduced_frontier(const space_object& self, const std::vector<std::string>& maximize,
                                              const std::vector<std::string>& minimize,
                                              const std::vector<std::string>& conditions,
                                              const std::vector<limit_value>& limits, int threads, std::uint64_t from,
                                              const std::optional<std::uint64_t>& to) {
    const range_argument range(self, from, to);
    const frontier_query asked = query_of_metrics(maximize, minimize, conditions);
    const frontier_reducer empty(asked.senses());
    std::vector<metric> metrics;
    for (const auto* texts : {&maximize, &minimize})
        for (const std::string& text : *texts) {
            const auto& names = names_of<metric>.names;
            const auto at = std::find(names.begin(), names.end(), text);
            if (at != names.end()) metrics.push_back(static_cast<metric>(at - names.begin()));
        }
    if (conditions.empty() && metrics.size() == asked.senses().size())
        return reduced(self, query_of(metrics, limits, threads), empty, range).archive();
    const query_reducer<frontier_reducer> evaluated(asked, empty);
    return reduced(self, query_of(evaluated.metrics(), limits, threads), evaluated, range).inner().archive();
}

[[nodiscard]] sense sense_of(bool maximize) {
    return maximize ? sense::maximize : sense::minimize;
}

[[nodiscard]] auto best(const space_object& self, metric_argument what, bool maximize, const count_argument& count,
                        const std::vector<limit_value>& limits, int threads, std::uint64_t from,
                        const std::optional<std::uint64_t>& to) {
    if (count.value < 1) throw invalid_argument("at least one point must be asked for");
    const auto found = reduced(self, query_of({what.value}, limits, threads),
                               best_reducer(0, sense_of(maximize), static_cast<std::size_t>(count.value)),
                               range_argument(self, from, to));
    std::vector<std::uint64_t> numbers;
    std::vector<double> values;
    for (const chosen_point& one : found.points()) {
        numbers.push_back(one.number);
        values.push_back(one.value);
    }
    return std::make_pair(to_array(std::move(numbers)), to_array(std::move(values)));
}

[[nodiscard]] auto histogram(const space_object& self, metric_argument what, const std::vector<double>& edges,
                             const std::vector<limit_value>& limits, int threads, std::uint64_t from,
                             const std::optional<std::uint64_t>& to) {
    const auto found = reduced(self, query_of({what.value}, limits, threads), histogram_reducer(0, edges),
                               range_argument(self, from, to));
    return std::make_tuple(to_array(found.counts()), found.below(), found.above(), found.unknown());
}

/// Groups points by network or by target: the axes that questions are asked about.
struct axis_group {
    const design_space* space;
    bool by_network;

    [[nodiscard]] std::pair<std::size_t, std::uint64_t> operator()(std::uint64_t number) const {
        const design_point point = space->at(number);
        const std::uint64_t length = space->axes().batches.size();
        const std::uint64_t end = number - point.batch + length;
        return {by_network ? point.network : space->targets()[point.target].platform, end};
    }
};

[[nodiscard]] auto best_by(const space_object& self, std::string_view axis, metric_argument what, bool maximize,
                           const std::vector<limit_value>& limits, int threads, std::uint64_t from,
                           const std::optional<std::uint64_t>& to) {
    if (axis != "network" && axis != "platform") throw unknown_name("axis to group by", axis, "platform");
    const bool by_network = axis == "network";
    const std::size_t groups = by_network ? self.nets.size() : self.devices.size();
    const auto found = reduced(self, query_of({what.value}, limits, threads),
                               group_reducer(0, sense_of(maximize), groups, axis_group{&self.space, by_network}),
                               range_argument(self, from, to));
    std::vector<std::optional<std::pair<std::uint64_t, double>>> all;
    for (const best_reducer& one : found.groups())
        all.push_back(one.points().empty()
                          ? std::nullopt
                          : std::optional(std::make_pair(one.points()[0].number, one.points()[0].value)));
    return all;
}

/// The value of a point on every axis, in the order of the fields of answers.
[[nodiscard]] py::dict point_of(const space_object& self, const count_argument& number) {
    if (number.value < 0) throw invalid_argument("points are numbered from 0");
    const answer one = self.space.unanswered(self.space.at(static_cast<std::uint64_t>(number.value)));
    py::dict all;
    for (const answer_field& field : answer_fields) {
        if (field.role != field_role::coordinate || field.key == "devices") continue;
        const py::str key{std::string(field.key)};
        if (field.kind == field_kind::text)
            all[key] = unless_empty(field.text_of(one));
        else if (field.kind == field_kind::count)
            all[key] = qutibench::detail::whole_count(field.number_of(one));
        else
            all[key] = field.number_of(one);
    }
    return all;
}

[[nodiscard]] answer predict_point(const space_object& self, const count_argument& number) {
    if (number.value < 0) throw invalid_argument("points are numbered from 0");
    return self.space.answered(self.space.at(static_cast<std::uint64_t>(number.value)));
}

void add_axes(py::class_<space_object>& cls) {
    cls.def_property_readonly("size", [](const space_object& self) { return self.space.size(); }, "Number of points.");
    cls.def("__len__", [](const space_object& self) { return self.space.size(); });
    cls.def_property_readonly(
        "skipped", [](const space_object& self) { return self.space.skipped(); },
        "Why combinations are left out, one sentence each.");
    cls.def_property_readonly(
        "networks",
        [](const space_object& self) {
            std::vector<std::pair<std::string, double>> all;
            for (const design_network& one : self.space.axes().networks) all.emplace_back(one.name, one.keep);
            return all;
        },
        "(name, keep) of each value of the network axis.");
    cls.def_property_readonly("platforms", [](const space_object& self) { return self.devices; });
    cls.def_property_readonly(
        "targets",
        [](const space_object& self) {
            std::vector<std::pair<std::size_t, std::string>> all;
            for (const design_target& one : self.space.targets())
                all.emplace_back(one.platform, to_string(one.datatype));
            return all;
        },
        "(index of the platform, datatype) of each combination that can be run.");
    cls.def_property_readonly(
        "axes",
        [](const space_object& self) {
            const design_axes& axes = self.space.axes();
            const auto names = [](const auto& values) {
                std::vector<std::string_view> all;
                for (const auto one : values) all.push_back(to_string(one));
                return all;
            };
            py::dict all;
            all["compute_scale"] = axes.compute_scales;
            all["bandwidth_scale"] = axes.bandwidth_scales;
            all["on_chip_scale"] = axes.on_chip_scales;
            all["placement"] = names(axes.placements);
            all["execution"] = names(axes.executions);
            all["threads"] = axes.threads;
            all["stream"] = axes.streams;
            return all;
        },
        "The values of the axes between the datatype and the batch.");
    cls.def("assumptions", &assumptions, "(number of its text for each point, the texts).");
    cls.def(
        "marks", [](const space_object& self) { return texts_of(self, &marks_of); },
        "(number of its marks for each point, -1 for none, the marks).");
    cls.def_property_readonly(
        "is_training", [](const space_object& self) { return self.space.axes().networks.front().trained != nullptr; },
        "Whether its points are steps of training.");
    cls.def("training_bytes", &training_bytes, "For each point of training the bytes that a step holds, float64 (n,).");
    cls.def("codes", &codes, "axis"_a, "For each point the number of its value on an axis, int32 (n,).");
    cls.def("batches", &batches, "For each point its batch, int64 (n,).");
    cls.def("point", &point_of, "number"_a, "The values of a point on every axis.");
    cls.def("predict", &predict_point, "number"_a, "The prediction for a point.");
}

}  // namespace

void register_sweep(py::module_& module) {
    module.def("metric_names", &metric_names, "What can be asked of a point of a design space.");
    py::class_<space_object> cls(
        module, "DesignSpace", "Every combination of its axes, numbered; qutibench.DesignSpace makes one from names.");
    cls.def(py::init(&make_space), "networks"_a, "platforms"_a, "axes"_a);
    add_axes(cls);
    constexpr auto none = std::nullopt;
    const auto no_limits = std::vector<int>();
    cls.def("columns", &columns, "metrics"_a, "workers"_a = 0, "first"_a = 0, "last"_a = none,
            "Metrics of the points [first, last), float64 each. workers: threads of the processor, 0 for all there "
            "are; last: None for the end.");
    cls.def("reduce_frontier", &reduced_frontier, "maximize"_a, "minimize"_a,
            "conditions"_a = std::vector<std::string>(), "limits"_a = no_limits, "workers"_a = 0, "first"_a = 0,
            "last"_a = none, "The ParetoArchive of the points [first, last) that keep the limits and conditions.");
    cls.def("reduce_best", &best, "metric"_a, "maximize"_a, "count"_a = 1, "limits"_a = no_limits, "workers"_a = 0,
            "first"_a = 0, "last"_a = none, "(numbers, values) of the best points, best first.");
    cls.def("reduce_best_by", &best_by, "axis"_a, "metric"_a, "maximize"_a, "limits"_a = no_limits, "workers"_a = 0,
            "first"_a = 0, "last"_a = none,
            "For each network or platform the (number, value) of its best point, or None.");
    cls.def("reduce_histogram", &histogram, "metric"_a, "edges"_a, "limits"_a = no_limits, "workers"_a = 0,
            "first"_a = 0, "last"_a = none, "(counts between the edges, below, above, unknown).");
    cls.def("__repr__", [](const space_object& self) {
        return "DesignSpace(" + std::to_string(self.space.size()) + " points: " + std::to_string(self.nets.size()) +
               " networks, " + std::to_string(self.space.targets().size()) + " platforms with a datatype, " +
               std::to_string(self.space.axes().batches.size()) + " batches)";
    });
}

}  // namespace qutibench::python
