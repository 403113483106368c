// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The error tree: one root, and a leaf for each kind of mistake a user can make.
/// Every leaf has a stable id, so that scripts and bindings can tell them apart without reading the message.
#pragma once

#include <qutibench/detail/message.hpp>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace qutibench {

/// Root of everything this library throws. The message is one sentence: what, where, and the nearest valid choice. It
/// is one line of bounded length, whatever names a file brings into it.
class error : public std::runtime_error {
public:
    error(std::string_view id, const std::string& message)
        : std::runtime_error(detail::on_one_line(detail::cut(message, longest_message))), id_(id) {}

    static constexpr std::size_t longest_message = 500;

    /// Stable identifier such as "shape_error"; always a string literal.
    [[nodiscard]] std::string_view id() const noexcept { return id_; }

private:
    std::string_view id_;
};

/// A layer does not fit the tensor it is given: wrong rank, wrong channel count, a window larger than its input.
class shape_error : public error {
public:
    explicit shape_error(const std::string& message) : error("shape_error", message) {}
};

/// An operator without a cost model was met where the caller asked for strict counting.
class unsupported_operator : public error {
public:
    explicit unsupported_operator(const std::string& message) : error("unsupported_operator", message) {}
};

/// A platform neither has the datatype nor a wider carrier for it.
class unsupported_datatype : public error {
public:
    explicit unsupported_datatype(const std::string& message) : error("unsupported_datatype", message) {}
};

/// A file is not what it claims to be. `source()` names the file; `place()` a line, byte offset, JSON pointer or node.
class parse_error : public error {
public:
    parse_error(const std::string& source, const std::string& place, const std::string& reason)
        : error("parse_error", detail::cut(source, longest_source) +
                                   (place.empty() ? "" : ", " + detail::cut(place, longest_source)) + ": " + reason),
          source_(source), place_(place) {}

    static constexpr std::size_t longest_source = 160;

    [[nodiscard]] const std::string& source() const noexcept { return source_; }
    [[nodiscard]] const std::string& place() const noexcept { return place_; }

private:
    std::string source_;
    std::string place_;
};

/// A name that no catalogue, mode list or enumeration holds. `nearest()` is the closest valid one, or empty; of several
/// that the name begins, which the message lists between ' or ', the first.
class unknown_name : public error {
public:
    unknown_name(std::string_view kind, std::string_view name, std::string_view nearest)
        : error("unknown_name",
                "unknown " + detail::cut(kind) + " '" + detail::cut(name) + "'" +
                    (nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?")),
          nearest_(nearest.substr(0, nearest.find("' or '"))) {}

    [[nodiscard]] const std::string& nearest() const noexcept { return nearest_; }

private:
    std::string nearest_;
};

/// A value outside its domain: a batch of zero, a negative peak, a keep fraction above one.
class invalid_argument : public error {
public:
    explicit invalid_argument(const std::string& message) : error("invalid_argument", message) {}
};

/// A count that does not fit 64 bits.
class overflow_error : public error {
public:
    explicit overflow_error(const std::string& message) : error("overflow_error", message) {}
};

namespace detail {

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)

/// Throws an error.
template <class Error>
[[noreturn]] void raise(const Error& wrong) {
    throw wrong;
}

/// Calls `work`; what it says of shapes and counts is said with `where()` before it.
template <class Work, class Where>
void located(Work&& work, Where&& where) {
    try {
        work();
    } catch (const shape_error& wrong) {
        throw shape_error(where() + wrong.what());
    } catch (const overflow_error& wrong) {
        throw overflow_error(where() + wrong.what());
    }
}

#else  // firmware, where the library serves static_assert: what is wrong is an error of the compiler

template <class Error>
[[noreturn]] void raise(const Error&) {
    std::abort();
}

template <class Work, class Where>
void located(Work&& work, Where&&) {
    work();
}

#endif

}  // namespace detail

}  // namespace qutibench
