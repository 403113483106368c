// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace qutibench::detail {

/// std::bit_cast, which libc++ has from version 14 on.
template <class To, class From>
[[nodiscard]] constexpr To bits_as(const From& from) noexcept {
    static_assert(sizeof(To) == sizeof(From));
    return __builtin_bit_cast(To, from);
}

}  // namespace qutibench::detail
