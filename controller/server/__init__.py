"""The HTTP and WebSocket edges: they translate, bound and guard; they decide nothing about the product."""
