"""The archives that administrators' commands are tried on."""

from tests.admin.places import here, place

__all__ = ["here", "place"]
