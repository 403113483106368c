// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

#include <utility>

namespace qutibench {

/// Any layer, held by value: the run-time counterpart of a layer type. `as<convolution_2d>()` gives it back.
class any_layer {
public:
    template <class Layer>
        requires(!std::same_as<Layer, any_layer> && layer<Layer>)
    any_layer(Layer one) : held_(new model<Layer>(std::move(one))) {}

    any_layer(const any_layer& other) : held_(other.held_->clone()) {}
    any_layer(any_layer&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    any_layer& operator=(any_layer other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    ~any_layer() { delete held_; }

    [[nodiscard]] std::string_view type() const { return held_->type(); }
    [[nodiscard]] layer_kind kind() const { return held_->kind(); }
    [[nodiscard]] int outputs() const { return held_->outputs(); }
    /// False when the layer has no cost model (an unknown operator): its cost is not zero, it is unknown.
    [[nodiscard]] bool counted() const { return held_->counted(); }
    [[nodiscard]] shape output_shape(shapes in, int port = 0) const { return held_->output_shape(in, port); }
    [[nodiscard]] layer_cost cost(shapes in) const { return held_->cost(in); }

    /// Whether what lies along `axis` of its first input, of `rank` axes, lies along the same axis of its output,
    /// element for element: then pruning passes through. False unless the layer says so.
    [[nodiscard]] bool keeps_axis(int axis, int rank) const { return held_->keeps_axis(axis, rank); }
    /// Makes so many channels come out, where the layer makes channels of its own; false where it does not.
    bool set_width(std::int64_t channels) { return held_->set_width(channels); }
    /// Gives it a bias, which takes the shift of a normalisation that is folded into it; false where it has none.
    bool add_bias() { return held_->add_bias(); }

    /// The layer as its own type, or nullptr when it is another one.
    template <layer Layer>
    [[nodiscard]] const Layer* as() const {
        return held_->identity() == &identity_of<Layer> ? &static_cast<const model<Layer>*>(held_)->one : nullptr;
    }

private:
    /// A type is known by the address of a variable that belongs to it: programs without run-time type information too.
    template <class Layer>
    static constexpr char identity_of = 0;

    struct interface {
        virtual ~interface() = default;
        [[nodiscard]] virtual const char* identity() const = 0;
        [[nodiscard]] virtual interface* clone() const = 0;
        [[nodiscard]] virtual std::string_view type() const = 0;
        [[nodiscard]] virtual layer_kind kind() const = 0;
        [[nodiscard]] virtual int outputs() const = 0;
        [[nodiscard]] virtual bool counted() const = 0;
        [[nodiscard]] virtual shape output_shape(shapes in, int port) const = 0;
        [[nodiscard]] virtual layer_cost cost(shapes in) const = 0;
        [[nodiscard]] virtual bool keeps_axis(int axis, int rank) const = 0;
        virtual bool set_width(std::int64_t channels) = 0;
        virtual bool add_bias() = 0;
    };

    template <class Layer>
    struct model final : interface {
        explicit model(Layer layer) : one(std::move(layer)) {}
        [[nodiscard]] const char* identity() const override { return &identity_of<Layer>; }
        [[nodiscard]] interface* clone() const override { return new model(*this); }
        [[nodiscard]] std::string_view type() const override {
            if constexpr (requires { one.type_name(); })
                return one.type_name();
            else
                return Layer::type;
        }
        [[nodiscard]] layer_kind kind() const override {
            if constexpr (requires { one.kind_of(); })
                return one.kind_of();
            else
                return Layer::kind;
        }
        [[nodiscard]] int outputs() const override {
            if constexpr (requires { one.outputs(); })
                return one.outputs();
            else
                return 1;
        }
        [[nodiscard]] bool counted() const override {
            if constexpr (requires { one.counted(); })
                return one.counted();
            else
                return true;
        }
        [[nodiscard]] shape output_shape(shapes in, int port) const override {
            if constexpr (requires { one.output_shape(in, port); })
                return one.output_shape(in, port);
            else
                return one.output_shape(in);
        }
        [[nodiscard]] layer_cost cost(shapes in) const override { return one.cost(in); }
        [[nodiscard]] bool keeps_axis([[maybe_unused]] int axis, [[maybe_unused]] int rank) const override {
            if constexpr (requires { one.keeps_axis(axis, rank); })
                return one.keeps_axis(axis, rank);
            else
                return false;
        }
        bool set_width([[maybe_unused]] std::int64_t channels) override {
            constexpr bool makes_channels = requires { one.set_width(channels); };
            if constexpr (makes_channels) one.set_width(channels);
            return makes_channels;
        }
        bool add_bias() override {
            constexpr bool has_bias = requires { one.add_bias(); };
            if constexpr (has_bias) one.add_bias();
            return has_bias;
        }
        Layer one;
    };

    interface* held_;
};

}  // namespace qutibench
