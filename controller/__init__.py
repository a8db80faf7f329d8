"""The daemon. `controller.app` builds everything; the floors are drawn in README.md."""
