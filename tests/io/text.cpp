// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/text.hpp>

using qutibench::detail::is_utf8;

// The bounds of table 3-7 of the Unicode standard, "Well-Formed UTF-8 Byte Sequences".
TEST_CASE("UTF-8 is complete, of the shortest form, and without surrogates") {
    for (const char* good : {"", "conv1", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                             "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xe6\x97\xa5z"})
        CHECK(is_utf8(good));
    for (const char* bad : {"\xff", "caf\xe9", "\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe6\x97",
                            "\xe6\x97z", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80"})
        CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("UTF-8 is seen wherever it stands in a long name") {
    for (std::size_t size = 0; size < 40; ++size)
        for (std::size_t at = 0; at <= size; ++at) {
            std::string name(size, 'a');
            name.insert(at, "\xe6\x97\xa5");
            CHECK(is_utf8(name));
            name[at + 1] = 'z';
            CHECK_FALSE(is_utf8(name));
        }
}
