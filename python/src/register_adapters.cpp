// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"

#include <qutibench/io/adapters.hpp>

namespace qutibench::python {

namespace {

using deployment_argument = name_argument<deployment_parameter>;
using scope_argument = name_argument<measured_scope>;
using maybe_count = std::optional<count_argument>;

[[nodiscard]] std::optional<std::int64_t> value_of(const maybe_count& one) {
    return one ? std::optional(one->value) : std::nullopt;
}

[[nodiscard]] ingest_options options_of(std::string network, std::string platform, std::string mode,
                                        const std::optional<precision_argument>& datatype, std::optional<double> keep,
                                        const maybe_count& batch, const maybe_count& threads, const maybe_count& stream,
                                        const std::optional<deployment_argument>& deployment, scope_argument scope,
                                        std::string statistic, const count_argument& warm_up) {
    ingest_options options;
    options.network = std::move(network);
    options.platform = std::move(platform);
    options.mode = std::move(mode);
    if (datatype) options.datatype = datatype->value;
    options.keep = keep;
    options.batch = value_of(batch);
    options.threads = value_of(threads);
    options.stream = value_of(stream);
    if (deployment) options.deployment = deployment->value;
    options.scope = scope.value;
    options.statistic = std::move(statistic);
    options.warm_up = warm_up.value;
    return options;
}

/// `load_measurements` reads a file, `parse_measurements` a text: the same options.
template <class Source, class Read>
void add_reading(py::module_& module, const char* name, const char* argument, Read read, const char* text) {
    module.def(
        name,
        [read](const Source& source, const std::string& format, std::string network, std::string platform,
               std::string mode, const std::optional<precision_argument>& datatype, std::optional<double> keep,
               const maybe_count& batch, const maybe_count& threads, const maybe_count& stream,
               const std::optional<deployment_argument>& deployment, scope_argument scope, std::string statistic,
               const count_argument& warm_up) {
            const ingest_options options =
                options_of(std::move(network), std::move(platform), std::move(mode), datatype, keep, batch, threads,
                           stream, deployment, scope, std::move(statistic), warm_up);
            const unlocked others_run;
            return read(source, format, options);
        },
        py::arg(argument), "format"_a = "auto", py::kw_only(), "network"_a = "", "platform"_a = "", "mode"_a = "",
        "datatype"_a = py::none(), "keep"_a = py::none(), "batch"_a = py::none(), "threads"_a = py::none(),
        "stream"_a = py::none(), "deployment"_a = py::none(), "scope"_a = "system", "statistic"_a = "", "warm_up"_a = 0,
        text);
}

}  // namespace

void register_adapters(py::module_& module) {
    add_reading<path_argument>(
        module, "load_measurements", "path",
        [](const path_argument& path, const std::string& format, const ingest_options& options) {
            return load_measurements(path.value, format, options);
        },
        "Measured results from a file that a device runner wrote, as a list of Measurement.\n\n"
        "format: 'trtexec', 'openvino', 'qutibench'... (`measurement_formats`), or 'auto'. network, platform, mode, "
        "datatype, keep, batch, threads, stream: what the file does not say. scope: 'system' or 'compute', where a row "
        "has both. statistic: of the latency. warm_up: leading runs to leave out.\n\n"
        "Raises ParseError with file and line, InvalidArgument that names what neither the file nor the caller says, "
        "UnknownName for a format.");
    add_reading<std::string>(
        module, "parse_measurements", "text",
        [](const std::string& text, const std::string& format, const ingest_options& options) {
            return parse_measurements(text, format, options);
        },
        "The same from a text in memory.");
    module.def(
        "measurement_formats",
        [] {
            std::vector<std::pair<std::string, std::string>> all;
            for (const adapter& one : builtin_adapters()) all.emplace_back(one.name, one.family);
            return all;
        },
        "(name, family) of every format of measured results.");
}

}  // namespace qutibench::python
