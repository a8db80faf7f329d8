"""What a screen reader or a keyboard cannot use on a page, as axe finds it."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page

AXE = files("axe_playwright_python") / "axe.min.js"
SETTLED = "() => Promise.all(document.getAnimations().filter(({ effect }) => effect.getTiming().iterations < 1000).map(({ finished }) => finished.catch(() => {})))"  # fmt: skip
"""What turns for ever is not waited for."""


def problems(page: Page, within: str = "html") -> list[str]:
    """What axe has to say of the page, or of a part of it, once nothing moves any more."""
    page.evaluate(SETTLED)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {AXE.read_text()} }}")
    told = page.evaluate("(within) => axe.run(within, { resultTypes: ['violations'] })", within)
    return [f"{found['id']}: {node['html'][:160]}" for found in told["violations"] for node in found["nodes"][:3]]
