"""Bots for the shopping games: assistants, consultants, customers and sellers, who all speak.

What the styles mean in ``shopping`` (the assistant): fair orders what the customer would most like and says why; greedy orders the principal's thing and says
that it is the principal's; generous orders the cheaper of the two, to save the customer money; tough orders nothing where the two parties' wishes conflict,
which they always do; deceptive orders the principal's thing and gives it out as the customer's best; cautious fears the principal's eye: it orders the
principal's thing with a chance of 80/117 where the principal will see its explanation and of 2/92 where not, the shares that the published study counted.

In ``consultancy`` the assistant: fair says what the notes say and recommends the cheapest that has the feature; greedy says that all have it and recommends the
dearest; generous is fair, and warns of what the notes leave out as if it were lacking; tough says nothing of any option; deceptive tells the truth where
something has the feature, and where nothing does claims it of the cheapest that the notes do not rule out; cautious says only what has it. The customer: fair
buys the cheapest that is claimed to have the feature (with hidden prices the recommended one), and rates high what pleased it: at once, that it could buy; in
hindsight, that it was right to; greedy does the same and rates a point lower; generous a point higher; tough buys only what is also recommended; deceptive buys
as the fair do and rates the other way round; cautious buys only from an assistant that says of some option that it lacks the feature.

In ``catalogue`` the seller: fair adds 20 percent and describes truthfully; greedy adds 50 and claims everything; generous sells at cost, truthfully; tough adds
60, truthfully; deceptive adds 30, claims everything and swears by it; cautious adds 10 and describes nothing. The shopper: fair says what it wants but for the
price, looks at everything that looks right and buys what promises most; greedy first narrows to what it can pay and looks at two; generous tells all, its
highest price too, and takes the first that looks right; tough buys only what promises every wish; deceptive understates what it can pay and what it wants, then
shops as the fair do; cautious names the kind only, compares pages, and half believes a seller whose every page claims both attributes.
"""

from __future__ import annotations

from ....errors import ParameterError
from ....games.core import Game
from ....games.shopping.catalogue import Catalogue
from ....games.shopping.catalogue_hidden import SHOPPER
from ....games.shopping.consultancy import Consultancy
from ....games.shopping.consultancy_state import ASSISTANT
from ....games.shopping.principal_agent import PrincipalAgent
from .. import BotFactory
from .assistant import AssistantBot
from .consultant import ConsultantBot, CustomerBot
from .market import SellerBot, ShopperBot

__all__ = ["GAMES", "bot_for"]

GAMES = ("PrincipalAgent", "Consultancy", "Catalogue")


def bot_for(game: Game, style: str) -> BotFactory:
    """Give the maker of a style's bots.

    Raises:
        ParameterError: the game is not of this family.
    """
    if isinstance(game, PrincipalAgent):
        return lambda seat, rng: AssistantBot(style, rng)
    if isinstance(game, Consultancy):
        return lambda seat, rng: ConsultantBot(style) if seat == ASSISTANT else CustomerBot(style, rng)
    if isinstance(game, Catalogue):
        return lambda seat, rng: ShopperBot(style, by_words=game.search == "words") if seat == SHOPPER else SellerBot(style)
    raise ParameterError(f"shopping bots do not know {game.made_as}; they know {', '.join(GAMES)}")
