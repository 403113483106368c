// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which channels have to stay or leave together, one by one: the coupling of Fang et al., DepGraph: Towards Any
/// Structural Pruning, CVPR 2023, section 3, kept for every index of every axis.
#pragma once

#include <qutibench/detail/checked.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// The channel behind each index of an axis; empty for an axis of which nothing may leave.
using channel_list = std::vector<int>;

/// Channels in classes that stay or leave together, and what keeps a class whole.
class channel_classes {
public:
    static constexpr int nobody = -1;
    static constexpr int results = -2;  ///< stands for the node that fixes what the model returns

    /// Whether lists may hold so many entries more. Past the limit axes stay whole, so that no small file asks for more
    /// than some hundred megabytes.
    [[nodiscard]] bool may_list(std::int64_t entries) {
        if (entries > most_listed - listed_) return false;
        listed_ += entries;
        return true;
    }

    /// A list past the limit becomes empty, and its channels stay because of operation `by`.
    void bound(channel_list& all, int by) {
        if (may_list(static_cast<std::int64_t>(all.size()))) return;
        fix(all, by);
        all.clear();
    }

    /// `count` new channels, of the maker `home` or of none (below zero); an empty list past the limit.
    [[nodiscard]] channel_list fresh(std::int64_t count, int home) {
        channel_list all;
        if (!may_list(count)) return all;
        all.reserve(static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < count; ++i) {
            all.push_back(static_cast<int>(parents_.size()));
            parents_.push_back(all.back());
            homes_.push_back(home);
            fixed_by_.push_back(nobody);
        }
        return all;
    }

    [[nodiscard]] int find(int channel) const {
        auto at = static_cast<std::size_t>(channel);
        while (parents_[at] != static_cast<int>(at)) {
            parents_[at] = parents_[static_cast<std::size_t>(parents_[at])];
            at = static_cast<std::size_t>(parents_[at]);
        }
        return static_cast<int>(at);
    }

    void unite(int a, int b) {
        a = find(a);
        b = find(b);
        if (a == b) return;
        if (b < a) std::swap(a, b);
        parents_[static_cast<std::size_t>(b)] = a;
        int& reason = fixed_by_[static_cast<std::size_t>(a)];
        if (reason == nobody) reason = fixed_by_[static_cast<std::size_t>(b)];
    }
    void unite(const channel_list& a, const channel_list& b) {
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) unite(a[i], b[i]);
    }
    /// Makes equal what stands at the same place of each of the pieces of `width` that a list consists of.
    void unite_pieces(const channel_list& all, std::size_t width) {
        for (std::size_t c = width; c < all.size(); ++c) unite(all[c % width], all[c]);
    }
    /// Makes each piece of `width` channels one that stays or leaves as a whole.
    void unite_within(const channel_list& all, std::size_t width) {
        for (std::size_t c = 0; c < all.size(); ++c) unite(all[c - c % width], all[c]);
    }

    /// Channels of which none may leave, because of operation `by`.
    void fix(const channel_list& all, int by) {
        for (const int one : all) {
            int& reason = fixed_by_[static_cast<std::size_t>(find(one))];
            if (reason == nobody) reason = by;
        }
    }
    /// The same channels; where there are not as many, or one may not change, none may leave.
    void join(const channel_list& a, const channel_list& b, int by) {
        if (a.size() == b.size()) return unite(a, b);
        fix(a, by);
        fix(b, by);
    }
    /// The operation that keeps a channel, or `nobody`.
    [[nodiscard]] int fixed_by(int channel) const { return fixed_by_[static_cast<std::size_t>(find(channel))]; }
    [[nodiscard]] int fixed_by(const channel_list& all) const {
        for (const int one : all)
            if (fixed_by(one) != nobody) return fixed_by(one);
        return nobody;
    }
    [[nodiscard]] int home_of(int channel) const { return homes_[static_cast<std::size_t>(channel)]; }
    [[nodiscard]] int size() const { return static_cast<int>(parents_.size()); }

private:
    static constexpr std::int64_t most_listed = std::int64_t{1} << 26;

    mutable std::vector<int> parents_;
    std::vector<int> homes_;
    std::vector<int> fixed_by_;
    std::int64_t listed_ = 0;
};

/// Classes whose channels the same makers make: they are alike, and a share of them stays.
class channel_buckets {
public:
    /// `share_of(home)` is the share that a maker should keep, or below zero where nobody makes its channels.
    template <class ShareOf>
    channel_buckets(const channel_classes& classes, ShareOf share_of)
        : bucket_of_(static_cast<std::size_t>(classes.size()), -1), classes_(classes) {
        std::vector<std::pair<int, int>> pairs;  // class, home
        for (int one = 0; one < classes.size(); ++one) pairs.emplace_back(classes.find(one), classes.home_of(one));
        std::sort(pairs.begin(), pairs.end());
        pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
        std::map<std::pair<bool, std::vector<int>>, int> known;
        std::vector<int> homes;
        for (std::size_t first = 0; first < pairs.size();) {
            const int root = pairs[first].first;
            homes.clear();
            for (; first < pairs.size() && pairs[first].first == root; ++first) homes.push_back(pairs[first].second);
            const bool fixed = classes.fixed_by(root) != channel_classes::nobody;
            const auto [at, is_new] = known.try_emplace({fixed, homes}, static_cast<int>(buckets_.size()));
            if (is_new) {
                double share = -1;
                for (const int home : homes)
                    if (home >= 0) share = std::max(share, share_of(home));
                buckets_.push_back({0, 0, fixed || share < 0 ? 1.0 : share});
            }
            bucket_of_[static_cast<std::size_t>(root)] = at->second;
            ++buckets_[static_cast<std::size_t>(at->second)].before;
        }
        for (bucket& one : buckets_) one.now = one.share == 1.0 ? one.before : scaled_width(one.before, one.share, 1);
    }

    /// How many channels of a list stay; nothing where the list holds unequal numbers of channels that are alike.
    [[nodiscard]] std::optional<std::int64_t> kept(std::span<const int> all) const {
        held_.assign(buckets_.size(), 0);
        for (const int one : all) ++held_[index_of(one)];
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            if (held_[i] == 0) continue;
            const std::int64_t scaled = multiply(held_[i], buckets_[i].now);
            if (scaled % buckets_[i].before != 0) return {};
            sum += scaled / buckets_[i].before;
        }
        return sum;
    }

    /// Whether channels are to stay whole although nothing fixes them, since what must agree with them keeps all.
    [[nodiscard]] bool keeps_all(std::span<const int> all) const {
        return std::all_of(all.begin(), all.end(), [&](int one) { return buckets_[index_of(one)].share == 1.0; });
    }

private:
    struct bucket {
        std::int64_t before = 0;
        std::int64_t now = 0;
        double share = 1;
    };
    [[nodiscard]] std::size_t index_of(int channel) const {
        return static_cast<std::size_t>(bucket_of_[static_cast<std::size_t>(classes_.find(channel))]);
    }

    std::vector<int> bucket_of_;
    std::vector<bucket> buckets_;
    const channel_classes& classes_;
    mutable std::vector<std::int64_t> held_;
};

}  // namespace qutibench::detail
