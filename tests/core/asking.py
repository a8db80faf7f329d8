"""What the tests of authority share: four people, authority in each of its states, and effects as sentences."""

from __future__ import annotations

from controller.core.authority import Authority
from controller.core.authority_state import Asked, CallOff, Changed, Effect, Effects, HandOver, Party, Resolved
from protocol.values import ClientId
from tests.core.showing import film as some_film

ANN = Party(ClientId("ann"), "Ann", "owner")
BOB = Party(ClientId("bob"), "Bob", "member")
CLEO = Party(ClientId("cleo"), "Cleo", "member")
DAN = Party(ClientId("dan"), "Dan", "guest")
FILM = some_film()
NOW = 1_000.0
"""When the asks of these tests are made; who holds the screen has held it for long."""


def ask(
    one: Authority, who: Party, now: float = NOW, *, film: bool = False, override: bool = False, text: str = ""
) -> list[str]:
    """The request has the name of who asks."""
    effects = one.request(
        who, who.name, message=text, film=FILM if film else None, position=7.0, override=override, now=now
    )
    return said(effects)


def answer(
    one: Authority,
    by: Party,
    whom: Party,
    *,
    accept: bool = True,
    after_item: bool = False,
    on_screen: bool = True,
    now: float = NOW + 1.0,
) -> list[str]:
    effects = one.respond(by.client_id, whom.name, accept=accept, after_item=after_item, on_screen=on_screen, now=now)
    return said(effects)


def said(effects: Effects) -> list[str]:
    return [sentence(effect) for effect in effects]


def sentence(effect: Effect) -> str:
    match effect:
        case Asked(request):
            return f"{request.asker.name} asks"
        case HandOver(request):
            return f"show {request.asker.name}'s film"
        case CallOff(request):
            return f"call {request.asker.name}'s film off"
        case Resolved(request, outcome):
            return f"{request.asker.name}: {outcome}"
        case Changed(reign):
            return f"{reign.holder.name} holds it" if reign else "nobody holds it"


def granted(who: Party) -> list[str]:
    return [f"{who.name} holds it", f"{who.name}: granted"]


def free() -> Authority:
    return Authority(reserved=100)


def held_by(who: Party) -> Authority:
    one = free()
    ask(one, who, 0.0)
    return one


def contested(holder: Party, asker: Party, *, film: bool = False) -> Authority:
    one = held_by(holder)
    assert ask(one, asker, film=film) == [f"{asker.name} asks"]
    return one


def promised(holder: Party, asker: Party, *, film: bool = False) -> Authority:
    one = contested(holder, asker, film=film)
    assert answer(one, holder, asker, after_item=True) == [f"{asker.name} asks"]
    return one


def handing_over(holder: Party, asker: Party) -> Authority:
    """Since NOW + 1; the holder has allowed it."""
    one = contested(holder, asker, film=True)
    assert answer(one, holder, asker) == [f"show {asker.name}'s film"]
    return one


def tick(one: Authority, now: float, *, playing: bool, on_screen: bool = True) -> list[str]:
    return said(one.tick(now, on_screen=on_screen, playing=playing))
