// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/fwd.hpp>

#include <utility>

namespace qutibench::detail {

/// Holds an owner of a graph's file, such as a std::shared_ptr, whose header would be a sixth of what including the
/// core costs. Copies as the owner does.
class source_owner {
public:
    source_owner() = default;
    template <class Owner>
    explicit source_owner(Owner owner) : held_(new model<Owner>(std::move(owner))) {}
    source_owner(const source_owner& other) : held_(other.held_ == nullptr ? nullptr : other.held_->clone()) {}
    source_owner(source_owner&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    source_owner& operator=(source_owner other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    ~source_owner() { delete held_; }

    /// The file, or nullptr where there is none.
    [[nodiscard]] const graph_source* get() const { return held_ == nullptr ? nullptr : held_->get(); }

private:
    struct interface {
        virtual ~interface() = default;
        [[nodiscard]] virtual interface* clone() const = 0;
        [[nodiscard]] virtual const graph_source* get() const = 0;
    };

    template <class Owner>
    struct model final : interface {
        explicit model(Owner one) : owner(std::move(one)) {}
        [[nodiscard]] interface* clone() const override { return new model(owner); }
        [[nodiscard]] const graph_source* get() const override { return owner.get(); }
        Owner owner;
    };

    interface* held_ = nullptr;
};

}  // namespace qutibench::detail
