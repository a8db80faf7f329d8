"""The store's migrations, in the order of their numbers; they only go forwards."""
