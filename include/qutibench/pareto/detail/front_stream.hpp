// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The front of rows that arrive in blocks: filter, collect, and make exact when enough has been collected.
#pragma once

#include <qutibench/error.hpp>
#include <qutibench/pareto/detail/buffer.hpp>
#include <qutibench/pareto/detail/dominance_table.hpp>
#include <qutibench/pareto/detail/dominator_filter.hpp>
#include <qutibench/pareto/detail/front.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Keeps turned rows (smaller is better) with the numbers they came with. The first `settled` of them are exactly the
/// front of some of the rows offered; the others survived the filters since. The result depends on the rows only; what
/// the filters hold decides the time.
template <std::size_t D>
class front_stream {
public:
    static constexpr std::size_t objectives = D;

    explicit front_stream(std::span<const sense> senses) : turn_(senses) {}

    /// Looks at a sample of the table before it is offered whole, so that the filters work from the first row on, or
    /// are known to be useless and everything is settled in one go. `unprime` after the table has been settled.
    void prime(const double* rows, std::size_t count) {
        whole_ = true;
        if (count <= 4 * filter_type::sample_capacity) return;
        take_sample(rows, count, filter_type::sample_capacity);
        primed_ = true;
        buffer<double> strong = sample_;
        buffer<std::uint64_t> numbers(strong.size() / D, guard);
        reduce(strong, numbers);
        if (numbers.size() * 4 >= sample_.size() / D * 3) return;
        rows_ = std::move(strong);
        numbers_ = std::move(numbers);
        settled_ = numbers_.size();
        renew_filters();
        whole_ = filter_.idle();
        if (whole_) unprime();
    }

    /// Drops the rows that `prime` put in, which have come again with their numbers.
    void unprime() {
        std::size_t size = 0;
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            if (numbers_[i] == guard) continue;
            if (size != i) move_row(i, size);
            ++size;
        }
        shrink(size, 0);
        settled_ = size;
    }

    /// Adds `count` rows numbered from `first` on. Finish a series of offers with `settle`.
    void offer(const double* rows, std::size_t count, std::uint64_t first) {
        if (whole_) {
            collect(rows, count, first);
            return;
        }
        std::array<std::uint16_t, filter_type::block> kept;
        for (std::size_t at = 0; at < count; at += filter_type::block) {
            if (stale_) renew_filters();
            const double* block = rows + at * D;
            const std::size_t size = std::min(filter_type::block, count - at);
            const std::size_t left = filter_.survivors(block, size, turn_, kept.data());
            collect(block, std::span(kept).first(left), first + at);
            seen_ += size;
            passed_ += left;
            if (pending() >= std::max(least_pending, settled_)) {
                take_sample(rows, at + size);
                settle();
            }
        }
        take_sample(rows, count);
    }

    /// Makes the rows kept exactly the front of all rows offered.
    void settle() {
        if (pending() == 0) return;
        entered_ += pending();
        const bool few = pending() <= few_rows && pending() * settled_ <= few_pairs;
        if (few)
            settle_one_by_one();
        else
            reduce(rows_, numbers_);
        settled_ = numbers_.size();
        stale_ = stale_ || !few || entered_ > settled_ / 16 + 32;
    }

    /// Turned rows, in the order of their arrival.
    [[nodiscard]] const buffer<double>& rows() const noexcept { return rows_; }
    [[nodiscard]] const buffer<std::uint64_t>& numbers() const noexcept { return numbers_; }
    [[nodiscard]] std::uint64_t nan_count() const noexcept { return nan_; }
    [[nodiscard]] const orientation& turn() const noexcept { return turn_; }

    /// Adds rows with numbers of their own and settles.
    void add(const double* rows, std::span<const std::uint64_t> numbers) {
        std::array<double, D> turned;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            if (turn_.template apply<D>(rows + i * D, turned.data())) {
                rows_.insert(rows_.end(), turned.begin(), turned.end());
                numbers_.push_back(numbers[i]);
            } else {
                ++nan_;
            }
        }
        settle();
    }

    /// Takes over another settled front of the same senses.
    void absorb(const front_stream& other) {
        rows_.insert(rows_.end(), other.rows_.begin(), other.rows_.end());
        numbers_.insert(numbers_.end(), other.numbers_.begin(), other.numbers_.end());
        nan_ += other.nan_;
        settle();
    }

    /// Orders the rows by number; a number that came twice with the same row stays once.
    void order_by_number() {
        if (std::adjacent_find(numbers_.begin(), numbers_.end(), [](auto a, auto b) { return a >= b; }) ==
            numbers_.end()) {
            return;
        }
        std::vector<std::size_t> order(numbers_.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        const auto row = [this](std::size_t i) { return rows_.data() + i * D; };
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return numbers_[a] != numbers_[b] ? numbers_[a] < numbers_[b] : compare_rows<D>(row(a), row(b)) < 0;
        });
        order.erase(std::unique(order.begin(), order.end(),
                                [&](std::size_t a, std::size_t b) {
                                    return numbers_[a] == numbers_[b] && compare_rows<D>(row(a), row(b)) == 0;
                                }),
                    order.end());
        buffer<double> rows;
        buffer<std::uint64_t> numbers;
        rows.reserve(order.size() * D);
        numbers.reserve(order.size());
        for (const std::size_t i : order) {
            rows.insert(rows.end(), row(i), row(i) + D);
            numbers.push_back(numbers_[i]);
        }
        rows_ = std::move(rows);
        numbers_ = std::move(numbers);
        settled_ = numbers_.size();
    }

private:
    using filter_type = dominator_filter<D>;
    static constexpr std::uint64_t guard = ~std::uint64_t{0};
    static constexpr std::size_t least_pending = 4096;
    static constexpr std::size_t few_rows = 256;
    static constexpr std::size_t few_pairs = 131072;
    static constexpr std::uint64_t most_passed = 32768;  // what settling these takes pays for another choice of filters
    static constexpr std::size_t least_beaten = filter_type::block / 4;
    static constexpr bool tabled = D > 3;  // below, settling costs no more than asking a table

    [[nodiscard]] std::size_t pending() const noexcept { return numbers_.size() - settled_; }

    void collect(const double* rows, std::size_t count, std::uint64_t first) {
        const std::size_t before = numbers_.size();
        rows_.resize((before + count) * D);
        numbers_.resize(before + count);
        std::size_t size = before;
        for (std::size_t i = 0; i < count; ++i) {
            const bool whole = turn_.template apply<D>(rows + i * D, rows_.data() + size * D);
            numbers_[size] = first + i;
            size += whole ? 1 : 0;
        }
        shrink(size, before + count - size);
    }

    /// Leaves out rows that the one kept before them beats: many in a sweep, where that row becomes a filter at once.
    void collect(const double* block, std::span<const std::uint16_t> offsets, std::uint64_t first) {
        const std::size_t before = numbers_.size();
        rows_.resize((before + offsets.size()) * D);
        numbers_.resize(before + offsets.size());
        std::size_t size = before;
        std::uint64_t nan = 0;
        std::array<std::size_t, D> worse{};  // rows that the last one kept beats, by column
        for (const std::size_t offset : offsets) {
            double* row = rows_.data() + size * D;
            if (!turn_.template apply<D>(block + offset * D, row)) {
                ++nan;
                continue;
            }
            if constexpr (tabled) {
                if (table_.template beats<true>(row, table_.size())) continue;
            }
            if (size > 0 && dominates_row<D>(row - D, row)) {
                for (std::size_t j = 0; j < D; ++j) worse[j] += (row - D)[j] < row[j] ? 1 : 0;
                continue;
            }
            worse.fill(0);
            numbers_[size++] = first + offset;
        }
        shrink(size, nan);
        const auto column = static_cast<std::size_t>(std::max_element(worse.begin(), worse.end()) - worse.begin());
        if (worse[column] >= least_beaten) filter_.lead(rows_.data() + (size - 1) * D, column);
    }

    void move_row(std::size_t from, std::size_t to) noexcept {
        std::copy_n(rows_.data() + from * D, D, rows_.data() + to * D);
        numbers_[to] = numbers_[from];
    }

    void shrink(std::size_t size, std::uint64_t nan) {
        rows_.resize(size * D);
        numbers_.resize(size);
        nan_ += nan;
    }

    void take_sample(const double* rows, std::size_t count) {
        if (primed_) return;
        take_sample(rows, count, std::min<std::size_t>(256, count / 16 + 1));
    }

    /// Adds up to `wanted` of these rows, taken evenly, to the sample, in place of its oldest.
    void take_sample(const double* rows, std::size_t count, std::size_t wanted) {
        wanted = std::min(wanted, count);
        for (std::size_t i = 0; i < wanted; ++i) {
            std::array<double, D> row;
            if (!turn_.template apply<D>(rows + count / wanted * i * D, row.data())) continue;
            if (sample_.size() < filter_type::sample_capacity * D) {
                sample_.insert(sample_.end(), row.begin(), row.end());
            } else {
                std::copy_n(row.begin(), D, sample_.data() + replaced_ * D);
                replaced_ = (replaced_ + 1) % filter_type::sample_capacity;
            }
        }
    }

    void renew_filters() {
        stale_ = false;
        entered_ = 0;
        if (seen_ >= 4 * seen_at_choice_ || passed_ >= most_passed) {
            filter_.choose(rows_, sample_);
            seen_at_choice_ = seen_;
            passed_ = 0;
        }
        if constexpr (tabled) {
            const std::size_t count = std::min(settled_, table_.capacity);
            table_.build(count, [&](std::size_t i) { return rows_.data() + settled_ * i / count * D; });
        }
    }

    static void reduce(buffer<double>& rows, buffer<std::uint64_t>& numbers) {
        const std::size_t count = numbers.size();
        if (count > std::numeric_limits<std::uint32_t>::max()) {
            throw overflow_error(
                "a frontier is found among at most 4294967295 rows at a time; give a pareto_archive the rows in parts");
        }
        const auto keep = unset_array<bool>(count);
        keep_front<D>(rows.data(), count, keep.get());
        std::size_t size = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!keep[i]) continue;
            if (size != i) {
                std::copy_n(rows.data() + i * D, D, rows.data() + size * D);
                numbers[size] = numbers[i];
            }
            ++size;
        }
        rows.resize(size * D);
        numbers.resize(size);
    }

    /// For a few new rows: each against the front, O(D front) a row.
    void settle_one_by_one() {
        const std::size_t end = numbers_.size();
        std::size_t size = settled_;
        for (std::size_t at = settled_; at < end; ++at) {
            std::array<double, D> row;
            std::copy_n(rows_.data() + at * D, D, row.begin());
            bool beaten = false;
            for (std::size_t i = 0; i < size && !beaten; ++i)
                beaten = dominates_row<D>(rows_.data() + i * D, row.data());
            if (beaten) continue;
            std::size_t kept = 0;
            for (std::size_t i = 0; i < size; ++i) {
                if (dominates_row<D>(row.data(), rows_.data() + i * D)) continue;
                if (kept != i) move_row(i, kept);
                ++kept;
            }
            std::copy_n(row.begin(), D, rows_.data() + kept * D);
            numbers_[kept] = numbers_[at];
            size = kept + 1;
        }
        shrink(size, 0);
    }

    orientation turn_;
    buffer<double> rows_;
    buffer<std::uint64_t> numbers_;
    std::size_t settled_ = 0;
    std::uint64_t nan_ = 0;
    bool whole_ = false;
    bool primed_ = false;
    bool stale_ = false;
    std::size_t entered_ = 0;  // since the filters were renewed
    filter_type filter_;
    dominance_table<D> table_;
    buffer<double> sample_;
    std::size_t replaced_ = 0;
    std::uint64_t seen_ = 0;
    std::uint64_t seen_at_choice_ = 0;
    std::uint64_t passed_ = 0;  // the filters, since they were chosen
};

/// The front of a whole table, ascending numbers being row numbers.
template <std::size_t D>
[[nodiscard]] front_stream<D> settled_front(std::span<const double> points, std::span<const sense> senses) {
    front_stream<D> front(senses);
    const std::size_t rows = points.size() / D;
    front.prime(points.data(), rows);
    front.offer(points.data(), rows, 0);
    front.settle();
    front.unprime();
    return front;
}

}  // namespace qutibench::detail
