// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/detail/message.hpp>
#include <qutibench/hardware/processing_array.hpp>
#include <qutibench/names.hpp>
#include <qutibench/units.hpp>

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench {

/// What no source states. Never zero, so that it cannot slip into a sum unnoticed.
template <class Quantity>
inline constexpr Quantity unknown = quantity_of<Quantity>(std::numeric_limits<double>::quiet_NaN());

/// Whether a figure is stated: not NaN.
template <class Quantity>
[[nodiscard]] constexpr bool is_known(const Quantity& figure) {
    return figure.value() == figure.value();
}

/// Peak performance in one datatype; one MAC is two operations.
struct peak {
    precision numbers{};
    ops_per_second dense{};
    ops_per_second sparse =
        unknown<ops_per_second>;  ///< with structured sparsity exploited, counted in dense operations
    bool bit_serial = false;      ///< of single bits, from which the device makes products of integers of any width

    /// Every fact: field(name with its SI unit, member, one sentence).
    template <class Field>
    static constexpr void describe(Field&& field) {
        using own = peak;
        field("datatype", &own::numbers, "Of weights and activations.");
        field("operations_per_second", &own::dense, "A multiply-accumulate is two.");
        field("sparse_operations_per_second", &own::sparse,
              "With structured sparsity exploited, counted in dense operations.");
        field("bit_serial", &own::bit_serial,
              "Of single bits, from which the device makes products of integers of any width.");
    }
};

/// What a memory is for: whatever is put there, what the hardware keeps there by itself, one kind of tensor, or
/// programs, so that no tensor fits.
enum class memory_role { any, cache, weights, activations, code };
template <>
inline constexpr enumeration<5> names_of<memory_role>{"role of a memory",
                                                      {"any", "cache", "weights", "activations", "code"}};

/// A memory that weights or activations can live in.
struct memory_level {
    std::string name{};
    bytes capacity = unknown<bytes>;
    bytes_per_second bandwidth = unknown<bytes_per_second>;
    bool on_chip = false;
    memory_role role = memory_role::any;
    double bus_width_bits = unknown<seconds>.value();  ///< of all channels together; NaN when no source states it
    hertz transfer_rate = unknown<hertz>;              ///< transfers per second of one data line

    /// Every fact: field(name with its SI unit, member, one sentence).
    template <class Field>
    static constexpr void describe(Field&& field) {
        using own = memory_level;
        field("name", &own::name, "Its name in messages.");
        field("on_chip", &own::on_chip, "Whether it is on the chip.");
        field("role", &own::role, "What it is for: 'any', 'cache', 'weights', 'activations' or 'code'.");
        field("capacity_bytes", &own::capacity, "None where no source states it.");
        field("bandwidth_bytes_per_s", &own::bandwidth, "None where no source states it.");
        field("bus_width_bits", &own::bus_width_bits, "Of all channels together.");
        field("transfer_rate_hz", &own::transfer_rate, "Transfers per second of one data line.");
    }
};

/// Where a link leads: to the host's memory, to devices of the same fast domain, or out of the node.
enum class link_reach { host, devices, nodes };
template <>
inline constexpr enumeration<3> names_of<link_reach>{"reach of a link", {"host", "devices", "nodes"}};

/// A link of a device: PCIe, NVLink, Ethernet...
struct device_link {
    std::string name{};
    link_reach reach = link_reach::host;
    bytes_per_second bandwidth = unknown<bytes_per_second>;  ///< of one device in one direction
    int devices = 0;  ///< how many devices it joins at that bandwidth, this one included; 0 when no source states it

    /// Every fact: field(name with its SI unit, member, one sentence).
    template <class Field>
    static constexpr void describe(Field&& field) {
        using own = device_link;
        field("name", &own::name, "Its name in messages.");
        field("reach", &own::reach, "Where it leads: 'host', 'devices' of the same fast domain, or 'nodes'.");
        field("bandwidth_bytes_per_s", &own::bandwidth, "Of one device in one direction.");
        field("devices", &own::devices, "How many it joins at that bandwidth, this one included.");
    }
};

/// One power or clock mode of a device, complete in itself.
struct operating_mode {
    std::string name{};
    std::vector<peak> peaks{};
    std::vector<memory_level> memories{};  ///< off-chip first
    watts power = unknown<watts>;          ///< thermal design power or the average that the source states
    hertz clock = unknown<hertz>;
    hertz host_clock = unknown<hertz>;  ///< of the processor that feeds the device; calibrations scale host costs by it
    hertz memory_clock = unknown<hertz>;  ///< of the off-chip memory, where modes differ in it
    int compute_units = 0;  ///< multiprocessors, compute units, cores or engines; 0 when no source states it
    std::vector<device_link> links{};
    watts measured_power = unknown<watts>;  ///< of the whole board while it runs networks, where somebody measured it
    processing_array array{};               ///< without extents where no source states it

    /// Every figure of one value: field(name with its SI unit, member, one sentence). A mode of a file without one has
    /// its device's.
    template <class Field>
    static constexpr void describe(Field&& field) {
        using own = operating_mode;
        field("compute_units", &own::compute_units, "Multiprocessors, compute units, cores or engines.");
        field("power_w", &own::power, "Thermal design power, or the average that the source states.");
        field("measured_power_w", &own::measured_power,
              "Of the whole board while it runs networks, where somebody measured it; energies are this times time.");
        field("clock_hz", &own::clock, "Of what computes.");
        field("host_clock_hz", &own::host_clock, "Of the processor that feeds the device.");
        field("memory_clock_hz", &own::memory_clock, "Of the off-chip memory, where modes differ in it.");
    }
};

/// One figure of a platform and where it comes from.
struct provenance {
    std::string pointer{};     ///< JSON pointer of the figure in its file
    std::string source{};      ///< document, table, page
    std::string basis{};       ///< "sourced", "derived", "probed", "user", or "unknown" where a file says why
    std::string derivation{};  ///< how, when derived; why, when unknown
    double value = std::numeric_limits<double>::quiet_NaN();
    std::string unit{};
};

/// The processor that runs what a device's software does not.
struct host_processor {
    std::string name{};
    ops_per_second peak = unknown<ops_per_second>;           ///< in whatever datatype the layers are
    bytes_per_second bandwidth = unknown<bytes_per_second>;  ///< of its memory

    [[nodiscard]] bool is_stated() const { return is_known(peak) && is_known(bandwidth); }

    /// Every fact: field(name with its SI unit, member, one sentence).
    template <class Field>
    static constexpr void describe(Field&& field) {
        using own = host_processor;
        field("name", &own::name, "Its name in messages.");
        field("operations_per_second", &own::peak, "In whatever datatype the layers are.");
        field("bandwidth_bytes_per_s", &own::bandwidth, "Of its memory.");
    }
};

/// What a device's software runs, as far as a source says; empty lists say nothing.
struct operator_support {
    std::vector<std::string> supported{};             ///< layer types
    std::vector<std::string> unsupported{};           ///< layer types
    std::vector<std::string> unsupported_networks{};  ///< ids of networks that failed on it
    std::string source{};
    host_processor host{};  ///< runs the layers that the device does not; a network that it does not run stays so
};

/// The peak that a datatype runs at.
struct carried_peak {
    peak as{};            ///< the device's own format
    bool native = false;  ///< false: emulated in a wider format, the carrier
};

/// What a device can do: peaks per datatype, memories and power, in one or more modes.
class platform {
public:
    /// Throws invalid_argument when there is no mode, a mode has no peak, or a figure is zero, negative or infinite.
    platform(std::string id, std::vector<operating_mode> modes)
        : id_(std::move(id)), name_(id_), modes_(std::move(modes)) {
        check();
    }

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::vector<operating_mode>& modes() const { return modes_; }
    [[nodiscard]] const operating_mode& mode() const { return modes_[selected_]; }

    /// The same device in another mode; throws unknown_name with the nearest one. A template, as are other functions of
    /// the core that copy much, so that including it costs nothing until it is used.
    template <class Mode = operating_mode>
    [[nodiscard]] platform in_mode(std::string_view name) const {
        std::vector<std::string_view> names;
        for (const Mode& one : modes_) {
            names.push_back(one.name);
            if (one.name != name) continue;
            platform changed = *this;
            changed.selected_ = names.size() - 1;
            return changed;
        }
        detail::raise(unknown_name("mode of " + id_, name, detail::choices(name, names)));
    }

    /// The memory that everything which is not on chip lives in.
    [[nodiscard]] const memory_level& off_chip() const { return mode().memories[off_chip_of(mode())]; }
    [[nodiscard]] bytes_per_second bandwidth() const { return off_chip().bandwidth; }
    [[nodiscard]] watts power() const { return mode().power; }
    /// What it draws while it runs: as measured, or as stated where nobody measured it. Energies are this times time.
    [[nodiscard]] watts running_power() const {
        return is_known(mode().measured_power) ? mode().measured_power : mode().power;
    }

    /// The fastest link that leads there, a link of unknown bandwidth last; null when there is none.
    [[nodiscard]] const device_link* link_to(link_reach reach) const {
        const device_link* best = nullptr;
        for (const device_link& one : mode().links)
            if (one.reach == reach &&
                (best == nullptr || one.bandwidth > best->bandwidth || !is_known(best->bandwidth)))
                best = &one;
        return best;
    }

    /// The peak for a datatype: the device's own; where it computes bit by bit, its rate of single bits over weight
    /// bits times activation bits (T section 2.3.1, figure 2.17; Umuroglu et al., BISMO, FPL 2018, section III); or
    /// that of the narrowest native format which holds every number of it (T section 6.3: "emulated in the carrier
    /// datatype"). Throws unsupported_datatype when there is none.
    [[nodiscard]] carried_peak peak_for(const precision& wanted) const {
        const peak* best = nullptr;
        const peak* serial = nullptr;
        for (const peak& one : mode().peaks) {
            if (one.numbers == wanted) return {one, true};
            if (one.bit_serial && serial == nullptr && is_integer(wanted.weights) && is_integer(wanted.activations))
                serial = &one;
            if (!detail::represents(one.numbers.weights, wanted.weights) ||
                !detail::represents(one.numbers.activations, wanted.activations))
                continue;
            if (best == nullptr || width(one) < width(*best) || (width(one) == width(*best) && one.dense > best->dense))
                best = &one;
        }
        if (serial != nullptr) {
            const double passes = static_cast<double>(wanted.weights.bits) * wanted.activations.bits;
            return {{wanted, quantity_of<ops_per_second>(serial->dense.value() / passes)}, true};
        }
        if (best == nullptr) throw_unsupported(wanted);
        return {*best, false};
    }

    // What describes the device beyond its modes.
    std::string vendor{};
    std::string device_class{};
    int year = 0;                                 ///< of release; 0 when no source states it
    double price_usd = unknown<seconds>.value();  ///< NaN when no source states it
    double process_nm = unknown<seconds>.value();
    std::vector<provenance> sources{};
    operator_support operators{};

    /// What describes the device beyond its modes: field(name with its unit, member, one sentence).
    template <class Field>
    static constexpr void describe(Field&& field) {
        using own = platform;
        field("vendor", &own::vendor, "Who makes it.");
        field("year", &own::year, "Of release.");
        field("price_usd", &own::price_usd, "None where no source states it.");
        field("process_nm", &own::process_nm, "None where no source states it.");
    }

    void rename(std::string name) { name_ = std::move(name); }

private:
    [[nodiscard]] static bool is_integer(const datatype& type) {
        return type.family == number_family::integer && type.block == 0;
    }

    [[nodiscard]] static int width(const peak& one) { return one.numbers.weights.bits + one.numbers.activations.bits; }

    [[nodiscard]] static std::size_t off_chip_of(const operating_mode& mode) {
        for (std::size_t i = 0; i < mode.memories.size(); ++i)
            if (!mode.memories[i].on_chip) return i;
        return mode.memories.size();
    }

    [[noreturn]] void throw_unsupported(const precision& wanted) const {
        std::string natives;
        for (const peak& one : mode().peaks) natives += (natives.empty() ? "" : ", ") + to_string(one.numbers);
        detail::raise(unsupported_datatype(detail::message(
            {"platform '", id_, "' computes in ", natives, ", none of which holds ", to_string(wanted)})));
    }

    // " of mode 'x'", or nothing of a mode without a name.
    [[nodiscard]] static std::string of(const operating_mode& mode) {
        return mode.name.empty() ? std::string() : detail::message({" of mode '", mode.name, "'"});
    }
    [[noreturn]] void refuse(const operating_mode& mode, std::string_view what, std::string_view wrong) const {
        detail::raise(invalid_argument(detail::message({"platform '", id_, "': ", what, of(mode), wrong})));
    }
    // What a figure is called: "the bandwidth of memory 'DDR4'".
    void require_positive(double value, bool may_be_unknown, const operating_mode& mode, std::string_view what,
                          std::string_view name = {}) const {
        if ((may_be_unknown && value != value) || (value >= 1e-6 && value <= 1e300)) return;
        refuse(mode, name.empty() ? std::string(what) : detail::message({what, " '", name, "'"}),
               value > 0 ? " is not a figure that a device can have" : " must be positive and finite");
    }

    void check() const {
        if (id_.empty()) detail::raise(invalid_argument("a platform needs an id"));
        if (modes_.empty()) detail::raise(invalid_argument(detail::message({"platform '", id_, "' has no mode"})));
        for (const operating_mode& mode : modes_) check(mode);
    }
    void check(const operating_mode& mode) const {
        if (mode.peaks.empty()) refuse(mode, "no peak", {});
        for (const peak& one : mode.peaks) {
            const std::string numbers = to_string(one.numbers);
            require_positive(one.dense.value(), false, mode, detail::message({"the ", numbers, " peak"}));
            require_positive(one.sparse.value(), true, mode, detail::message({"the sparse ", numbers, " peak"}));
            if (one.sparse < one.dense)
                refuse(mode, detail::message({"the sparse ", numbers, " peak"}), " is below the dense one");
        }
        if (off_chip_of(mode) == mode.memories.size()) refuse(mode, "no off-chip memory", {});
        for (const memory_level& one : mode.memories) {
            require_positive(one.bandwidth.value(), true, mode, "the bandwidth of memory", one.name);
            require_positive(one.capacity.value(), true, mode, "the capacity of memory", one.name);
            require_positive(one.transfer_rate.value(), true, mode, "the transfer rate of memory", one.name);
        }
        for (const device_link& one : mode.links) {
            require_positive(one.bandwidth.value(), true, mode, "the bandwidth of link", one.name);
            if (one.devices < 0 || one.devices == 1)
                refuse(mode, detail::message({"link '", one.name, "'"}), " must join at least two devices");
        }
        if (mode.compute_units < 0) refuse(mode, "the compute units", " must not be negative");
        const processing_array& array = mode.array;
        if (array.rows < 0 || array.columns < 0 || array.depth < 1 || array.count < 1 || array.hold < 1 ||
            array.buffer < 0 || !(array.weights_per_cycle >= 0) || !(array.outputs_per_cycle >= 0))
            refuse(mode, "the figures of the array", " must be positive");
        require_positive(mode.power.value(), true, mode, "the power");
        require_positive(mode.measured_power.value(), true, mode, "the measured power");
        require_positive(mode.clock.value(), true, mode, "the clock");
        require_positive(mode.host_clock.value(), true, mode, "the host's clock");
        require_positive(mode.memory_clock.value(), true, mode, "the memory's clock");
    }

    std::string id_;
    std::string name_;
    std::vector<operating_mode> modes_;
    std::size_t selected_ = 0;
};

}  // namespace qutibench
