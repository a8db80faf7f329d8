"""What a daemon opens before it runs: its store and its cache. Each failure is a sentence."""

from __future__ import annotations

import secrets

from controller.adapters.segments import SegmentCache, open_cache
from controller.adapters.store.address import store_url
from controller.adapters.store.database import Store, open_store
from controller.adapters.store.errors import StoreUnusable
from controller.config import Settings
from controller.place import CannotStart


async def open_store_of(settings: Settings) -> Store:
    """The store, brought up to date. Raises: CannotStart."""
    try:
        return await open_store(store_url(settings.written_database_url, settings.state_dir))
    except StoreUnusable as error:
        raise CannotStart(str(error)) from None


def open_cache_of(settings: Settings) -> SegmentCache:
    """Where this run's streams keep their files. Raises: CannotStart."""
    try:
        return open_cache(settings.cache_dir, secrets.token_hex(8))
    except OSError as error:
        raise CannotStart(f"The cache folder {settings.cache_dir} cannot be used: {error.strerror}.") from error
