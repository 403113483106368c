// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A model's file without its weights, with changes: field by field as the file has it, so that what this library does
/// not know stays. Messages and field numbers are those of onnx.proto.
#pragma once

#include <qutibench/io/onnx/edit/file_edits.hpp>
#include <qutibench/io/onnx/parser.hpp>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

namespace qutibench::onnx {

namespace detail {

/// Calls visit(number, inside, whole) for each field of a message: the bytes inside a length-delimited one (empty for
/// others), and all of its bytes. The message has been read before, so that it is known to be whole.
template <class Visit>
void each_field(std::string_view message, Visit visit) {
    protozero::pbf_reader reader(message.data(), message.size());
    for (const char* start = message.data(); reader.next(); start = reader.data().data()) {
        const std::uint32_t number = reader.tag();
        std::string_view inside;
        if (reader.wire_type() == protozero::pbf_wire_type::length_delimited) {
            const auto view = reader.get_view();
            inside = {view.data(), view.size()};
        } else {
            reader.skip();
        }
        visit(number, inside, std::string_view(start, static_cast<std::size_t>(reader.data().data() - start)));
    }
}

/// Tensors of real numbers with more elements than this leave their values behind, and so do all with more than the
/// second: no shape is computed from them.
inline constexpr std::int64_t kept_reals = 1 << 10;
inline constexpr std::int64_t kept_elements = 1 << 15;

class skeleton_writer {
public:
    explicit skeleton_writer(const file_edits& edits) : edits_(edits) {}

    [[nodiscard]] std::string run(std::string_view file) {
        if (!edits_.copied.empty())
            each_field(file, [&](std::uint32_t number, std::string_view inside, std::string_view) {
                if (number == 7) collect_initialisers(inside);
            });
        // Names that no earlier change of this file has used.
        for (int times = 1; !edits_.empty() && (times == 1 || file.find(stem_) != file.npos); ++times)
            stem_ = "edited" + std::to_string(times) + "/";
        std::string text;
        each_field(file, [&](std::uint32_t number, std::string_view inside, std::string_view whole) {
            if (number == 7)
                add_graph(text, 7, inside, true);
            else if (number != 6)  // doc_string
                text.append(whole);
        });
        return text;
    }

private:
    using dims = std::vector<std::int64_t>;

    /// Bytes that what stays of a graph takes, about: all but its large tensors.
    [[nodiscard]] static std::size_t room_for(std::string_view message) {
        constexpr std::size_t left = 256, kept = sizeof(float) * kept_reals + left;
        std::size_t bytes = left;
        each_field(message, [&](std::uint32_t, std::string_view, std::string_view whole) {
            bytes += whole.size() > kept ? left : whole.size();
        });
        return bytes;
    }

    /// Adds a graph as field `number`. Its length takes as many bytes as that of what may stay, most likely.
    void add_graph(std::string& text, std::uint32_t number, std::string_view message, bool is_main) const {
        const std::size_t room = room_for(message);
        text.reserve(text.size() + room);
        protozero::pbf_writer(text).add_message(number, "", 0);
        text.pop_back();
        const std::size_t start = text.size();
        const auto width = static_cast<std::size_t>(protozero::length_of_varint(room));
        text.append(width, '\0');
        graph(text, message, is_main);
        std::string length;
        protozero::add_varint_to_buffer(&length, text.size() - start - width);
        text.replace(start, width, length);
    }

    /// GraphProto: node 1, name 2, initializer 5, doc_string 10, input 11, output 12, value_info 13. Fields that stay
    /// and lie side by side are copied at once.
    void graph(std::string& text, std::string_view message, bool is_main) const {
        protozero::pbf_writer out(text);
        const bool changes = is_main && !edits_.empty();
        std::size_t place = 0;
        std::string_view kept;
        const auto flush = [&] { text.append(std::exchange(kept, {})); };
        each_field(message, [&](std::uint32_t number, std::string_view inside, std::string_view whole) {
            const bool stays = number == 1   ? edits_.empty() && is_plain_node(inside)
                               : number == 5 ? !(changes && !edits_.stored.empty()) && keeps(inside)
                                             : number != 10 && !(changes && number >= 11 && number <= 13);
            if (stays) {
                if (kept.data() + kept.size() != whole.data()) flush();
                kept = {kept.empty() ? whole.data() : kept.data(), kept.size() + whole.size()};
                return;
            }
            flush();
            if (number == 1)
                add_node(out, inside, is_main ? place++ : no_place);
            else if (number == 5)
                out.add_message(5, tensor(inside, is_main ? found(edits_.stored, name_in(inside, 8)) : nullptr));
            else if (number == 11)
                out.add_message(11, value(inside, found(edits_.inputs, name_in(inside, 1)), false));
            else if (number == 12)  // not 13: shapes that the file states are of before
                out.add_message(12, value(inside, nullptr, true));
        });
        flush();
    }

    void collect_initialisers(std::string_view graph) {
        each_field(graph, [&](std::uint32_t number, std::string_view inside, std::string_view) {
            if (number == 5) initialisers_.emplace(name_in(inside, 8), inside);
        });
    }

    /// NodeProto: input 1, output 2, name 3, op_type 4, attribute 5, doc_string 6, metadata_props 9.
    void add_node(protozero::pbf_writer& graph_out, std::string_view message, std::size_t place) const {
        std::string text;
        text.reserve(message.size());
        protozero::pbf_writer out(text);
        std::size_t input = 0;
        const auto* const changed = place == no_place ? nullptr : find_in(edits_.attributes, place);
        each_field(message, [&](std::uint32_t number, std::string_view inside, std::string_view whole) {
            if (number == 1 && !edits_.empty()) {
                out.add_string(1, operand(graph_out, std::string(inside), {place, input++}));
            } else if (number == 5) {
                if (!name_of_skipped(inside).empty())
                    text.append(whole);
                else if (changed == nullptr || !names(*changed, name_in(inside, 1)))
                    out.add_message(5, attribute(inside, place == no_place ? nullptr : find_in(edits_.held, place)));
            } else if (number != 6 && number != 9) {
                text.append(whole);
            }
        });
        // An input that the file left out at the end of the list.
        for (const auto& [where, values] : edits_.operands)
            if (where.first == place && where.second >= input) {
                for (; input < where.second; ++input) out.add_string(1, "");
                out.add_string(1, operand(graph_out, "", where));
                ++input;
            }
        if (changed != nullptr)
            for (const edited_attribute& one : *changed) out.add_message(5, integers(one));
        graph_out.add_message(1, text);
    }

    /// The name that input `where` is read by: another one where it was changed, whose tensor is added to the graph.
    [[nodiscard]] std::string operand(protozero::pbf_writer& graph_out, std::string name, operand_place where) const {
        if (where.first == no_place) return name;
        const std::string stem = stem_ + std::to_string(where.first) + "/" + std::to_string(where.second);
        if (const auto one = edits_.operands.find(where); one != edits_.operands.end()) {
            store(graph_out, stem, one->second);
            return stem;
        }
        if (const auto* const stored = find_in(initialisers_, name);
            stored != nullptr && edits_.copied.count(where) != 0) {
            graph_out.add_message(5, renamed(tensor(*stored, nullptr), stem));
            return stem;
        }
        const auto one = edits_.expanded.find(where);
        if (one == edits_.expanded.end()) return name;
        store(graph_out, stem + "/shape", one->second);
        std::string text;
        protozero::pbf_writer node(text);
        node.add_string(1, name);
        node.add_string(1, stem + "/shape");
        node.add_string(2, stem);
        node.add_string(3, stem);
        node.add_string(4, "Expand");
        graph_out.add_message(1, text);
        return stem;
    }

    /// TensorProto: dims 1, data_type 2, int64_data 7, name 8.
    static void store(protozero::pbf_writer& graph_out, const std::string& name, const dims& values) {
        protozero::pbf_writer out(graph_out, 5);
        out.add_int64(1, static_cast<std::int64_t>(values.size()));
        out.add_int32(2, static_cast<std::int32_t>(element_type::int64));
        out.add_packed_int64(7, values.begin(), values.end());
        out.add_string(8, name);
    }

    /// TensorProto: name 8.
    [[nodiscard]] static std::string renamed(std::string_view message, const std::string& name) {
        std::string text;
        protozero::pbf_writer out(text);
        each_field(message, [&](std::uint32_t number, std::string_view, std::string_view whole) {
            if (number != 8) text.append(whole);
        });
        out.add_string(8, name);
        return text;
    }

    /// Whether a node has nothing to leave out: a doc_string, metadata, an attribute with a tensor, a graph or a
    /// doc_string.
    [[nodiscard]] static bool is_plain_node(std::string_view message) {
        bool plain = true;
        each_field(message, [&](std::uint32_t number, std::string_view inside, std::string_view) {
            plain = plain && number != 6 && number != 9;
            if (number != 5 || !plain || !name_of_skipped(inside).empty()) return;
            each_field(inside, [&](std::uint32_t part, std::string_view, std::string_view) {
                plain = plain && part != 5 && part != 6 && part != 13;
            });
        });
        return plain;
    }

    /// AttributeProto: name 1, i 3, t 5, g 6, ints 8, type 20.
    [[nodiscard]] std::string attribute(std::string_view message, const dims* extents) const {
        std::string text;
        protozero::pbf_writer out(text);
        each_field(message, [&](std::uint32_t number, std::string_view inside, std::string_view whole) {
            if (number == 5)
                out.add_message(5, tensor(inside, extents));
            else if (number == 6)
                add_graph(text, 6, inside, false);
            else if (number != 13)  // doc_string
                text.append(whole);
        });
        return text;
    }

    [[nodiscard]] static std::string integers(const edited_attribute& one) {
        std::string text;
        protozero::pbf_writer out(text);
        out.add_string(1, one.name);
        if (one.is_list)
            for (const std::int64_t value : one.values) out.add_int64(8, value);
        else
            out.add_int64(3, one.values.at(0));
        out.add_enum(20, one.is_list ? 7 : 2);
        return text;
    }

    /// Whether a tensor stays with its values. TensorProto: dims 1, data_type 2.
    [[nodiscard]] static bool keeps(std::string_view message) {
        std::int64_t elements = 1;
        element_type type = element_type::undefined;
        wire(message, "").walk(message, [&](field f) {
            return f.integers(1, [&](std::int64_t extent) {
                elements = qutibench::detail::multiply(elements, extent);
                return true;
            }) || f.integer(2, [&](std::int64_t code) { type = to_element_type(code); });
        });
        return elements <= (is_floating(type) ? kept_reals : kept_elements);
    }

    /// TensorProto: dims 1, data_type 2, name 8; every other field holds values, or says where they are.
    [[nodiscard]] static std::string tensor(std::string_view message, const dims* extents) {
        if (extents == nullptr && keeps(message)) return std::string(message);
        std::string text;
        protozero::pbf_writer out(text);
        for (const std::int64_t one : extents != nullptr ? *extents : dims()) out.add_int64(1, one);
        each_field(message, [&](std::uint32_t number, std::string_view, std::string_view whole) {
            if (number == 2 || number == 8 || (number == 1 && extents == nullptr)) text.append(whole);
        });
        return text;
    }

    /// ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 } } } }.
    [[nodiscard]] static std::string value(std::string_view message, const dims* extents, bool open) {
        if (extents == nullptr && !open) return std::string(message);
        std::string text;
        protozero::pbf_writer out(text);
        each_field(message, [&](std::uint32_t number, std::string_view inside, std::string_view whole) {
            if (number != 2) {
                text.append(whole);
                return;
            }
            protozero::pbf_writer type(out, 2);
            each_field(inside, [&](std::uint32_t kind, std::string_view stated, std::string_view) {
                if (kind != 1) return type.add_message(kind, stated.data(), stated.size());
                protozero::pbf_writer tensor_type(type, 1);
                wire(stated, "").walk(stated, [&](field f) {
                    return f.integer(1, [&](std::int64_t code) { tensor_type.add_int32(1, static_cast<int>(code)); });
                });
                if (extents == nullptr) return;
                std::string shape_of;  // of a scalar too, which has one without dimensions
                for (const std::int64_t extent : *extents) {
                    std::string dimension_of;
                    protozero::pbf_writer(dimension_of).add_int64(1, extent);
                    protozero::pbf_writer(shape_of).add_message(1, dimension_of);
                }
                tensor_type.add_message(2, shape_of);
            });
        });
        return text;
    }

    [[nodiscard]] static std::string name_in(std::string_view message, std::uint32_t field_number) {
        std::string name;
        each_field(message, [&](std::uint32_t number, std::string_view inside, std::string_view) {
            if (number == field_number) name = inside;
        });
        return name;
    }

    template <class Map, class Key>
    [[nodiscard]] static auto find_in(const Map& map, const Key& key) -> const typename Map::mapped_type* {
        const auto at = map.find(key);
        return at == map.end() ? nullptr : &at->second;
    }
    template <class Map>
    [[nodiscard]] static const dims* found(const Map& map, const std::string& name) {
        return map.empty() ? nullptr : find_in(map, name);
    }
    [[nodiscard]] static bool names(const std::vector<edited_attribute>& all, const std::string& name) {
        return std::any_of(all.begin(), all.end(), [&](const edited_attribute& one) { return one.name == name; });
    }

    static constexpr std::size_t no_place = static_cast<std::size_t>(-1);

    const file_edits& edits_;
    std::string stem_;
    std::unordered_map<std::string, std::string_view> initialisers_;
};

}  // namespace detail

/// The file of a model, changed and without the values of its larger tensors.
[[nodiscard]] inline std::string skeleton_of(std::string_view file, const file_edits& edits = {}) {
    return detail::skeleton_writer(edits).run(file);
}

}  // namespace qutibench::onnx
