// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A vector whose resize leaves new numbers unset, for tables that are written right after.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Allocates as std::allocator and default-initialises instead of writing zeros.
template <class T>
struct unset_allocator : std::allocator<T> {
    static_assert(std::is_arithmetic_v<T>);

    template <class U>
    struct rebind {
        using other = unset_allocator<U>;
    };

    unset_allocator() = default;
    template <class U>
    constexpr unset_allocator(const unset_allocator<U>&) noexcept {}

    template <class U>
    void construct(U* place) noexcept {
        ::new (static_cast<void*>(place)) U;
    }
    template <class U, class... Args>
    void construct(U* place, Args&&... args) {
        ::new (static_cast<void*>(place)) U(std::forward<Args>(args)...);
    }
};

/// As many numbers, unset: std::make_unique_for_overwrite, which libc++ has from version 16 on.
template <class T>
[[nodiscard]] std::unique_ptr<T[]> unset_array(std::size_t count) {
    return std::unique_ptr<T[]>(new T[count]);
}

/// Numbers that are unset after a resize.
template <class T>
using buffer = std::vector<T, unset_allocator<T>>;

}  // namespace qutibench::detail
