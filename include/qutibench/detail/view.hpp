// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Elements side by side that somebody else holds: what the core needs of std::span, to which it converts. The concepts
/// of ranges behind std::span's constructors were a twelfth of what the umbrella costs a compiler.
#pragma once

#include <cstddef>
#include <type_traits>

namespace qutibench::detail {

template <class T>
class view {
public:
    using element_type = T;
    using value_type = std::remove_const_t<T>;

    constexpr view() = default;
    constexpr view(T* data, std::size_t size) : data_(data), size_(size) {}
    template <std::size_t Size>
    constexpr view(T (&all)[Size]) : data_(all), size_(Size) {}
    /// Of a vector, an array, a span or another view.
    template <class Container>
        requires requires(Container& all, T*& data, std::size_t& size) { data = all.data(), size = all.size(); }
    constexpr view(Container&& all) : data_(all.data()), size_(all.size()) {}

    [[nodiscard]] constexpr T* data() const { return data_; }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    [[nodiscard]] constexpr T* begin() const { return data_; }
    [[nodiscard]] constexpr T* end() const { return data_ + size_; }
    [[nodiscard]] constexpr T& operator[](std::size_t index) const { return data_[index]; }
    [[nodiscard]] constexpr T& front() const { return data_[0]; }
    [[nodiscard]] constexpr T& back() const { return data_[size_ - 1]; }
    [[nodiscard]] constexpr view subspan(std::size_t from) const { return {data_ + from, size_ - from}; }
    [[nodiscard]] constexpr view subspan(std::size_t from, std::size_t size) const { return {data_ + from, size}; }
    [[nodiscard]] constexpr view first(std::size_t size) const { return {data_, size}; }

private:
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace qutibench::detail
