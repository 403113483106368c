// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The grammar of expressions on PEGTL. From loose to tight: or, and, not, comparisons, + -, * /, sign, power.
#pragma once

#include <qutibench/expression/detail/builder.hpp>

#include <tao/pegtl/ascii.hpp>
#include <tao/pegtl/config.hpp>
#include <tao/pegtl/memory_input.hpp>
#include <tao/pegtl/normal.hpp>
#include <tao/pegtl/nothing.hpp>
#include <tao/pegtl/parse.hpp>
#include <tao/pegtl/rules.hpp>

namespace qutibench::detail::expression_grammar {

namespace pegtl = tao::pegtl;

struct spaces : pegtl::star<pegtl::space> {};

template <char... Text>
struct symbol : pegtl::seq<pegtl::string<Text...>, spaces> {};

template <char... Text>
struct keyword : pegtl::seq<pegtl::string<Text...>, pegtl::not_at<pegtl::identifier_other>, spaces> {};

struct and_sign : pegtl::sor<keyword<'a', 'n', 'd'>, symbol<'&', '&'>, symbol<'&'>> {};
struct or_sign : pegtl::sor<keyword<'o', 'r'>, symbol<'|', '|'>, symbol<'|'>> {};
struct not_sign
    : pegtl::sor<keyword<'n', 'o', 't'>, pegtl::seq<pegtl::one<'!'>, pegtl::not_at<pegtl::one<'='>>, spaces>> {};
struct less_equal : symbol<'<', '='> {};
struct less : symbol<'<'> {};
struct greater_equal : symbol<'>', '='> {};
struct greater : symbol<'>'> {};
struct equal : symbol<'=', '='> {};
struct not_equal : symbol<'!', '='> {};
struct assignment : pegtl::one<'='> {};
struct plus : symbol<'+'> {};
struct minus : symbol<'-'> {};
struct times : pegtl::seq<pegtl::one<'*'>, pegtl::not_at<pegtl::one<'*'>>, spaces> {};
struct over : symbol<'/'> {};
struct to_the : pegtl::sor<symbol<'^'>, symbol<'*', '*'>> {};
struct sign : symbol<'-'> {};

/// Counts how deep a rule is inside itself, and stops before the call stack would end.
template <class Rule>
struct nested {
    using rule_t = nested;
    using subs_t = pegtl::type_list<Rule>;

    template <pegtl::apply_mode A, pegtl::rewind_mode M, template <class...> class Action,
              template <class...> class Control, class Input>
    [[nodiscard]] static bool match(Input& in, expression_builder& builder) {
        if (builder.depth >= expression_builder::max_depth)
            builder.fail_at(in.current(),
                            message({"an expression nests at most ",
                                     static_cast<std::uint64_t>(expression_builder::max_depth), " deep"}));
        ++builder.depth;
        const bool found = Control<Rule>::template match<A, M, Action, Control>(in, builder);
        --builder.depth;
        return found;
    }
};

struct expression;

struct digits : pegtl::plus<pegtl::digit> {};
struct exponent : pegtl::seq<pegtl::one<'e', 'E'>, pegtl::opt<pegtl::one<'+', '-'>>, digits> {};
struct mantissa : pegtl::sor<pegtl::seq<digits, pegtl::opt<pegtl::one<'.'>, pegtl::star<pegtl::digit>>>,
                             pegtl::seq<pegtl::one<'.'>, digits>> {};
struct number : pegtl::seq<mantissa, pegtl::opt<exponent>> {};

struct reserved : pegtl::sor<keyword<'a', 'n', 'd'>, keyword<'o', 'r'>, keyword<'n', 'o', 't'>> {};
struct identifier : pegtl::seq<pegtl::not_at<reserved>, pegtl::identifier_first,
                               pegtl::star<pegtl::sor<pegtl::identifier_other, pegtl::one<'.'>>>> {};
struct name : identifier {};

struct value;
struct call_begin : pegtl::seq<identifier, spaces, pegtl::one<'('>> {};
struct argument : pegtl::seq<pegtl::must<expression>> {};
struct call_end : symbol<')'> {};
struct call : pegtl::if_must<call_begin, spaces, argument, pegtl::star<symbol<','>, argument>, call_end> {};
struct closed : symbol<')'> {};
struct parenthesised : pegtl::if_must<symbol<'('>, expression, closed> {};
struct primary : pegtl::seq<pegtl::sor<number, call, name, parenthesised>, spaces> {};

struct factor;
struct raised : pegtl::if_must<to_the, nested<factor>> {};
struct powered : pegtl::seq<primary, pegtl::opt<raised>> {};
struct signed_factor : pegtl::if_must<sign, nested<factor>> {};
struct factor : pegtl::sor<signed_factor, powered> {};

struct multiplied : pegtl::if_must<pegtl::sor<times, over>, factor> {};
struct product : pegtl::seq<factor, pegtl::star<multiplied>> {};
struct added : pegtl::if_must<pegtl::sor<plus, minus>, product> {};
struct sum : pegtl::seq<product, pegtl::star<added>> {};

struct comparing : pegtl::sor<less_equal, less, greater_equal, greater, equal, not_equal, assignment> {};
struct compared : pegtl::if_must<comparing, sum> {};
struct comparison : pegtl::seq<sum, pegtl::star<compared>> {};

struct condition;
struct negated : pegtl::if_must<not_sign, nested<condition>> {};
struct condition : pegtl::sor<negated, comparison> {};
struct conjoined : pegtl::if_must<and_sign, condition> {};
struct conjunction : pegtl::seq<condition, pegtl::star<conjoined>> {};
struct disjoined : pegtl::if_must<or_sign, conjunction> {};
struct disjunction : pegtl::seq<conjunction, pegtl::star<disjoined>> {};

struct expression : nested<disjunction> {};
struct whole : pegtl::must<spaces, expression, pegtl::eof> {};

template <class Rule>
struct action : pegtl::nothing<Rule> {};

template <opcode What>
struct remembers {
    static void apply0(expression_builder& builder) { builder.remember(What); }
};
template <>
struct action<less_equal> : remembers<opcode::less_equal> {};
template <>
struct action<less> : remembers<opcode::less> {};
template <>
struct action<greater_equal> : remembers<opcode::greater_equal> {};
template <>
struct action<greater> : remembers<opcode::greater> {};
template <>
struct action<equal> : remembers<opcode::equal> {};
template <>
struct action<not_equal> : remembers<opcode::not_equal> {};
template <>
struct action<plus> : remembers<opcode::add> {};
template <>
struct action<minus> : remembers<opcode::subtract> {};
template <>
struct action<times> : remembers<opcode::multiply> {};
template <>
struct action<over> : remembers<opcode::divide> {};
template <>
struct action<to_the> : remembers<opcode::power> {};
template <>
struct action<sign> : remembers<opcode::negate> {};
template <>
struct action<not_sign> : remembers<opcode::complement> {};
template <>
struct action<and_sign> : remembers<opcode::both> {};
template <>
struct action<or_sign> : remembers<opcode::either> {};

template <void (expression_builder::*Step)()>
struct performs {
    static void apply0(expression_builder& builder) { (builder.*Step)(); }
};
template <>
struct action<multiplied> : performs<&expression_builder::binary> {};
template <>
struct action<added> : performs<&expression_builder::binary> {};
template <>
struct action<raised> : performs<&expression_builder::binary> {};
template <>
struct action<conjoined> : performs<&expression_builder::binary> {};
template <>
struct action<disjoined> : performs<&expression_builder::binary> {};
template <>
struct action<signed_factor> : performs<&expression_builder::unary> {};
template <>
struct action<negated> : performs<&expression_builder::unary> {};
template <>
struct action<compared> : performs<&expression_builder::comparison> {};
template <>
struct action<comparison> : performs<&expression_builder::end_comparison> {};
template <>
struct action<argument> : performs<&expression_builder::argument> {};
template <>
struct action<call_end> : performs<&expression_builder::end_call> {};

template <>
struct action<number> {
    template <class Input>
    static void apply(const Input& in, expression_builder& builder) {
        builder.push_number({in.begin(), in.size()});
    }
};
template <>
struct action<name> {
    template <class Input>
    static void apply(const Input& in, expression_builder& builder) {
        builder.push_name({in.begin(), in.size()});
    }
};
template <>
struct action<call_begin> {
    template <class Input>
    static void apply(const Input& in, expression_builder& builder) {
        const std::string_view text(in.begin(), in.size());
        builder.begin_call(text.substr(0, text.find_first_of(" \t\r\n\v\f(")));
    }
};
template <>
struct action<assignment> {
    template <class Input>
    static void apply(const Input& in, expression_builder& builder) {
        builder.fail_at(in.begin(), "'=' is no comparison; write '==', '<=' or '>='");
    }
};

/// What is missing where a rule had to match and did not.
template <class Rule>
inline constexpr std::string_view expected = "a number, a name or '(' is expected here";
template <>
inline constexpr std::string_view expected<closed> = "')' is expected here";
template <>
inline constexpr std::string_view expected<call_end> = "',' or ')' is expected here";
template <>
inline constexpr std::string_view expected<pegtl::eof> = "an operator such as '/', '<=' or 'and' is expected here";

template <class Rule>
struct control : pegtl::normal<Rule> {
    template <class Input>
    [[noreturn]] static void raise(const Input& in, expression_builder& builder) {
        builder.fail_at(in.current(), std::string(expected<Rule>));
    }
};

}  // namespace qutibench::detail::expression_grammar

namespace qutibench::detail {

/// Walks over an expression; throws parse_error where it is none.
inline void parse_expression(std::string_view text, expression_builder& builder) {
    namespace grammar = expression_grammar;
    tao::pegtl::memory_input<tao::pegtl::tracking_mode::lazy, tao::pegtl::eol::lf_crlf, const char*> in(
        text.data(), text.data() + text.size(), "");
    static_cast<void>(tao::pegtl::parse<grammar::whole, grammar::action, grammar::control>(in, builder));
}

}  // namespace qutibench::detail
