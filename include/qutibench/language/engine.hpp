// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What language models need to know of a device: rates by part, the link between devices, memory.
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/language/precision.hpp>

#include <algorithm>

namespace qutibench {

/// The width class that products run in, which decides what share of the peak they attain.
enum class product_class : unsigned char { sixteen_bit, eight_bit, four_bit };

/// A rate of products and its class.
struct product_rate {
    double per_second = 0;  ///< operations
    product_class width = product_class::sixteen_bit;
};

/// A device as language models see it.
struct language_engine {
    double bandwidth = 0;  ///< byte/s of off-chip memory
    double capacity = 0;   ///< bytes of it; NaN when no source states them
    double link = 0;       ///< byte/s to devices of the same domain, in one direction; NaN when no source states them
    double between = 0;    ///< byte/s of one device to other nodes, in one direction; NaN when no source states them
    double power = 0;      ///< W; NaN
    double price = 0;      ///< USD; NaN
    int domain = 0;        ///< devices at that bandwidth; 0 when no source states it
    product_rate attention{};
    product_rate dense{};
    product_rate experts{};
    product_rate head{};
    product_rate core{};  ///< scores and values of attention: 16 bit
};

namespace detail {

/// The fastest peak among those that `fits` accepts; 0 where there is none.
template <class Fits>
[[nodiscard]] double fastest(const platform& device, Fits fits) {
    double best = 0;
    for (const peak& one : device.mode().peaks)
        if (one.numbers.weights == one.numbers.activations && fits(one.numbers.weights))
            best = std::max(best, one.dense.value());
    return best;
}

/// Weights of a format run in the device's own units for it where it has them, otherwise they are widened to 16 bit
/// first. A format of 4 bit floating point runs at the plain peak of such numbers, whatever their scales.
[[nodiscard]] inline product_rate rate_for(const platform& device, const datatype& weights) {
    const auto plain = [&](const datatype& one) {
        datatype elements = one;
        elements.block = elements.scale_bits = 0;
        return elements;
    };
    const datatype wanted = plain(weights);
    if (weights.family == number_family::floating && weights.bits <= 8) {
        const double exact = fastest(device, [&](const datatype& one) { return one == wanted; });
        const double rate = exact > 0 ? exact : fastest(device, [&](const datatype& one) {
            return one.bits == wanted.bits && plain(one).family == number_family::floating;
        });
        if (rate > 0) return {rate, wanted.bits <= 4 ? product_class::four_bit : product_class::eight_bit};
    }
    if (weights == int8)
        if (const double rate = fastest(device, [](const datatype& one) { return one == int8; }); rate > 0)
            return {rate, product_class::eight_bit};
    const double half = fastest(device, [](const datatype& one) { return one == bf16 || one == fp16; });
    if (half > 0) return {half, product_class::sixteen_bit};
    try {
        return {device.peak_for(fp32).as.dense.value(), product_class::sixteen_bit};
    } catch (const unsupported_datatype&) {
        throw unsupported_datatype(message({"platform '", device.id(),
                                            "' computes in no floating-point format of 16 or 32 bit, which language "
                                            "models need"}));
    }
}

}  // namespace detail

/// What language models need of a device under a precision. Throws invalid_argument when no source states the bandwidth
/// of its memory, unsupported_datatype when it computes neither in 16 nor in 32 bit.
[[nodiscard]] inline language_engine engine_of(const platform& device, const language_precision& stored) {
    if (!is_known(device.bandwidth()))
        throw invalid_argument(detail::message(
            {"platform '", device.id(), "': no source states the bandwidth of its memory, which decoding hangs on"}));
    language_engine engine;
    engine.bandwidth = device.bandwidth().value();
    engine.capacity = device.off_chip().capacity.value();
    engine.power = device.power().value();
    engine.price = device.price_usd;
    engine.link = engine.between = unknown<bytes_per_second>.value();
    if (const device_link* const link = device.link_to(link_reach::devices)) {
        engine.link = link->bandwidth.value();
        engine.domain = link->devices;
    }
    if (const device_link* const host = device.link_to(link_reach::host); host != nullptr && !(engine.link > 0))
        engine.link = host->bandwidth.value();
    if (const device_link* const nodes = device.link_to(link_reach::nodes)) engine.between = nodes->bandwidth.value();
    engine.attention = detail::rate_for(device, stored.attention);
    engine.dense = detail::rate_for(device, stored.dense);
    engine.experts = detail::rate_for(device, stored.experts);
    engine.head = detail::rate_for(device, stored.head);
    engine.core = detail::rate_for(device, bf16);
    return engine;
}

}  // namespace qutibench
