"""The models of the updates, and random instances of them."""

from __future__ import annotations

from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from tests.kit.default_application import default_application
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    NoneType: st.none(),
    Any: st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
}


def update_models(ws_app: FastWSAdapter) -> dict[str, type[BaseModel]]:
    """Return the model of each route's data."""
    return {router.route: router.data_model for router in ws_app.routers}


UPDATE_MODELS_BY_ROUTE = update_models(default_application()[1])
UPDATE_MODELS = list(dict.fromkeys(UPDATE_MODELS_BY_ROUTE.values()))


def instances(model: type[BaseModel]) -> st.SearchStrategy[BaseModel]:
    """Return a strategy of instances with any optional field missing. They are built without a
    validation, so that texts and numbers take every value."""
    fields = {name: values_of(field.annotation) for name, field in model.model_fields.items()}
    return st.fixed_dictionaries(fields).map(lambda values: model.model_construct(**values))


def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Return a strategy of the values of a field."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, parts = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return values_of(annotation.__origin__)
    if origin in (Union, UnionType):
        return st.one_of([values_of(part) for part in parts])
    if origin is list:
        return st.lists(values_of(parts[0]), max_size=5)
    if origin is dict:
        values = values_of(parts[1]).filter(lambda value: value is not None)
        return st.dictionaries(TEXTS, values, max_size=5)
    if origin is Literal:
        return st.sampled_from(parts)
    if issubclass(annotation, Enum):
        return st.sampled_from(list(annotation))
    return instances(annotation)
