// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Network files: what is published about a network, and either its place in the zoo, its totals, or its layers:
///     {"id": "mine", "operations": 1e9, "weights": 4.2e6}
/// data/schemas/network.schema.json has every key; docs/catalogue.md explains them.
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/io/file.hpp>
#include <qutibench/network/zoo/registry.hpp>
#include <qutibench/transform/prune.hpp>

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace qutibench {

/// How well somebody measured a network to do its task; top-1 and top-5 are fractions, not per cent.
struct network_accuracy {
    double keep = 1;
    precision datatype{};
    double top1 = std::numeric_limits<double>::quiet_NaN();
    double top5 = std::numeric_limits<double>::quiet_NaN();
    std::string platform{};   ///< id of the device that it was deployed on; empty where it is the network's own
    std::string toolchain{};  ///< what quantised or compiled it, as far as the source says
    std::string metric{};     ///< of `value`, where the task has another figure than top-1: "mAP 50-95", "perplexity"
    double value = std::numeric_limits<double>::quiet_NaN();
    std::string source{};
};

/// What is known about a network: where its layers or totals come from, published totals, accuracies.
struct network_entry {
    std::string id{};
    std::string name{};
    std::string task{};                        ///< data set: "imagenet", "cifar10", "mnist"; may be empty
    std::string recipe{};                      ///< its id in the zoo; may be empty
    std::optional<workload> totals{};          ///< when only its operations and weights are known
    std::optional<graph> layers{};             ///< when the file lists them
    std::optional<std::int64_t> parameters{};  ///< of the module that an ONNX file was exported from
    std::string pruned_from{};                 ///< id of the network that this one was pruned from; may be empty
    double pruned_to = 1;                      ///< the share that its source says is kept of that network
    std::vector<std::pair<double, workload>> published{};  ///< by keep: the rounded figures behind a publication
    std::vector<network_accuracy> accuracies{};
    std::vector<provenance> sources{};

    [[nodiscard]] bool has_graph() const { return !totals; }

    /// The network's layers with the fraction `keep` of its channels: a recipe's own widths, or pruned. Throws
    /// invalid_argument when it is known by its totals only, or when it has no widths to scale.
    [[nodiscard]] graph build(double keep = 1) const {
        if (totals)
            throw invalid_argument(
                detail::message({"network '", id, "' is known by its totals only, so it has no layers"}));
        if (recipe.empty()) return keep == 1 ? *layers : prune(*layers, keep);
        return zoo::build(recipe, keep);
    }

    /// What one inference costs: from the layers, or the totals where only they are known. Throws as `build` does.
    [[nodiscard]] workload work(double keep = 1, counting convention = counting::qutibench, bool strict = false) const {
        if (!totals) return named(analyze(build(keep), convention, strict));
        require_whole(keep, "known by its totals only");
        if (convention == counting::qutibench) return *totals;
        const auto halved = quantity_of<operations>(totals->mac_count);
        return workload(id, halved, totals->weights());
    }

    /// The totals that a publication used, rounded as it did; throws invalid_argument when there are none for `keep`.
    [[nodiscard]] const workload& published_work(double keep = 1) const {
        for (const auto& [share, work] : published)
            if (same_share(share, keep)) return work;
        throw invalid_argument(detail::message({"nothing is published about network '", id, "' at this keep"}));
    }

    /// The accuracy at a width and datatype as deployed on a device, else the network's own, or nullptr when nobody
    /// published either. Accuracy depends on the deployment: ResNet-50 in int8 has 73.29 % on an Ultra96, 72.53 % on a
    /// ZCU102.
    [[nodiscard]] const network_accuracy* accuracy(double keep, const precision& datatype,
                                                   std::string_view deployed_on = {}) const {
        const network_accuracy* own = nullptr;
        for (const network_accuracy& one : accuracies) {
            if (!(one.datatype == datatype) || !same_share(one.keep, keep)) continue;
            if (one.platform == deployed_on) return &one;
            if (one.platform.empty() && own == nullptr) own = &one;
        }
        return own;
    }

    /// Whether two fractions of the channels are the same, as files write them.
    [[nodiscard]] static bool same_share(double a, double b) { return a - b < 1e-9 && b - a < 1e-9; }

private:
    [[nodiscard]] workload named(workload work) const {
        work.rename(id);
        return work;
    }

    void require_whole(double keep, std::string_view because) const {
        if (!(keep > 0 && keep <= 1)) throw invalid_argument("keep must be above 0 and at most 1");
        if (keep != 1)
            throw invalid_argument(
                detail::message({"network '", id, "' has no widths that keep could scale: it is ", because}));
    }
};

/// A network from the text of its file; `source` names the file in messages. Throws parse_error with a JSON pointer, or
/// with line and column where the text is not JSON.
[[nodiscard]] network_entry parse_network(std::string_view text, const std::string& source = "network");

/// A network from a file; throws parse_error.
[[nodiscard]] inline network_entry load_network_file(const std::string& path) {
    if (path.ends_with(".onnx")) throw parse_error(path, "", "this is an ONNX model; load_onnx reads it");
    return parse_network(detail::read_file(path), path);
}

/// The text of a network file that holds a workload's totals.
[[nodiscard]] std::string to_json(const workload& net);

/// Writes a network file with every layer of a graph, or with a workload's totals; throws parse_error when that fails.
void save_network(const graph& net, const std::string& path);
void save_network(const workload& net, const std::string& path);

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/json/network_document.hpp>
#endif
