// SPDX-License-Identifier: BSD-3-Clause
#include "predicted.hpp"
#include "register.hpp"
#include "state.hpp"

#include <qutibench/measure/efficiency.hpp>
#include <qutibench/network/analyze.hpp>

namespace qutibench::python {

namespace {

using deployment_argument = name_argument<deployment_parameter>;
using scope_argument = name_argument<measured_scope>;

[[nodiscard]] measured_level level_from(const count_argument& number) {
    if (number.value < 1 || number.value > 3)
        throw invalid_argument("level is 1 (layer), 2 (block) or 3 (network), not " + std::to_string(number.value));
    return static_cast<measured_level>(number.value);
}

/// The deployment that one of batch, threads and stream names.
void deploy(measurement& one, const std::optional<count_argument>& batch, const std::optional<count_argument>& threads,
            const std::optional<count_argument>& stream) {
    if (threads && stream) throw invalid_argument("a measurement has threads or a stream, not both");
    one.deployment = stream    ? deployment_parameter::stream
                     : threads ? deployment_parameter::threads
                               : deployment_parameter::batch;
    const std::int64_t inputs = batch ? batch->value : 1;
    one.deployment_value = stream ? stream->value : threads ? threads->value : inputs;
    if (stream || threads) one.call_batch = inputs;
}

struct measurement_figures {
    std::optional<double> latency, throughput, power, power_idle, power_base, energy, performance, operations, traffic,
        top1, top5;
};

[[nodiscard]] measurement make(std::string network, std::string platform, const precision_argument& datatype,
                               const std::optional<count_argument>& batch, const std::optional<count_argument>& threads,
                               const std::optional<count_argument>& stream, const std::optional<std::string>& mode,
                               double keep, const measurement_figures& figures, scope_argument scope,
                               std::string statistic, const count_argument& level, std::string part) {
    measurement one;
    one.network = std::move(network);
    one.platform = std::move(platform);
    one.datatype = datatype.value;
    deploy(one, batch, threads, stream);
    one.mode = mode.value_or("");
    one.keep = keep;
    one.latency = quantity_or_nan<seconds>(figures.latency);
    one.throughput = quantity_or_nan<inputs_per_second>(figures.throughput);
    one.power = quantity_or_nan<watts>(figures.power);
    one.power_idle = quantity_or_nan<watts>(figures.power_idle);
    one.power_base = quantity_or_nan<watts>(figures.power_base);
    one.energy = quantity_or_nan<joules>(figures.energy);
    one.performance = quantity_or_nan<ops_per_second>(figures.performance);
    one.operations = or_nan(figures.operations);
    one.traffic = quantity_or_nan<bytes>(figures.traffic);
    one.accuracy_top1 = or_nan(figures.top1);
    one.accuracy_top5 = or_nan(figures.top5);
    one.scope = scope.value;
    one.statistic = std::move(statistic);
    one.level = level_from(level);
    one.part = std::move(part);
    check(one);
    return one;
}

[[nodiscard]] py::tuple measurement_state(const measurement& m) {
    return py::make_tuple(state::pack(m), m.source ? state::pack(*m.source) : py::none());
}

[[nodiscard]] measurement measurement_from(const py::tuple& s) {
    auto m = state::unpack<measurement>(s[0]);
    if (!s[1].is_none()) m.source = std::make_shared<const measurement_source>(state::unpack<measurement_source>(s[1]));
    return m;
}

[[nodiscard]] std::string measurement_text(const measurement& m) {
    std::string text = "Measurement(" + m.network + (m.keep == 1 ? "" : " keep " + readable(m.keep));
    if (!m.part.empty()) text += ", " + m.part;
    text += " on " + m.platform + (m.mode.empty() ? "" : ":" + m.mode) + ", " + to_string(m.datatype) + ", " +
            std::string(to_string(m.deployment)) + " " + std::to_string(m.deployment_value);
    const double rate = attained_throughput(m).value();
    if (!std::isnan(rate)) text += ": " + readable(rate) + " inputs/s";
    if (is_known(m.latency)) text += ", " + readable(m.latency.value() * 1e3) + " ms";
    return text + ")";
}

using measurement_class = py::class_<measurement>;

void add_making(measurement_class& cls) {
    cls.def(py::init([](std::string network, std::string platform, const precision_argument& datatype,
                        const std::optional<count_argument>& batch, const std::optional<count_argument>& threads,
                        const std::optional<count_argument>& stream, const std::optional<double>& latency,
                        const std::optional<double>& throughput, const std::optional<double>& power,
                        const std::optional<double>& energy, const std::optional<double>& accuracy_top1,
                        const std::optional<std::string>& mode, double keep, scope_argument scope,
                        std::string statistic, const count_argument& level, std::string part,
                        const std::optional<double>& operations, const std::optional<double>& performance,
                        const std::optional<double>& power_idle, const std::optional<double>& power_base,
                        const std::optional<double>& traffic, const std::optional<double>& accuracy_top5) {
                return make(std::move(network), std::move(platform), datatype, batch, threads, stream, mode, keep,
                            {latency, throughput, power, power_idle, power_base, energy, performance, operations,
                             traffic, accuracy_top1, accuracy_top5},
                            scope, std::move(statistic), level, std::move(part));
            }),
            "network"_a, "platform"_a, "datatype"_a, "batch"_a = py::none(), "threads"_a = py::none(),
            "stream"_a = py::none(), "latency_s"_a = py::none(), "throughput_ips"_a = py::none(),
            "power_w"_a = py::none(), "energy_j"_a = py::none(), "accuracy_top1"_a = py::none(), py::kw_only(),
            "mode"_a = py::none(), "keep"_a = 1.0, "scope"_a = "system", "statistic"_a = "", "level"_a = 3,
            "part"_a = "", "operations"_a = py::none(), "performance_ops_per_s"_a = py::none(),
            "power_idle_w"_a = py::none(), "power_base_w"_a = py::none(), "traffic_bytes"_a = py::none(),
            "accuracy_top5"_a = py::none(),
            "A result of your own stopwatch. What was not measured is None. With threads or a stream, batch is the "
            "inputs of each call. Raises InvalidArgument on a figure that is not positive and finite.");
}

/// What is derived, and what Python shows otherwise than as it is kept.
void add_derived(measurement_class& cls) {
    cls.def_readonly("network", &measurement::network);
    cls.def_readonly("platform", &measurement::platform);
    cls.def_property_readonly(
        "level", [](const measurement& self) { return static_cast<int>(self.level); },
        "1: a layer, 2: a block, 3: the network.");
    cls.def_property_readonly(
        "attained_throughput_ips", [](const measurement& self) { return known(attained_throughput(self)); },
        "As measured, or from the latency of calls that follow each other.");
    cls.def_property_readonly(
        "attained_energy_j", [](const measurement& self) { return known(attained_energy(self)); },
        "As measured, or power over throughput.");
    cls.def_property_readonly("batch", &measurement::inputs_per_call, "Inputs of one call.");
    cls.def_property_readonly("threads", &measurement::calls_at_a_time, "Calls under way at a time.");
    cls.def_property_readonly("cautions", &measurement::flags, "What to keep in mind, one sentence each.");
    cls.def_property_readonly("flags", &measurement::flags, "The same as cautions.");
    cls.def_property_readonly(
        "place", [](const measurement& self) { return unless_empty(place_of(self)); }, "File and line, or None.");
    cls.def_property_readonly("format", [](const measurement& self) {
        return self.source ? unless_empty(self.source->format) : std::nullopt;
    });
    cls.def_property_readonly(
        "tool", [](const measurement& self) { return self.source ? unless_empty(self.source->tool) : std::nullopt; });
}

/// A measurement beside its prediction.
struct efficiency_view {
    measurement measured{};
    efficiency_row row{};
    answer bound{};
};

}  // namespace

/// Of the row all but the measurement and the prediction, which stand beside it.
template <>
struct member_list<efficiency_row> {
    static constexpr auto all =
        std::make_tuple(&efficiency_row::measured_throughput, &efficiency_row::efficiency, &efficiency_row::of_peak,
                        &efficiency_row::excess, &efficiency_row::measured_energy, &efficiency_row::above_idle_energy,
                        &efficiency_row::above_base_energy, &efficiency_row::predicted_energy);
};

namespace {

[[nodiscard]] efficiency_view beside(const measurement& one, const std::shared_ptr<workload>& net,
                                     const std::shared_ptr<platform>& device,
                                     const std::optional<count_argument>& batch) {
    deployment how;
    how.batch = batch ? batch->value : one.inputs_per_call();
    efficiency_view view{one, {}, {}};
    view.row = one.level == measured_level::network ? efficiency(one, *net, *device, how)
                                                    : efficiency(one, totals_of_part(*net, one), *device, how);
    view.row.measured = nullptr;  // the view has its own
    const bool in_mode = one.mode.empty() || one.mode == device->mode().name;
    how.datatype = one.datatype;
    view.bound = answer_of(net, in_mode ? device : std::make_shared<platform>(device->in_mode(one.mode)), how,
                           view.row.predicted);
    return view;
}

[[nodiscard]] std::vector<std::string_view> flags_of(const efficiency_view& self) {
    std::vector<std::string_view> all = self.measured.flags();
    if (self.row.excess != excess_reason::none) all.insert(all.begin(), to_string(self.row.excess));
    return all;
}

void register_efficiency(py::module_& module) {
    py::class_<efficiency_view> cls(module, "EfficiencyRow", "A measurement beside its prediction.");
    cls.def_readonly("measurement", &efficiency_view::measured);
    cls.def_readonly("predicted", &efficiency_view::bound);
    const auto figure = [&cls](const char* name, double efficiency_row::* member, const char* text) {
        cls.def_property_readonly(
            name, [member](const efficiency_view& self) { return known(self.row.*member); }, text);
    };
    figure("efficiency", &efficiency_row::efficiency,
           "Measured over predicted throughput; None without a measured one.");
    figure("measured_throughput_ips", &efficiency_row::measured_throughput, "Inputs per second, of layers too.");
    figure("of_peak", &efficiency_row::of_peak, "Attained operations per second over the compute peak.");
    figure("measured_energy_j", &efficiency_row::measured_energy, "Of one input, by full power or as measured.");
    figure("above_idle_energy_j", &efficiency_row::above_idle_energy, "Of one input, by full minus idle power.");
    figure("above_base_energy_j", &efficiency_row::above_base_energy, "Of one input, by full minus base power.");
    figure("predicted_energy_j", &efficiency_row::predicted_energy, "Of one input.");
    cls.def_property_readonly("flags", &flags_of, "Why it is above the bound, and what to keep in mind.");
    cls.def("__repr__", [](const efficiency_view& self) {
        return "EfficiencyRow(" + measurement_text(self.measured) + ", efficiency " + readable(self.row.efficiency) +
               ")";
    });
    add_members_state(cls, &efficiency_view::measured, &efficiency_view::row, &efficiency_view::bound);
    module.def("efficiency_row", &beside, "measurement"_a, "workload"_a, "platform"_a, "batch"_a = py::none(),
               "A measurement beside what the device would do at its bound, at the measurement's batch unless given.");
}

}  // namespace

void register_measure(py::module_& module) {
    measurement_class cls(module, "Measurement", "One measured result: what ran where and how, and what came out.");
    add_making(cls);
    add_facts(cls);
    add_derived(cls);
    cls.def("__repr__", &measurement_text);
    add_state(cls, &measurement_state, &measurement_from);
    add_table(cls);
    register_efficiency(module);
    module.def(
        "best_of",
        [](const std::vector<measurement>& all) {
            std::vector<measurement> best;
            for (const measurement* one : best_of(all)) best.push_back(*one);
            return best;
        },
        "measurements"_a,
        "Of each network or part on each device, mode and datatype the one with the highest throughput.");
}

}  // namespace qutibench::python
