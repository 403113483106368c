// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "how.hpp"
#include "register.hpp"

#include <qutibench/explore/doubling.hpp>
#include <qutibench/explore/scorecard.hpp>
#include <qutibench/hardware/fpga.hpp>
#include <qutibench/model/decomposition.hpp>
#include <qutibench/model/energy.hpp>
#include <qutibench/model/fold_search.hpp>
#include <qutibench/model/memory_plan.hpp>
#include <qutibench/model/multi_device.hpp>
#include <qutibench/model/sparsity.hpp>

#include <memory>
#include <vector>

namespace qutibench::python {

namespace {

using named_figures = py::typing::Dict<py::str, py::object>;

using split_argument = name_argument<split_kind>;

[[nodiscard]] named_figures row_of(const multi_device_estimate& one) {
    named_figures out;
    out["devices"] = one.devices;
    out["throughput_ips"] = one.throughput_ips;
    out["latency_s"] = one.latency_s;
    out["speed_up"] = one.speed_up;
    out["efficiency"] = one.efficiency();
    out["transfer_s"] = one.transfer_s;
    out["bound_by_link"] = one.bound_by_link;
    out["first_layers"] = one.first_layers;
    return out;
}

void register_several(py::module_& module) {
    module.def(
        "scaling_curve",
        [](const workload& net, const platform& device, split_argument split, std::int64_t most, double bandwidth,
           double latency, const py::kwargs& settings) {
            const interconnect link{quantity_of<bytes_per_second>(bandwidth), quantity_of<seconds>(latency)};
            std::vector<named_figures> rows;
            for (const multi_device_estimate& one :
                 scaling_curve(net, device, how_of(settings), split.value, most, link))
                rows.push_back(row_of(one));
            return rows;
        },
        "workload"_a, "platform"_a, "split"_a, "most"_a, "link_bytes_per_s"_a, "link_latency_s"_a = 0.0,
        "A network on 1 to `most` equal devices behind links: split 'data' (each a share of the batch) or 'pipeline' "
        "(each consecutive layers). Rows of throughput_ips, latency_s, speed_up, efficiency, transfer_s, "
        "bound_by_link. Further arguments are those of predict. Raises InvalidArgument and what predict raises.");
    module.def(
        "predict_on_several",
        [](const workload& net, const platform& device, split_argument split, std::int64_t devices, double bandwidth,
           double latency, const py::kwargs& settings) {
            const interconnect link{quantity_of<bytes_per_second>(bandwidth), quantity_of<seconds>(latency)};
            return row_of(predict_on_several(net, device, how_of(settings), split.value, devices, link));
        },
        "workload"_a, "platform"_a, "split"_a, "devices"_a, "link_bytes_per_s"_a, "link_latency_s"_a = 0.0,
        "One row of scaling_curve.");
}

[[nodiscard]] named_figures taken_apart(const throughput_decomposition& of) {
    named_figures out;
    out["operations_per_cycle_per_pe"] = of.operations_per_cycle_per_pe;
    out["clock_hz"] = of.clock_known ? std::optional(of.clock_hz) : std::nullopt;
    out["processing_elements"] = of.pes;
    out["mapping"] = of.mapping;
    out["stalls"] = of.stalls;
    out["effectual"] = of.effectual;
    out["utilisation"] = of.utilisation();
    out["operations_per_inference"] = of.operations_per_inference;
    out["throughput_ips"] = of.throughput().value();
    return out;
}

[[nodiscard]] std::vector<named_figures> rows_of(const scorecard& of) {
    std::vector<named_figures> rows;
    for (const scorecard_row& one : of.rows()) {
        named_figures out;
        out["criterion"] = one.criterion;
        out["metric"] = one.metric;
        out["value"] = known(one.value);
        out["unit"] = one.unit;
        rows.push_back(out);
    }
    return rows;
}

[[nodiscard]] named_figures joules_of(const energy_report& of) {
    named_figures out;
    out["arithmetic_j"] = of.arithmetic.value();
    out["on_chip_j"] = of.on_chip.value();
    out["off_chip_j"] = of.off_chip.value();
    out["idle_j"] = of.idle.value();
    out["total_j"] = of.total().value();
    out["energy_j"] = of.per_input().value();
    out["inputs_per_joule"] = of.inputs_per_joule();
    out["delay_product_js"] = of.delay_product();
    return out;
}

void register_parts(py::module_& module) {
    module.def(
        "decompose",
        [](const workload& net, const platform& device, double processing_elements, const py::kwargs& settings) {
            return taken_apart(decompose(net, device, how_of(settings), processing_elements));
        },
        "workload"_a, "platform"_a, "processing_elements"_a = 1.0,
        "The factors whose product is the predicted throughput (Sze et al. 2020): operations per cycle and element, "
        "clock, elements, utilisation (mapping x stalls x effectual) over operations per inference. Further arguments "
        "are those of predict. Raises InvalidArgument and what predict raises.");
    module.def(
        "doublings",
        [](const workload& net, const platform& device, const py::kwargs& settings) {
            std::vector<named_figures> rows;
            for (const doubling& one : doublings(net, device, how_of(settings))) {
                named_figures out;
                out["doubled"] = std::string(one.key);
                out["meaning"] = std::string(one.says);
                out["throughput_ips"] = one.prediction.throughput().value();
                out["latency_s"] = one.prediction.latency().value();
                out["gain"] = one.gain;
                out["bound"] = std::string(to_string(one.prediction.bound()));
                rows.push_back(out);
            }
            return rows;
        },
        "workload"_a, "platform"_a,
        "What doubling one part of a device buys: on-chip memory, its bandwidth, the off-chip bandwidth, the peak, and "
        "all of them; rows of the part, throughput, latency, gain and bound, the device as it is first. Further "
        "arguments are those of predict.");
    module.def(
        "score",
        [](const workload& net, const platform& device, std::optional<double> accuracy, double processing_elements,
           const std::optional<std::vector<std::string>>& operators, const py::kwargs& settings) {
            const scorecard_facts facts{or_nan(accuracy), processing_elements, operators ? &*operators : nullptr};
            return rows_of(score(net, device, how_of(settings), facts));
        },
        "workload"_a, "platform"_a, "accuracy_top1"_a = py::none(), "processing_elements"_a = 1.0,
        "supported_operators"_a = py::none(),
        "A network on a device by all the metrics of Sze et al. 2020 (accuracy, throughput, latency, energy and power, "
        "cost, flexibility, scalability): rows of criterion, metric, value and unit; None where nothing is known. "
        "Further arguments are those of predict.");
    module.def(
        "predict_energy",
        [](const workload& net, const platform& device, double idle, std::optional<double> nanometres, double volts,
           const std::string& table, const std::string& law, const std::string& memory, const py::kwargs& settings) {
            energy_options options{.table = find_energy_table(table), .memory = parse_name<off_chip_memory>(memory)};
            if (nanometres) options.table = scaled(options.table, {*nanometres, volts, parse_name<scaling_law>(law)});
            options.idle = quantity_of<watts>(idle);
            return joules_of(predict_energy(net, device, how_of(settings), options));
        },
        "workload"_a, "platform"_a, "idle_w"_a = 0.0, "process_nm"_a = py::none(), "process_v"_a = 0.9,
        "table"_a = "horowitz_45nm", "law"_a = "dennard", "memory"_a = "ddr",
        "Joules of one call by where they go, from the energy of operations and of bits moved and static power; "
        "energy_j is of one input. table: 'horowitz_45nm' (ISSCC 2014, 45 nm and 0.9 V) or 'jouppi_7nm' (ISCA 2021), "
        "scaled by a law, 'dennard' or 'stillmaker', where process_nm says so; memory: 'ddr', 'hbm2' or 'gddr6'. "
        "Further arguments are those of predict. Raises what predict raises, and UnsupportedDatatype.");
    module.def(
        "plan_memory",
        [](const workload& net, const platform* device, const precision_argument& datatype, std::int64_t batch,
           bool fused, bool in_place) {
            const memory_plan plan =
                plan_memory(net, {.datatype = datatype.value, .fused = fused, .in_place = in_place, .batch = batch});
            py::list tensors;
            for (const planned_tensor& one : plan.tensors)
                tensors.append(py::dict("layer"_a = net.layers()[static_cast<std::size_t>(one.layer)].name,
                                        "bytes"_a = one.at.size, "offset"_a = one.at.offset, "first"_a = one.at.first,
                                        "last"_a = one.at.last, "in_place"_a = one.over >= 0));
            named_figures out;
            out["arena_bytes"] = plan.arena.size;
            out["arena_bound_bytes"] = plan.arena.bound;
            out["arena_is_least"] = plan.arena.is_least;
            out["state_bytes"] = plan.state_bytes;
            out["ram_bytes"] = plan.ram();
            out["weight_bytes"] = plan.weight_bytes;
            out["bias_bytes"] = plan.bias_bytes;
            out["quantization_bytes"] = plan.quantization_bytes;
            out["flash_bytes"] = plan.flash();
            out["tensors"] = tensors;
            if (device == nullptr) return out;
            const memory_fit found = fit(plan, *device);
            out["ram_headroom_bytes"] = known(found.ram_headroom);
            out["flash_headroom_bytes"] = known(found.flash_headroom);
            out["fits"] = found.fits();
            return out;
        },
        "workload"_a, "platform"_a = py::none(), "datatype"_a = "int8", "batch"_a = 1, "fused"_a = true,
        "in_place"_a = true,
        "What RAM and flash a network needs: an arena of activations with the offset of each tensor and the bound "
        "below which no plan is, weights, biases and channels' scales; with a platform, what is left of its memories.");
    module.def(
        "operations_by_sparsity",
        [](const workload& net, const platform* device, const py::kwargs& settings) {
            const sparse_operations of = device == nullptr ? operations_by_sparsity(net)
                                                           : operations_by_sparsity(net, *device, how_of(settings));
            named_figures out;
            out["dense"] = of.dense;
            out["effectual"] = of.effectual;
            out["executed"] = of.executed;
            out["gain"] = of.gain();
            return out;
        },
        "workload"_a, "platform"_a = py::none(),
        "Operations of one inference with every weight, with those that are left, and as a device executes them with "
        "sparse=True. Raises InvalidArgument.");
}

[[nodiscard]] named_figures resources_of(const fpga_resources& has) {
    named_figures out;
    out["luts"] = has.luts;
    out["dsps"] = has.dsps;
    out["bram18"] = has.bram18;
    out["urams"] = has.urams;
    out["flip_flops"] = has.flip_flops;
    return out;
}

[[nodiscard]] fpga_resources budget_of(const std::variant<std::string, std::map<std::string, std::int64_t>>& budget) {
    if (const auto* const board = std::get_if<std::string>(&budget)) return find_fpga(*board).has;
    fpga_resources has;
    for (const auto& [name, count] : std::get<1>(budget)) {
        if (name == "luts")
            has.luts = count;
        else if (name == "dsps")
            has.dsps = count;
        else if (name == "bram18")
            has.bram18 = count;
        else if (name == "urams")
            has.urams = count;
        else if (name == "flip_flops")
            has.flip_flops = count;
        else
            throw unknown_name("FPGA resource", name, "luts, dsps, bram18, urams or flip_flops");
    }
    return has;
}

[[nodiscard]] named_figures folded(const workload& net, const precision& numbers, const fpga_resources& budget,
                                   std::optional<double> clock, bool dsp) {
    const std::vector<pipeline_stage> stages = stages_of(net, numbers);
    const folding_search best = best_folding(stages, budget, {.dsp = dsp});
    std::vector<named_figures> all;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const folding& by = best.pipeline.foldings[i];
        named_figures one;
        one["layer"] = stages[i].name;
        one["pe"] = by.pe;
        one["simd"] = by.simd;
        one["memory"] = to_string(by.memory);
        one["multiplier"] = by.multiplier == multiplier::dsp ? "dsp" : "lut";
        one["cycles"] = best.pipeline.cycles[i];
        all.push_back(one);
    }
    named_figures out;
    out["interval_cycles"] = best.pipeline.interval;
    out["interval_bound_cycles"] = best.interval_bound;
    out["gap"] = best.gap();
    out["latency_cycles"] = best.pipeline.latency;
    if (clock) {
        out["throughput_ips"] = best.pipeline.throughput(quantity_of<hertz>(*clock)).value();
        out["latency_s"] = best.pipeline.time(1, quantity_of<hertz>(*clock)).value();
    }
    out["resources"] = resources_of(best.pipeline.uses);
    out["stages"] = all;
    return out;
}

void register_fpga(py::module_& module) {
    module.def(
        "find_fpga",
        [](const std::string& name) {
            const fpga_part& part = find_fpga(name);
            named_figures out = resources_of(part.has);
            out["board"] = part.board;
            out["part"] = part.part;
            out["bandwidth_bytes_per_s"] = known(part.bandwidth);
            out["source"] = part.source;
            return out;
        },
        "name"_a, "Resources of a board or a part, with their source; raises UnknownName with the nearest.");
    module.def(
        "fpga_platform",
        [](std::string id, const std::string& board,
           const std::vector<std::tuple<precision_argument, double, double, double, double>>& designs) {
            std::vector<fpga_design> all;
            for (const auto& [numbers, luts, dsps, clock, utilisation] : designs)
                all.push_back(
                    {numbers.value, {luts, dsps, "given by the caller"}, quantity_of<hertz>(clock), utilisation});
            return std::make_shared<platform>(fpga_platform(std::move(id), find_fpga(board), all));
        },
        "id"_a, "board"_a, "designs"_a,
        "A fabric as a platform with one roofline per datatype, each with the whole fabric to itself. designs: tuples "
        "of datatype, LUTs and DSPs of one multiply-accumulate a cycle, clock in hertz, and the share of the LUTs and "
        "DSPs that they get. Raises UnknownName, InvalidArgument.");
    module.def(
        "fpga_peak",
        [](const std::string& board, const precision_argument& numbers, double luts, double dsps, double clock,
           double utilisation) {
            const fpga_design one{
                numbers.value, {luts, dsps, "given by the caller"}, quantity_of<hertz>(clock), utilisation};
            return fpga_peak(find_fpga(board).has, one).value();
        },
        "board"_a, "datatype"_a, "luts"_a, "dsps"_a, "clock_hz"_a, "utilisation"_a = 1.0,
        "Operations per second of a fabric that is filled with one design: 2 x clock x as many multiply-accumulates as "
        "fit.");
    module.def(
        "best_folding",
        [](const workload& net, const std::variant<std::string, std::map<std::string, std::int64_t>>& budget,
           const precision_argument& numbers, std::optional<double> clock, bool dsp) {
            const fpga_resources has = budget_of(budget);
            return folded(net, numbers.value, has, clock, dsp);
        },
        "workload"_a, "budget"_a, "datatype"_a, "clock_hz"_a = py::none(), "dsp"_a = false,
        "The folding of a FINN pipeline with the smallest interval that fits a budget: the name of a board, or counts "
        "by name (luts, dsps, bram18, urams). gap: how far from the smallest interval it can be at most; 0 is proven "
        "best. dsp: multiply in DSP slices where that is better. Raises InvalidArgument when nothing fits.");
}

}  // namespace

void register_models(py::module_& module) {
    register_several(module);
    register_parts(module);
    register_fpga(module);
}

}  // namespace qutibench::python
