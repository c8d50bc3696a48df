"""Roles as plug-ins: the side and the species of each, what it knows, what it may do at night, and what its death sets off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Literal

from ...errors import ParameterError, nearest
from ..core import seat_name
from ..words import listed

if TYPE_CHECKING:
    from .game import Werewolf
    from .state import WerewolfState

__all__ = ["NOBODY", "ROLES", "Role", "add_role", "role"]

NOBODY = "nobody"
"""The choice of those who may leave a power unused."""


class Role:
    """What a seat is. Subclasses set the facts and override the hooks they need; one shared instance serves every game.

    Attributes:
        name: as prompts and records have it.
        plural: of the name.
        side: with whom it wins.
        species: what a Seer or Medium finds: whether it is a werewolf.
        special: whether it counts among the special roles where the werewolves win by killing all of these.
        knows_wolves: whether it is told who the werewolves are.
        wakes: when it is asked at night: with the first, after the werewolves have decided, or not.
    """

    name: ClassVar[str]
    side: ClassVar[Literal["village", "werewolves"]] = "village"
    species: ClassVar[Literal["human", "werewolf"]] = "human"
    special: ClassVar[bool] = True
    knows_wolves: ClassVar[bool] = False
    wakes: ClassVar[Literal["first", "after", "never"]] = "never"

    @property
    def plural(self) -> str:
        return f"{self.name}s"

    def sentence(self, game: Werewolf) -> str:
        """Say in the rules what this role can do; empty where there is nothing to say."""
        return ""

    def targets(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        """Give what this seat may choose at night now; empty when it is not asked."""
        return ()

    def ask(self, state: WerewolfState, seat: int) -> str:
        """Ask it."""
        return ""

    def act(self, state: WerewolfState, seat: int, choice: str) -> None:
        """Note its choice, and tell it what it learns."""

    def shoots(self, cause: str) -> bool:
        """Tell whether a death of this cause lets it take somebody along."""
        return False


class Villager(Role):
    name = "villager"
    special = False


class WerewolfRole(Role):
    name = "werewolf"
    side = "werewolves"
    species = "werewolf"
    special = False
    knows_wolves = True

    @property
    def plural(self) -> str:
        return "werewolves"


class Possessed(Role):
    name = "possessed"
    side = "werewolves"

    @property
    def plural(self) -> str:
        return self.name

    def sentence(self, game: Werewolf) -> str:
        return "The possessed is human and counts as one, does not know the werewolves, and wins with them."


class Minion(Role):
    name = "minion"
    side = "werewolves"
    knows_wolves = True

    def sentence(self, game: Werewolf) -> str:
        return "The minion is human and counts as one, knows the werewolves, who do not know the minion, and wins with them."


class Scapegoat(Role):
    name = "scapegoat"

    def sentence(self, game: Werewolf) -> str:
        return "The scapegoat has no power." if game.tie != "scapegoat" else ""


class Seer(Role):
    name = "seer"
    wakes = "first"

    def sentence(self, game: Werewolf) -> str:
        learns = "whether that player is a werewolf" if game.seer_sees == "species" else "that player's role"
        dead = "" if not game.seer_checks_dead else ", living or dead"
        again = "" if game.seer_rechecks else ", nobody twice"
        return f"Each night the seer checks another player{dead}{again}, and learns {learns}."

    def targets(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        game = state.game
        return tuple(
            seat_name(other)
            for other in range(game.seats)
            if other != seat and (state.alive[other] or game.seer_checks_dead) and (game.seer_rechecks or other not in state.checked[seat])
        )

    def ask(self, state: WerewolfState, seat: int) -> str:
        return "Seer, whom do you check?"

    def act(self, state: WerewolfState, seat: int, choice: str) -> None:
        other = state.seat_of(choice)
        state.checked[seat].append(other)
        found = state.found(other, state.game.seer_sees)
        state.emit("check", f"{choice} is {found[1]}.", data={"seer": seat, "target": other, "found": found[0], "night": state.round}, to=(seat,))


class Medium(Role):
    name = "medium"

    def sentence(self, game: Werewolf) -> str:
        return "After every elimination by vote the medium learns whether that player was a werewolf."


class Doctor(Role):
    name = "doctor"
    wakes = "first"

    def may_self(self, game: Werewolf) -> bool:
        """Tell whether it may protect itself."""
        return game.doctor_self

    def sentence(self, game: Werewolf) -> str:
        whom = "a player, who may be itself" if self.may_self(game) else "another player"
        again = "" if game.doctor_repeats else ", not the same one two nights running"
        told = f" The {self.name} is told when that saved somebody." if game.doctor_told else ""
        return f"Each night the {self.name} protects {whom}{again}: the werewolves cannot kill that player this night.{told}"

    def targets(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        game, last = state.game, state.protected[seat]
        return tuple(
            seat_name(other) for other in state.living if (other != seat or self.may_self(game)) and (game.doctor_repeats or last != (other, state.round - 1))
        )

    def ask(self, state: WerewolfState, seat: int) -> str:
        return f"{self.name.capitalize()}, whom do you protect?"

    def act(self, state: WerewolfState, seat: int, choice: str) -> None:
        target = state.seat_of(choice)
        state.protected[seat] = (target, state.round)
        data = {"target": target, "night": state.round}
        state.emit("protect", f"{seat_name(seat)} protects {choice} tonight.", seat=seat, data=data, to=(seat,))


class Bodyguard(Doctor):
    name = "bodyguard"

    def may_self(self, game: Werewolf) -> bool:
        return False


class Witch(Role):
    name = "witch"
    wakes = "after"
    SAVE = "save"

    @property
    def plural(self) -> str:
        return "witches"

    def sentence(self, game: Werewolf) -> str:
        whom = {
            "always": "who may be the witch",
            "first_night": "who may be the witch in the first night only",
            "never": "who may not be the witch",
        }[game.witch_saves_self]
        both = "" if game.witch_both else " It never uses both in one night."
        return (
            "The witch has one antidote and one poison. At night, while it has the antidote, it is told whom the werewolves attack and may save that player, "
            f"{whom}; or it may poison another player.{both}"
        )

    def targets(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        antidote, poison = state.potions[seat]
        poisoned = tuple(f"poison {seat_name(other)}" for other in state.living if other != seat) if poison else ()
        saves = antidote and self._may_save(state, seat)
        both = tuple(f"{self.SAVE} and {choice}" for choice in poisoned) if saves and state.game.witch_both else ()
        return (NOBODY, *((self.SAVE,) if saves else ()), *poisoned, *both) if antidote or poison else ()

    def _may_save(self, state: WerewolfState, seat: int) -> bool:
        victim, rule = state.victim, state.game.witch_saves_self
        return victim is not None and (victim != seat or rule == "always" or (rule == "first_night" and state.round == 1))

    def ask(self, state: WerewolfState, seat: int) -> str:
        left = listed(name for name, there in zip(("the antidote", "the poison"), state.potions[seat], strict=True) if there)
        return f"Witch, you have {left}. What do you do?"

    def act(self, state: WerewolfState, seat: int, choice: str) -> None:
        antidote, poison = state.potions[seat]
        save, poisoned = choice.startswith(self.SAVE), state.seat_of(choice.rsplit(maxsplit=1)[-1]) if "poison " in choice else None
        state.saved = state.saved or save
        if poisoned is not None:
            state.poisoned.append(poisoned)
        state.potions[seat] = (antidote and not save, poison and poisoned is None)
        data = {"save": save, "poison": poisoned, "night": state.round}
        state.emit("potion", f"{seat_name(seat)}, the witch, uses: {choice}.", seat=seat, data=data, to=(seat,))


class Hunter(Role):
    name = "hunter"

    def sentence(self, game: Werewolf) -> str:
        return "When the hunter is killed by the werewolves or eliminated by vote, it may shoot a living player, which shows that it is the hunter."

    def shoots(self, cause: str) -> bool:
        return cause in ("kill", "exile")


ROLES: dict[str, Role] = {}
"""All roles by name."""


def add_role(new: Role) -> None:
    """Make a role known by its name; games name it in ``cast`` from then on."""
    ROLES[new.name] = new


for _made in (Villager, WerewolfRole, Seer, Doctor, Bodyguard, Witch, Hunter, Medium, Possessed, Minion, Scapegoat):
    add_role(_made())


def role(name: str) -> Role:
    """Find a role.

    Raises:
        ParameterError: there is none of that name.
    """
    if name not in ROLES:
        raise ParameterError(f"werewolf: {name!r} is no role{nearest(name, ROLES)}")
    return ROLES[name]


def composition(cast: Iterable[str]) -> str:
    """Write a cast in words: ``"2 werewolves, 1 seer and 3 villagers"``."""
    counts: dict[str, int] = {}
    for name in cast:
        counts[name] = counts.get(name, 0) + 1
    order = sorted(counts, key=lambda name: (name != "werewolf", name == "villager"))
    return listed(f"{counts[name]} {role(name).plural if counts[name] > 1 else name}" for name in order)
