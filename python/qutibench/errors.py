# SPDX-License-Identifier: BSD-3-Clause
"""Everything this package raises: one root, and a leaf for each kind of mistake.

Each leaf is also the built-in exception that a Python user expects, so that ``except ValueError`` works as well as
``except qb.Error``. Wrong types of arguments are a plain ``TypeError``.
"""

from __future__ import annotations


class Error(Exception):
    """Root of everything this package raises: one sentence with what, where, and the nearest valid choice."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class ShapeError(Error, ValueError):
    """A layer does not fit the tensor it is given: wrong rank, wrong channel count, a window larger than its input."""


class UnsupportedOperator(Error):
    """An operator without a cost model was met where strict counting was asked for."""


class UnsupportedDatatype(Error, ValueError):
    """A platform neither has the datatype nor a wider carrier for it."""


class ParseError(Error, ValueError):
    """A file is not what it claims to be. ``source`` names it, ``place`` a line, byte offset, JSON pointer or node."""

    source: str = ""
    place: str = ""


class UnknownName(Error, KeyError, ValueError):
    """A name that no catalogue, mode list or enumeration holds. ``nearest`` is the closest valid one, or ''."""

    nearest: str = ""


class InvalidArgument(Error, ValueError):
    """A value outside its domain: a batch of zero, a negative peak, a keep fraction above one."""


class CountOverflow(Error, OverflowError):
    """A count that does not fit 64 bits."""


class MissingPackage(Error, ImportError):
    """A package that an optional part needs is not installed; the message says which ``pip install`` brings it."""


_by_id = {
    "shape_error": ShapeError,
    "unsupported_operator": UnsupportedOperator,
    "unsupported_datatype": UnsupportedDatatype,
    "parse_error": ParseError,
    "unknown_name": UnknownName,
    "invalid_argument": InvalidArgument,
    "overflow_error": CountOverflow,
}


def class_of(identifier: str) -> type[Error]:
    """The class for an id of the C++ error tree."""
    return _by_id.get(identifier, Error)


__all__ = [
    "CountOverflow",
    "Error",
    "InvalidArgument",
    "MissingPackage",
    "ParseError",
    "ShapeError",
    "UnknownName",
    "UnsupportedDatatype",
    "UnsupportedOperator",
]
