// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/explore/detail/quotients.hpp>

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

using namespace qutibench::detail;

namespace {

/// Doubles whose bits are hard on a division: few or nearly all of them set, or none in particular.
class awkward_numbers {
public:
    explicit awkward_numbers(unsigned seed) : random_(seed) {}

    double next(int exponent) {
        std::uint64_t bits = random_() >> 12U;
        const auto kind = random_() % 4;
        if (kind == 0) bits &= random_() & random_() & random_();
        if (kind == 1) bits |= random_() >> 12U | random_() >> 12U | random_() >> 12U;
        if (kind == 2) bits = (bits & 7U) | (random_() % 2 == 0 ? 0U : 0xFFFFFFFFFFFF8U);
        return std::ldexp(static_cast<double>(bits | 1ULL << 52U), exponent - 52);
    }
    std::int64_t integer(std::int64_t most) {
        return 1 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most));
    }

private:
    std::mt19937_64 random_;
};

bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("quotients by one divisor have the bits of a division") {
    awkward_numbers numbers(1);
    constexpr std::size_t count = 1001;
    std::vector<double> x(count), found(count), expected(count);
    for (int turn = 0; turn < 2000; ++turn) {
        const double divisor = numbers.next(static_cast<int>(numbers.integer(700)) - 350);
        const double factor = turn % 7 == 0 ? 0.0 : turn % 3 == 0 ? 1.0 : numbers.next(40);
        for (double& one : x) one = turn % 2 == 0 ? numbers.next(20) : static_cast<double>(numbers.integer(100000));
        for (std::size_t i = 0; i < count; ++i) expected[i] = factor * x[i] / divisor;
        const double floor = turn % 4 == 0 ? expected[count / 2] : 0.0;
        std::size_t below = 0;
        for (double& one : expected) {
            below += one < floor ? 1U : 0U;
            one = one < floor ? floor : one;
        }
        REQUIRE(quotients(factor, x.data(), count, divisor, floor, found.data()) == below);
        REQUIRE(same(found, expected));
    }
    for (const double divisor : {0.0, 1e-310, 1e308, HUGE_VAL}) {
        for (std::size_t i = 0; i < count; ++i) expected[i] = 3 * x[i] / divisor;
        quotients(3, x.data(), count, divisor, 0, found.data());
        REQUIRE(same(found, expected));
    }
}

TEST_CASE("quotients near one another have the bits of a division, and so have those that are not") {
    awkward_numbers numbers(2);
    constexpr std::size_t count = 513;
    std::vector<double> x(count), inverse(count), y(count), found(count), expected(count);
    for (int turn = 0; turn < 2000; ++turn) {
        const double work = turn % 5 == 0 ? std::ldexp(1.0, 30) : numbers.next(30);
        const double peak = turn % 10 == 0 ? std::ldexp(1.0, 40) : numbers.next(40);
        for (std::size_t i = 0; i < count; ++i) {
            x[i] = static_cast<double>(numbers.integer(1 << 20));
            inverse[i] = 1 / x[i];
            y[i] = work * x[i] / peak;
            if (turn % 50 == 0) y[i] = numbers.next(-10);  // far from the guess
            expected[i] = x[i] / y[i];
        }
        near_quotients(x.data(), inverse.data(), y.data(), count, peak / work, found.data());
        REQUIRE(same(found, expected));
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
TEST_CASE("narrower instructions than the processor's widest have the same bits") {
    if (fused_width() == 0) return;  // then there are none
    awkward_numbers numbers(3);
    constexpr std::size_t count = 1003;
    std::vector<double> x(count), inverse(count), y(count), found(count), expected(count);
    for (int turn = 0; turn < 500; ++turn) {
        const double work = numbers.next(30), peak = numbers.next(40);
        for (std::size_t i = 0; i < count; ++i) {
            x[i] = static_cast<double>(numbers.integer(1 << 20));
            inverse[i] = 1 / x[i];
            y[i] = work * x[i] / peak;
            expected[i] = x[i] / y[i];
        }
        const double floor = turn % 2 == 0 ? y[count / 2] : 0.0;
        CHECK(quotients_by_4(work, x.data(), count, peak, floor, found.data()) ==
              static_cast<std::size_t>(std::count_if(y.begin(), y.end(), [=](double one) { return one < floor; })));
        for (std::size_t i = 0; i < count; ++i) REQUIRE(found[i] == std::max(y[i], floor));
        int exponent = 0;
        const double guess = peak / work, mantissa = std::frexp(guess, &exponent);
        if (mantissa < 0.5 + 0x1p-40 || mantissa > 1 - 0x1p-40) continue;
        if (near_quotients_by_4(x.data(), inverse.data(), y.data(), count, guess, std::ldexp(1.0, exponent - 54),
                                found.data()))
            REQUIRE(same(found, expected));
    }
}
#endif
