"""Who may do what: every method, for an owner, a member and a guest.

There are three roles. An *owner* lets people in and out and takes the TV without asking; the daemon's own user, at the
terminal of the box, is one, too. A *member* lives here. A *guest* watches, asks for the TV like everybody, and adds to
its queue within a budget. What one may not do one may suggest, with `suggest`: who holds the TV, or an owner, accepts
that with one tap.

`yes` and `no` say it all; where it depends, the table says on what:

| word | it may, |
|---|---|
| `holding` | while this client holds the TV; with `lease`, the present one |
| `asking` | and when somebody holds the TV, they are asked first |
| `tv` | with its own queue always, with the TV's while it holds the TV |
| `budget` | with its own queue always; with the TV's while it holds the TV, else 5 films at once and one more each minute |
| `own` | with what is its own: its device, its suggestion, its request |

A test holds the table and the commands equal, and the contract (`rpc.discover`) shows it as `x-permissions`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from protocol.values import Role, SuggestionKind, Topic

Word = Literal["yes", "no", "holding", "asking", "tv", "budget", "own"]


class Permission(NamedTuple):
    """What each role may do with a method."""

    owner: Word
    member: Word
    guest: Word

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that may give the command at all."""
        by_role: dict[Role, Word] = {"owner": self.owner, "member": self.member, "guest": self.guest}
        return frozenset(role for role, word in by_role.items() if word != "no")


TABLE = """
method                   owner    member   guest
register                 yes      yes      yes
goodbye                  yes      yes      yes
ping                     yes      yes      yes
subscribe                yes      yes      yes
unsubscribe              yes      yes      yes
update_capabilities      yes      yes      yes
rpc.discover             yes      yes      yes

create_pairing_code      yes      no       no
list_devices             yes      no       no
revoke_device            yes      no       no
set_device_role          yes      no       no
rename_device            yes      own      own

browse                   yes      yes      yes
get_item                 yes      yes      yes
list_left                yes      yes      yes
set_watched              yes      yes      yes

request_hls_stream       yes      yes      yes
stop_hls_stream          yes      yes      yes
get_hls_url              yes      yes      yes
hls_seek                 yes      yes      yes
hls_pause                yes      yes      yes
hls_resume               yes      yes      yes
hls_set_rate             yes      yes      yes
hls_set_quality          yes      yes      yes
hls_set_tracks           yes      yes      yes
hls_status               yes      yes      yes
hls_report               yes      yes      yes

queue_get                yes      yes      yes
queue_add                yes      yes      budget
queue_remove             tv       tv       tv
queue_move               tv       tv       tv
queue_clear              tv       tv       tv
queue_jump               tv       tv       tv
queue_next               tv       tv       tv
queue_previous           tv       tv       tv
queue_set_mode           tv       tv       tv
queue_undo               tv       tv       tv
queue_copy               tv       tv       tv
queue_share              yes      yes      yes

request_takeover         yes      asking   asking
respond_takeover         holding  holding  holding
cancel_takeover          own      own      own
release_authority        holding  holding  holding
get_authority            yes      yes      yes
suggest                  yes      yes      yes
answer_suggestion        yes      holding  holding
withdraw_suggestion      own      own      own
get_suggestions          yes      own      own

server_status            yes      yes      yes
server_play              holding  holding  holding
server_interrupt         holding  holding  holding
server_pause             holding  holding  holding
server_resume            holding  holding  holding
server_stop              holding  holding  holding
server_seek              holding  holding  holding
server_next              holding  holding  holding
server_previous          holding  holding  holding
server_set_volume        holding  holding  holding
server_set_mute          holding  holding  holding
server_set_rate          holding  holding  holding
server_set_tracks        holding  holding  holding
server_set_fullscreen    holding  holding  holding
send_to_screen           holding  holding  holding
continue_here            yes      yes      yes

get_all_clients_status   yes      yes      no
get_server_status        yes      yes      yes
get_encoder_log          yes      no       no
"""

"""One line per method."""


def _read(table: str) -> dict[str, Permission]:
    rows = (line.split() for line in table.strip().splitlines()[1:] if line)
    return {method: Permission(*(_word(word) for word in words)) for method, *words in rows}


def _word(text: str) -> Word:
    return next(word for word in get_args(Word) if word == text)


PERMISSIONS: dict[str, Permission] = _read(TABLE)
"""The same by method."""

TOPICS: dict[Topic, Permission] = {
    "stream": Permission("yes", "yes", "yes"),
    "queue": Permission("yes", "yes", "yes"),
    "authority": Permission("yes", "yes", "yes"),
    "screen": Permission("yes", "yes", "yes"),
    "server": Permission("yes", "yes", "yes"),
    "clients": Permission("yes", "yes", "no"),
}
"""Who may hear what with `subscribe`: who is here is the house's business."""

SUGGESTED: dict[str, tuple[SuggestionKind, ...]] = {
    "server_play": ("play", "resume"),
    "server_pause": ("pause",),
    "server_resume": ("resume",),
    "server_stop": ("stop",),
    "server_next": ("skip",),
    "server_previous": ("previous",),
    "server_set_volume": ("louder", "softer"),
    "server_set_mute": ("softer",),
    "queue_add": ("add",),
    "queue_jump": ("play",),
    "queue_next": ("skip",),
    "queue_previous": ("previous",),
}
"""What may be suggested instead, by method."""
