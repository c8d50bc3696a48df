"""The built-in kinds of player, one line each; nothing is imported until a player of the kind is built."""

from . import learners, repeated
from .player import player_kind

player_kind("random", "ludens.agents.simple:RandomPlayer", summary="draws a legal move uniformly")
player_kind("language", "ludens.agents.language:LanguagePlayer", summary="a chat model that plays through words", needs_model=True, sync=False)
player_kind("scripted", "ludens.agents.bots:ScriptedPlayer", summary="a speaking bot that knows the game, in one of six styles", fits="ludens.agents.bots:fits")
player_kind(
    "instructed",
    "ludens.agents.bots:InstructedPlayer",
    summary="a scripted bot that does what an instruction in words says",
    fits="ludens.agents.bots:fits",
)
player_kind(
    "demonstrator",
    "ludens.agents.language.demonstrator:DemonstratorPlayer",
    summary="another player's moves, recorded as a language player's prompts and replies",
    fits="ludens.agents.language.demonstrator:fits",
)
player_kind("team", "ludens.agents.teams:TeamPlayer", summary="one planner for a team: a player for each seat (joint)", fits="ludens.agents.teams:fits")
player_kind(
    "refined",
    "ludens.agents.refining.player:RefinedPlayer",
    summary="another player's proposals, scored by a critic and sent back in words until they are good enough (ReAd)",
    fits="ludens.agents.refining.player:fits",
    pin="ludens.agents.refining.player:pin",
    wraps="of",
)
player_kind(
    "strategist",
    "ludens.agents.strategist:StrategistPlayer",
    summary="another player, which hears a short strategy of a second model (or script) before each move",
    fits="ludens.agents.strategist:fits",
    sync=False,
    models=("actor.model", "strategist.model"),
)
player_kind(
    "follower",
    "ludens.agents.strategist.follower:FollowerPlayer",
    summary="a scripted bot that takes on the style that its adviser names",
    fits="ludens.agents.bots:fits",
)
player_kind("person", "ludens.agents.person:PersonPlayer", summary="a person in the terminal", sync=False)
player_kind(
    "neural",
    "ludens.agents.neural.player:NeuralPlayer",
    summary="a neural policy from a folder with policy.json and policy.safetensors",
    fits="ludens.agents.neural.player:fits",
    pin="ludens.agents.neural.player:pin",
)
player_kind("mixed", "ludens.agents.simple:MixedPlayer", summary="draws a move by fixed probabilities", fits="ludens.agents.simple:mixed_fits")
player_kind(
    "mixture",
    "ludens.agents.mixture:MixturePlayer",
    summary="one of several players, drawn for each episode: an average policy",
    fits="ludens.agents.mixture:fits",
    pin="ludens.agents.mixture:pin",
    parts="ludens.agents.mixture:parts",
)
player_kind(
    "planted",
    "ludens.agents.planted:PlantedPlayer",
    summary="does one thing or another, with a known chance that depends on what it reads",
    fits="ludens.agents.planted:fits",
)
player_kind(
    "valuing",
    "ludens.agents.valuing:ValuingPlayer",
    summary="has utilities of its own, and wavers (forced choice)",
    fits="ludens.agents.valuing:fits",
)
player_kind(
    "patterned",
    "ludens.agents.patterned:PatternedPlayer",
    summary="repeats, copies, counters or samples actions (matrix games for two)",
    fits="ludens.agents.patterned:fits",
)
player_kind(
    "reasoning",
    "ludens.agents.reasoning:ReasoningPlayer",
    summary="has so many orders of rationality (matrix games)",
    fits="ludens.agents.reasoning:reasoning_fits",
)
player_kind(
    "anticipating",
    "ludens.agents.reasoning:AnticipatingPlayer",
    summary="learns what follows what, and answers best (matrix games for two)",
    fits="ludens.agents.reasoning:anticipating_fits",
)
player_kind(
    "latent",
    "ludens.agents.latent.player:LatentPlayer",
    summary="a policy over meanings from the trainer lspo, for which a language model speaks",
    fits="ludens.agents.latent.player:fits",
    pin="ludens.agents.latent.player:pin",
    needs_model=True,
    sync=False,
)
player_kind(
    "latent_bank",
    "ludens.agents.latent.player:BankPlayer",
    summary="a policy over meanings from the trainer lspo, which says what was said before",
    fits="ludens.agents.latent.player:fits",
    pin="ludens.agents.latent.player:pin",
)
player_kind(
    "chooser",
    "ludens.agents.choosing.player:ModelChooser",
    summary="a policy from the trainer sla, which chooses among things that a language model might say",
    fits="ludens.agents.choosing.player:fits",
    pin="ludens.agents.choosing.player:pin",
    needs_model=True,
    sync=False,
)
player_kind(
    "chooser_bank",
    "ludens.agents.choosing.player:BankChooser",
    summary="a policy from the trainer sla, which chooses among things that were said before",
    fits="ludens.agents.choosing.player:fits",
    pin="ludens.agents.choosing.player:pin",
)
player_kind("replay", "ludens.agents.replay:ReplayPlayer", summary="plays recorded moves again")
player_kind(
    "conceder",
    "ludens.agents.bots.negotiation:ConcederPlayer",
    summary="lowers its demand over time (item division)",
    fits="ludens.agents.bots.negotiation:conceder_fits",
)
player_kind(
    "persuader",
    "ludens.agents.bots.persuasion:PersuaderPlayer",
    summary="weighs what it is told in a manner called by its name: honest, bayesian, stubborn, credulous, misleader, are_you_sure (persuasion)",
    fits="ludens.agents.bots.persuasion:persuader_fits",
)
player_kind(
    "villager",
    "ludens.agents.bots.werewolf:VillagerPlayer",
    summary="plays every role of Werewolf, each in a manner of its own",
    fits="ludens.agents.bots.werewolf:villager_fits",
)
player_kind(
    "cook", "ludens.agents.bots.overcooked.player:CookPlayer", summary="a cook with a role (Overcooked)", fits="ludens.agents.bots.overcooked.player:cook_fits"
)
player_kind(
    "planning_cook",
    "ludens.agents.bots.overcooked.player:PlanningCookPlayer",
    summary="cooks by a plan for two, close to the best (Overcooked)",
    fits="ludens.agents.bots.overcooked.player:planning_cook_fits",
)
player_kind(
    "noisy_planner",
    "ludens.agents.bots.robots.noisy:NoisyPlannerPlayer",
    summary="plans for all robots, and errs at a known rate (joint of robots)",
    fits="ludens.agents.bots.robots.noisy:fits",
)
player_kind(
    "economist",
    "ludens.agents.bots.economist.player:EconomistPlayer",
    summary="taxes and works by rules of one's choice (economist)",
    fits="ludens.agents.bots.economist.player:fits",
)
player_kind("axelrod", "ludens.agents.axelrod_adapter:AxelrodPlayer", summary="any strategy of the Axelrod library", fits="ludens.agents.axelrod_adapter:fits")
for _name, _entry in repeated.STRATEGIES.items():
    player_kind(_name, _entry.entry_point, summary=_entry.summary, fits=repeated.FITS, **_entry.presets)
for _name, _learner in learners.LEARNERS.items():
    _seat = f"{learners.__name__}.player"
    player_kind(_name, f"{_seat}:{_name}", summary=_learner.summary, fits=f"{_seat}:fits_{_name}", pin=_learner.pin, **_learner.presets)
