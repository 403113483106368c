// SPDX-License-Identifier: BSD-3-Clause
#include "arrays.hpp"
#include "predicted.hpp"
#include "register.hpp"

#include <qutibench/explore/query_reducer.hpp>

#include <chrono>

namespace qutibench::python {

namespace {

using placement_argument = name_argument<placement_kind, &parse_placement>;
using execution_argument = name_argument<execution_kind, &parse_execution>;
using metric_argument = name_argument<metric, &parse_metric>;
using accuracies = std::vector<std::pair<precision_argument, double>>;
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

[[nodiscard]] std::unique_ptr<space_object> make_space(
    const std::vector<network_value>& networks, const std::vector<std::shared_ptr<platform>>& platforms,
    const std::vector<precision_argument>& datatypes, const std::vector<std::int64_t>& batches,
    std::vector<double> compute_scales, std::vector<double> bandwidth_scales,
    const std::vector<placement_argument>& placements, const std::vector<execution_argument>& executions,
    bool carriers) {
    design_axes axes;
    std::vector<std::shared_ptr<workload>> works;
    for (const auto& [name, keep, work, known_accuracies] : networks) {
        design_network& one = axes.networks.emplace_back(design_network{name, keep, work, {}});
        for (const auto& [datatype, share] : known_accuracies) one.accuracies.emplace_back(datatype.value, share);
        works.push_back(work);
    }
    axes.platforms.assign(platforms.begin(), platforms.end());
    for (const precision_argument& one : datatypes) axes.datatypes.push_back(one.value);
    axes.batches = batches;
    axes.compute_scales = std::move(compute_scales);
    axes.bandwidth_scales = std::move(bandwidth_scales);
    axes.placements.clear();
    for (const placement_argument& one : placements) axes.placements.push_back(one.value);
    axes.executions.clear();
    for (const execution_argument& one : executions) axes.executions.push_back(one.value);
    axes.how.carriers = carriers;
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
    std::vector<py::array_t<double>> arrays;
    std::vector<metric_column> wanted;
    for (const metric_argument& one : metrics) {
        arrays.emplace_back(rows_of(range.size()));
        wanted.push_back({one.value, arrays.back().mutable_data()});
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
    using point = design_point;
    if (axis == "network") return per_run<std::int32_t>(self, [](const point& at) { return at.network; });
    if (axis == "target") return per_run<std::int32_t>(self, [](const point& at) { return at.target; });
    if (axis == "platform")
        return per_run<std::int32_t>(self, [&](const point& at) { return targets[at.target].platform; });
    if (axis == "placement") return per_run<std::int32_t>(self, [](const point& at) { return at.placement; });
    if (axis == "execution") return per_run<std::int32_t>(self, [](const point& at) { return at.execution; });
    if (axis == "compute_scale") return per_run<std::int32_t>(self, [](const point& at) { return at.compute_scale; });
    if (axis == "bandwidth_scale")
        return per_run<std::int32_t>(self, [](const point& at) { return at.bandwidth_scale; });
    throw unknown_name("axis", axis, "");
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
[[nodiscard]] pareto_archive frontier(const space_object& self, const std::vector<std::string>& maximize,
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
            const auto& names = detail::metric_names;
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

[[nodiscard]] py::dict point_of(const space_object& self, const count_argument& number) {
    if (number.value < 0) throw invalid_argument("points are numbered from 0");
    const design_axes& axes = self.space.axes();
    const design_point at = self.space.at(static_cast<std::uint64_t>(number.value));
    const design_target& target = self.space.targets()[at.target];
    const platform& device = *axes.platforms[target.platform];
    py::dict all;
    all["network"] = axes.networks[at.network].name;
    all["keep"] = axes.networks[at.network].keep;
    all["platform"] = device.id();
    all["mode"] = unless_empty(device.mode().name);
    all["datatype"] = to_string(target.datatype);
    all["compute_scale"] = axes.compute_scales[at.compute_scale];
    all["bandwidth_scale"] = axes.bandwidth_scales[at.bandwidth_scale];
    all["placement"] = axes.placements[at.placement] == placement_kind::published ? "published" : "capacity";
    constexpr const char* executions[] = {"network", "layers", "dataflow"};
    all["execution"] = executions[static_cast<std::size_t>(axes.executions[at.execution])];
    all["batch"] = axes.batches[at.batch];
    return all;
}

[[nodiscard]] predicted predict_point(const space_object& self, const count_argument& number) {
    if (number.value < 0) throw invalid_argument("points are numbered from 0");
    const design_point at = self.space.at(static_cast<std::uint64_t>(number.value));
    const deployment how = self.space.deployment_of(at);
    const bool as_listed = self.space.axes().compute_scales[at.compute_scale] == 1 &&
                           self.space.axes().bandwidth_scales[at.bandwidth_scale] == 1;
    const platform& device = self.space.device_of(at);
    auto shown =
        as_listed ? self.devices[self.space.targets()[at.target].platform] : std::make_shared<platform>(device);
    return {predict(*self.nets[at.network], device, how),
            how.datatype,
            how.placement,
            how.execution,
            self.nets[at.network],
            std::move(shown)};
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
    cls.def_property_readonly("compute_scales",
                              [](const space_object& self) { return self.space.axes().compute_scales; });
    cls.def_property_readonly("bandwidth_scales",
                              [](const space_object& self) { return self.space.axes().bandwidth_scales; });
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
    cls.def(py::init(&make_space), "networks"_a, "platforms"_a, "datatypes"_a, "batches"_a, "compute_scales"_a,
            "bandwidth_scales"_a, "placements"_a, "executions"_a, "carriers"_a);
    add_axes(cls);
    constexpr auto none = std::nullopt;
    const auto no_limits = std::vector<int>();
    cls.def("columns", &columns, "metrics"_a, "threads"_a = 0, "first"_a = 0, "last"_a = none,
            "Metrics of the points [first, last), float64 each. threads: 0 for all there are; last: None for the end.");
    cls.def("reduce_frontier", &frontier, "maximize"_a, "minimize"_a, "conditions"_a = std::vector<std::string>(),
            "limits"_a = no_limits, "threads"_a = 0, "first"_a = 0, "last"_a = none,
            "The ParetoArchive of the points [first, last) that keep the limits and conditions.");
    cls.def("reduce_best", &best, "metric"_a, "maximize"_a, "count"_a = 1, "limits"_a = no_limits, "threads"_a = 0,
            "first"_a = 0, "last"_a = none, "(numbers, values) of the best points, best first.");
    cls.def("reduce_best_by", &best_by, "axis"_a, "metric"_a, "maximize"_a, "limits"_a = no_limits, "threads"_a = 0,
            "first"_a = 0, "last"_a = none,
            "For each network or platform the (number, value) of its best point, or None.");
    cls.def("reduce_histogram", &histogram, "metric"_a, "edges"_a, "limits"_a = no_limits, "threads"_a = 0,
            "first"_a = 0, "last"_a = none, "(counts between the edges, below, above, unknown).");
    cls.def("__repr__", [](const space_object& self) {
        return "DesignSpace(" + std::to_string(self.space.size()) + " points: " + std::to_string(self.nets.size()) +
               " networks, " + std::to_string(self.space.targets().size()) + " platforms with a datatype, " +
               std::to_string(self.space.axes().batches.size()) + " batches)";
    });
}

}  // namespace qutibench::python
