// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/measure/measurement.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace qutibench::detail {

/// A spelling without blanks, dashes and case, and the catalogue's id for it.
struct spelling {
    std::string_view plain;
    std::string_view id;
};

inline constexpr spelling portal_networks[] = {
    {"cnv", "cnv"},
    {"mlp", "mlp"},
    {"googlenetv1", "googlenet_v1"},
    {"mobilenetv1", "mobilenet_v1"},
    {"resnet50", "resnet50"},
    {"resnet50v1", "resnet50"},
    {"resnet50v15", "resnet50_v1_5"},
    {"efficientnets", "efficientnet_edgetpu_s"},
    {"efficientnetm", "efficientnet_edgetpu_m"},
    {"efficientnetl", "efficientnet_edgetpu_l"},
    {"gnv1", "googlenet_v1"},
    {"mnv1", "mobilenet_v1"},
    {"rn50", "resnet50"},
    {"rn50v15", "resnet50_v1_5"},
};

inline constexpr spelling portal_platforms[] = {
    {"tx2", "jetson_tx2"},
    {"ncs", "ncs2"},
    {"edgetpu", "edgetpu"},
    {"ultra96dpu", "ultra96_dpu"},
    {"zcu102dpu", "zcu102_dpu"},
    {"zcu104dpu", "zcu104_dpu"},
    {"zcu104finn", "zcu104_finn"},
    {"zcu104bismo", "zcu104_bismo"},
    {"u96quadcorea53", "ultra96_a53"},
};

[[nodiscard]] inline std::string plain_spelling(std::string_view name) {
    std::string plain;
    for (const char one : name) {
        if (one >= 'A' && one <= 'Z') plain += static_cast<char>(one - 'A' + 'a');
        if ((one >= 'a' && one <= 'z') || (one >= '0' && one <= '9')) plain += one;
    }
    return plain;
}

/// Modes that the portal's later tables write into the hardware's name: "TX2-maxn", "EdgeTPU-fast".
inline constexpr std::string_view portal_modes[] = {"maxn", "maxp", "maxq", "fast", "slow"};

/// The mode at the end of the portal's name of a device that it knows, after a dash or a blank; empty where there is
/// none, as in "ZCU104-FINN".
[[nodiscard]] inline std::string_view portal_mode(std::string_view hardware) {
    const std::size_t dash = hardware.find_last_of("- ");
    if (dash == std::string_view::npos) return {};
    const std::string mode = plain_spelling(hardware.substr(dash + 1));
    for (const std::string_view one : portal_modes)
        if (one == mode) return one;
    return {};
}

/// A name as a table spells it and its id; rows in a row with the same name cost one comparison.
class table_name {
public:
    explicit table_name(std::span<const spelling> known) : known_(known) {}

    void set(std::string_view written) {
        if (written == written_) return;
        written_ = written;
        id_ = written;
        is_known_ = false;
        const std::string plain = plain_spelling(written);
        for (const spelling& one : known_) {
            if (one.plain != plain && one.id != written) continue;
            id_ = one.id;
            is_known_ = true;
        }
    }
    /// The id of what stands before a mode; of all that is written where nothing known does.
    void set_before(std::string_view written, std::string_view mode) {
        set(mode.empty() ? written : written.substr(0, written.size() - mode.size() - 1));
        if (!mode.empty() && !is_known_) set(written);
    }
    [[nodiscard]] std::string_view id() const { return id_; }
    /// Whether the id is the catalogue's for a spelling of the portal.
    [[nodiscard]] bool is_known() const { return is_known_; }

private:
    std::span<const spelling> known_;
    std::string written_;
    std::string id_;
    bool is_known_ = false;
};

/// What the portal's column "batch/thread/stream" counts, by its hardware: threads on DPUs, a stream through FINN's
/// pipelines, else the batch (T table 5.8). Nothing for hardware that is not on the portal.
[[nodiscard]] inline std::optional<deployment_parameter> portal_deployment(std::string_view hardware) {
    if (const std::string_view mode = portal_mode(hardware); !mode.empty()) hardware.remove_suffix(mode.size() + 1);
    const std::string plain = plain_spelling(hardware);
    for (const spelling& one : portal_platforms) {
        if (one.plain != plain && plain_spelling(one.id) != plain) continue;
        if (one.plain.ends_with("dpu")) return deployment_parameter::threads;
        return one.plain.ends_with("finn") ? deployment_parameter::stream : deployment_parameter::batch;
    }
    return std::nullopt;
}

}  // namespace qutibench::detail
