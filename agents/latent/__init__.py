"""Players that speak in meanings: clusters of utterances, a policy that chooses among them, and words for what it chose."""

from .embedding import Embedder, TfIdf
from .intents import Intents
from .player import LatentPlayer
from .space import LatentSpace, anonymous
from .speaker import Candidate, Speaker

__all__ = ["Candidate", "Embedder", "Intents", "LatentPlayer", "LatentSpace", "Speaker", "TfIdf", "anonymous"]
