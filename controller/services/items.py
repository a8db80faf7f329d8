"""References to items, as the library wants them."""

from __future__ import annotations

from controller.ports import Library
from protocol.values import ItemRef, PathRef


def path_or_id(item: ItemRef) -> tuple[str | None, str | None]:
    """A reference as `ports.Library` takes it: a path or a media id."""
    return (item.path, None) if isinstance(item, PathRef) else (None, item.media_id)


def same_film(library: Library, one: ItemRef, other: ItemRef) -> bool:
    """Whether two references name the same film, one by its path and one by its id, say. Raises: ItemNotFound."""
    return one == other or library.media_id(*path_or_id(one)) == library.media_id(*path_or_id(other))
