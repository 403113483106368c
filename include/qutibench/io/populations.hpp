// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The classes of devices that ship (data/calibrations). Needs the header that CMake makes of these files.
#pragma once

#include <qutibench/detail/mutex.hpp>
#include <qutibench/hardware/platform.hpp>
#include <qutibench/io/calibration_data.hpp>
#include <qutibench/io/population_json.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench {

namespace detail {

/// The files that ship, each parsed when it is first asked for. Safe to call from several threads.
class shipped_populations {
public:
    using pointer = std::shared_ptr<const fitting::population>;

    [[nodiscard]] static shipped_populations& all() {
        static shipped_populations one;
        return one;
    }

    [[nodiscard]] pointer at(std::size_t place) {
        const std::lock_guard lock(guard_);
        if (!parsed_[place]) {
            const embedded_file& file = embedded_calibrations[place];
            const std::string source = "calibrations/" + std::string(file.name);
            const json document = parse_json(file.text, source);
            parsed_[place] = std::make_shared<fitting::population>(population_at(json_reader(document, source)));
        }
        return parsed_[place];
    }

    /// Those that name a device or its class, on which alone `footing_of` can stand.
    [[nodiscard]] std::vector<pointer> that_name(const platform& device) {
        std::vector<pointer> out;
        for (std::size_t i = 0; i < named_.size(); ++i)
            if (std::any_of(named_[i].begin(), named_[i].end(), [&device](std::string_view one) {
                    return one == device.id() || one == device.device_class;
                }))
                out.push_back(at(i));
        return out;
    }

private:
    static constexpr std::size_t files = embedded_calibrations.size();

    shipped_populations() {
        for (std::size_t i = 0; i < files; ++i)
            for (const std::string_view key : {R"("class": ")", R"("platform": ")"}) add_names(i, key);
    }

    void add_names(std::size_t place, std::string_view key) {
        const std::string_view text = embedded_calibrations[place].text;
        for (auto at = text.find(key); at != text.npos; at = text.find(key, at)) {
            at += key.size();
            named_[place].push_back(text.substr(at, text.find('"', at) - at));
        }
    }

    mutex guard_;
    std::array<pointer, files> parsed_{};
    std::array<std::vector<std::string_view>, files> named_{};  // classes and devices
};

}  // namespace detail

/// The classes of devices that ship, parsed once.
[[nodiscard]] inline const std::vector<std::shared_ptr<const fitting::population>>& known_populations() {
    static const auto all = [] {
        std::vector<std::shared_ptr<const fitting::population>> out;
        for (std::size_t i = 0; i < detail::embedded_calibrations.size(); ++i)
            out.push_back(detail::shipped_populations::all().at(i));
        return out;
    }();
    return all;
}

/// One of them by its name; throws unknown_name with the nearest.
[[nodiscard]] inline const std::shared_ptr<const fitting::population>& known_population(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& one : known_populations()) {
        if (one->name == name) return one;
        names.push_back(one->name);
    }
    throw unknown_name("population of devices", name, detail::nearest_name(name, names));
}

}  // namespace qutibench
