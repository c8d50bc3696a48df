"""Groups of words that the patterns share, each under a short name.

``T`` is a target, ``R`` a role, ``A`` an article with what may follow it, ``TAIL`` what follows the target up to the next seat. ``CALM`` and ``DENIED`` open a
clause without or with a denial, up to the first seat.
"""

from __future__ import annotations

import re

__all__ = ["compiled"]

_SHORT = {
    "T": r"@(?P<t>\d{1,2}(?:\+\d{1,2})*)(?:'s)?(?![\w+])",
    "TAIL": r"(?P<tail>(?:[^@]|@(?P=t)(?![\d+]))*)",
    "R": r"\$(?P<r>[a-z]+)",
    "A": (
        r"(?:(?:an?|the|one|our|your|any|this|that|my|another|potential|possible|strong|prime|biggest|most|more|bit|plain|simple"
        r"|average|honest|innocent|poor|boring|ordinary|normal|regular|mere|humble|loyal|fellow|real|true|sole|and|of|village|good"
        r"|confirmed) ){0,5}"
    ),
    "IS": (
        r"(?:is|was|must be|has to be|could be|might be|may be|can be|would be|seems(?: to be)?|seem(?: to be)?|looks|look|feels|feel"
        r"|sounds|appears(?: to be)?|appear(?: to be)?|strikes me as|comes (?:across|off) as|reads|reads as|may well be|might well be"
        r"|has been|stands out as|acts)(?: like| as)?"
    ),
    "FEW": r"(?:[a-z]+ ){0,3}?",
    "EXEC": (
        r"(?:vote(?: out| off| for| against| to [a-z]+(?: rid of)?)?|voting(?: out| off| for| against| to [a-z]+)?|eliminat(?:e|ing)"
        r"|lynch(?:ing)?|exil(?:e|ing)|yeet(?:ing)?|oust|boot|kick(?: out)?|go(?:ing)? with|execut(?:e|ing)"
        r"|hang(?:ing)?|banish(?:ing)?|get(?:ting)? rid of|remov(?:e|ing)|wagon|take out)"
    ),
    "DONE": r"(?:eliminated|voted(?: out| off)?|lynched|exiled|executed|removed|banished|hanged)",
    "NOBODY": r"(?:anybody|anyone|nobody|no one|no-one|somebody|someone)",
    "LOOKED": r"(?:checked|inspected|investigated|peeked(?: at)?|looked (?:at|into)|examined|scanned|scried|divined|tested|verified|did check)",
    "LOOK": r"(?:checks?|results?|vision|investigation|inspection|reading|scan|peek)",
    "KEPT": (
        r"(?:protected|protecting|protect|guarded|guarding|guard|saved|saving|healed|healing|shielded|shield|watched over|watching over|stayed with"
        r"|put my (?:shield|protection) on)"
    ),
    "FALSE": r"(?:false|a lie|lies?|fake|nonsense|not true|not credible|not real|made up|bogus|wrong|not hold)",
    "POINT": (
        r"(?:points?|arguments?|reasoning|logic|suggestion|accusations?|theory|idea|case|analysis|plan|proposal|assessment|view"
        r"|opinion|concerns?|input|thinking|read|logic|claims about)"
    ),
    "GOOD": (
        r"(?:innocent|clean|good|town|honest|trustworthy|genuine|nothing but|reasonable|an ally|ally|friendly|solid|logical"
        r"|cooperative|transparent|confirmed|sincere|helpful|fine|safe|human|cleared|credible|reliable|telling the truth|being honest"
        r"|consistent)"
    ),
    "EVIL": (
        r"(?:\$werewolf|wolves|guilty|evil|suspicious|sus|shady|fishy|sketchy|concerning|worrying|troubling|alarming|untrustworthy"
        r"|dishonest|sneaky|deceptive|defensive|evasive|nervous|rehearsed|forced|a red flag|an impostor|impostor|imposter|traitor"
        r"|killer|culprit|hiding something|wolfish|weird|strange|off|dangerous|a liar|liar|scummy|bad|worse|\$minion|\$possessed"
        r"|the enemy)"
    ),
    "ODD": r"(?:strangely|strange|weirdly|weird|suspiciously|suspicious|oddly|odd|shady|nervous|defensive|sus)",
    "SPEAK": (
        r"(?:explain|elaborate|weigh in|chime in|address|let us know|speak|tell|share|say|answer|clarify|talk|respond|defend @|justify"
        r"|comment|give|stop hiding|come clean|reply)"
    ),
    "REST": r"[^@\x00]*",
    "CALM": r"(?![^\x00]*\b(?:not|no|never|nobody|nothing|doubt|without|hardly|why|i voted|i was|you)\b)[^@\x00]*",
    "DENIED": r"(?=[^\x00]*\b(?:not|no|never|doubt|hardly)\b)(?![^\x00]*\b(?:sure|know|certain|who|evidence|proof)\b)",
    "BAD": (
        r"(?:\$werewolf|wolfish|suspicio\w*|sus|suspects?|guilty|guilt|evil|lying|lie|liar|shady|odd|weird|weirdly|strange|strangely"
        r"|nervous|defensive|hiding|holes|deflect\w*|manipulat\w*"
        r"|mislead\w*|inconsisten\w*|contradict\w*|aggressive|evasive|scummy|worse|worst|fishy|tone|distract\w*|dodg\w*|bothers"
        r"|worries|concern\w*|red flags?|silent|quiet"
        r"|imposter|impostor|traitor|uneasy|eager|convenient|too quick|overly|done nothing|against us)"
    ),
    "FINE": (
        r"(?:trust\w*|innocent|honest|spare|helpful|helping|solid|clean|credible|sincere|genuine|defend|loyal|reliable|consistent"
        r"|\$villager|on our team|our side|one of us|ally"
        r"|logical|thoughtful|good reasons|convincing|believable)"
    ),
    "MOB": r"(?:bandwagons?|bandwagoning|wagons?|crowd|majority|mob)",
}


def compiled(text: str) -> re.Pattern[str]:
    """Compile a pattern in which names in angle brackets stand for groups of words."""
    for name, part in _SHORT.items():
        text = text.replace(f"<{name}>", part)
    return re.compile(text)
