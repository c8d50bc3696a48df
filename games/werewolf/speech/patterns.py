"""The table of patterns that reads acts of speech from clauses in canonical form, most telling first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .acts import NOT_WEREWOLF, Kind, Reason
from .vocabulary import compiled

__all__ = ["QUESTIONS", "REASONS", "RESULT", "ROWS", "Row"]


@dataclass(frozen=True)
class Row:
    """A pattern and the act that it reads.

    Attributes:
        kind: of the act; ``None`` where the words are not the speaker's own view, so that nothing is to be read from them.
        pattern: its groups are ``t`` for the target, ``r`` for a role and ``tail`` for words that hold a result.
        result: of a check, where the words fix it.
        keep: the words may be read once more by later rows.
        asks: it may stand in a question; rows without it are not tried there.
        states: it says no more than what the target is, so after a check it is no act of its own.
    """

    kind: Kind | None
    pattern: re.Pattern[str]
    result: str | None = None
    keep: bool = False
    asks: bool = False
    states: bool = False


def _rows(kind: Kind | None, *texts: str, result: str | None = None, keep: bool = False, asks: bool = False, states: bool = False) -> tuple[Row, ...]:
    return tuple(Row(kind, compiled(text), result, keep, asks, states) for text in texts)


_WORDS_OF_OTHERS = (
    *_rows(Kind.DISAGREE, r"\b(?:what|how) <T> (?:says?|said|is saying|argues)(?: [a-z]+){0,2}? (?:makes? )?(?:no sense|not make|wrong|nonsense)"),
    *_rows(
        Kind.DEFEND,
        r"\beverything <T> (?:says?|said) makes sense",
        r"\bnever <T> changed",
        r"<T> never changed",
        r"\b(?:no|nothing) (?:contradiction|inconsistent) (?:in|about)(?: what)? <T>",
    ),
    *_rows(
        Kind.AGREE,
        r"\bwhat <T> (?:says?|said|is saying) (?:[a-z]+ )?(?:makes|sounds|right|true|good)",
        r"\b(?:second|support|agree with|like) (?:what|how) <T>",
    ),
    *_rows(Kind.AGREE, r"^(?:like|as) <T> (?:said|says|pointed|mentioned|noted)"),
    *_rows(
        Kind.ACCUSE,
        r"\bwhat <T> (?:said|says) [^.]{0,60}(?:not match|not fit|contradict)",
        r"<T>,? (?:who )?(?:says?|said|has said) (?:almost |next to )?nothing",
        r"<T>,? (?:who )?(?:has )?(?:barely|hardly|scarcely|not|never) (?:said|spoken|contributed|talked|say|participated|shared)(?! (?:that|@))",
        r"<T> (?:has )?(?:voted|votes?) (?:the way|like) an? \$werewolf",
        r"<T> (?:has )?voted with the wolves",
        r"\b(?:strange|odd|suspicious|weird|funny|curious|interesting) (?:that|how|of) <T>",
        r"\bhow <T> voted that is <A>\$werewolf",
        r"\bhow <T> voted, that is <A>\$werewolf",
    ),
    *_rows(
        Kind.DEFEND,
        r"\$werewolf would not have voted like <T>",
        r"\$werewolf in the place of <T> would",
        r"<T> voted well",
        r"<T> has told the same story",
        r"\bvictim [^@]{0,30}trusted <T>",
    ),
)
_WHO = _rows(Kind.ACCUSE, (r"<T>,? who (?:has been|is|was|keeps) (?:[a-z]+ )?(?:deflecting|silent|quiet|lurking|lying|avoiding|pushing|hiding)"), keep=True)
_ASKED_KINDLY = _rows(Kind.ASK, r"\b(?:appreciate|like|love|helpful|good|great|nice)(?: it)? if <T> (?:could|would|can)", asks=True)
_NOT_MEANT = (
    *_rows(
        None,
        r"\b(?:if|whether|unless|suppose|supposing|imagine|assume|assuming|hypothetically|in case)\b[^,@$]*[@$].*",
        r"\bi voted (?:for|against|to)\b.*",
        r"\bi (?:never|did not) (?:say|said|claim|claimed)\b.*",
        r"(?<!what )(?<!how )<T>,? (?:who )?(?:has |had |and i )?(?:says?|said|claims|claimed|claiming|thinks?|thought|believes?"
        r"|insists?|told|suggests?|suggested|wants?|accused|accuses"
        r"|suspects?|mentioned|stated|states|argue[sd]|asked|voted(?! to save)|pushed|trusted|checked|protected|defended) (?!nothing).*",
        asks=True,
    ),
)
_SELF = (
    *_rows(
        Kind.DENY,
        r"\bi (?:am|was|have) (?:[a-z]+ )?(?:not|no|never(?: been)?|neither) <A><R>(?! vote)",
        r"\bnor <A><R>",
        r"\bmy (?:role|card) (?:[a-z]+ )?(?:is|was) not <A><R>",
        r"\bnot true that i am <A><R>",
        r"\b(?:takes|mistakes|took) me for <A><R>",
        r"\b(?:no way|not) (?:that )?i (?:am|could be) <A><R>",
        r"\bi (?:can|could) not be <A><R>",
    ),
    *_rows(
        Kind.DENY,
        r"\bi (?:am|play|stand|fight) (?:on |one of the |playing |being )?(?:innocent|clean|town|not guilty)\b",
        r"\bi have nothing to do with the wolves",
    ),
    *_rows(
        Kind.CLAIM,
        r"\bi (?:am|was|will be) (?:the one )?<A><R>(?! (?:vote|claim|kill))",
        r"\bmy (?:role|card|character)(?: [a-z]+)?(?: is| says| reads| was|:|,) <A><R>",
        r"\b(?:role|card) (?:that )?i (?:was given|got|drew|received|have|hold) is <A><R>",
        r"\bi (?:claim|got|drew|rolled|received|have)(?: to be| the role of| being)? <A><R>(?! (?:claim|killed))",
        r"(?:^|[,:] )(?:and |so |but )?(?:speaking )?as <A>(?!\$werewolf)<R>(?= i\b|,|$)",
        r"\bi (?:used|saved|protected|healed|guarded|checked|inspected|speak|say)\b.*\bas <A>(?!\$werewolf)<R>$",
        r"^(?:[a-z]+,? ){0,2}<A><R> here\b",
        r"^<R> claim$",
        r"<A><R> is me\b|\bone <A>\$(?P<q>[a-z]+),? (?:and )?that is me\b",
        keep=True,
    ),
    *_rows(Kind.REVEAL, r"\bi (?:am|belong|am with|belong to) (?:one of |with |to )?(?:the )?wolves\b", r"\bmy (?:fellow wolves|wolf partner)"),
)
_NIGHT = (
    *_rows(Kind.CHECK, r"\bi (?:[a-z]+ )?(?:confirm|verify|verified|confirmed) <T> innocence\b", result=NOT_WEREWOLF),
    *_rows(
        Kind.IDENTIFIED,
        r"\b(?:spirits?|ghosts?|the dead|seance|from beyond|souls?|medium|sensed)\b[^@]{0,60}<T><TAIL>",
        r"\blearned that <T> (?:was|had)\b<TAIL>",
    ),
    *_rows(Kind.CHECK, r"\b(?:i|have) cleared <T>", result=NOT_WEREWOLF),
    *_rows(
        Kind.CHECK,
        r"\bi (?:[a-z]+ )?<LOOKED> <T><TAIL>",
        r"^(?:and |then )?<LOOKED> <T><TAIL>",
        r"\b(?:my|seer|night|\$seer)(?: night)? <LOOK>(?: results?)?(?: on| of| for| about| was| were| is|,|:)*(?: about)? ?<T><TAIL>",
        r"\baccording to my <LOOK>[^@]{0,20}<T><TAIL>",
        r"<T> (?:came back|came up|showed up|shows up|checked out|turned up)\b<TAIL>",
        r"\b(?:i|have) used my (?:power|ability|vision|gift|check) on <T><TAIL>",
        r"\bi (?:have )?(?:saw|seen|found out|found|discovered|confirmed|verified) (?:that )?<T> (?:is|was|to be)\b<TAIL>",
        r"\b(?:i|have|my) (?:[a-z]+ ){0,4}?to (?:check|investigate|inspect|examine|look into|look at|peek(?: at)?|scan) <T><TAIL>",
    ),
    *_rows(
        Kind.PROTECTED,
        r"\bi (?:have |had |was |have been |am |chose to |decided to )?<KEPT> <T>",
        r"^(?:and )?<KEPT> <T>",
        (
            r"\b(?:i|my) (?:(?:used|chose|decided|was|my|role|able|power|ability|action|night|potion|healing) ){1,6}to (?:protect|save"
            r"|heal|guard|shield|watch over) <T>"
        ),
        r"\bkept <T> (?:safe|alive)",
        r"\bmy (?:protection|shield|guard) (?:was|went|has been) (?:on|to|with) <T>",
        r"\bused my (?:[a-z]+ ){1,3}(?:to (?:save|heal|protect)|on|for) <T>",
        r"\bit was (?:me|i) who (?:defended|protected|saved|guarded) <T>",
        r"\bstood guard [^@]{0,30}<T>",
    ),
)
_COUNTER = _rows(
    Kind.COUNTER,
    r"\bi am <A>(?:\$[a-z]+|one), (?:and )?not <T>$",
    r"<T> (?:is|was) (?:lying|bluffing|pretending|faking)(?: (?:about|to|that|it|the|being|be|claim|@[\d+]+|is)){0,4} <A><R>",
    r"<T> (?:is|was) (?:lying|bluffing|pretending|faking)\b",
    r"<T> (?P<x>lies|lied)\b",
    r"<T> (?:pretends|claims falsely) to be <A><R>",
    r"<T> claim to be <A><R> (?:is|was|seems) <FEW><FALSE>",
    r"<T> <R> claim (?:is|was|seems|sounds) <FEW><FALSE>",
    r"<T> claim (?:is|was|seems|sounds) <FEW><FALSE>",
    r"\b(?:claim|claims) (?:of|by|from) <T> (?:is|was|seems|sounds) <FEW><FALSE>",
    r"\b(?:not|never) (?:believe|buy|trust|accept|fall for) <T> <R> claim",
    r"\b(?:not|never) (?:believe|buy|trust|accept|fall for) <T> (?:fake |false )?(?:claim|story)",
    r"\b(?:not|never) (?:believe|buy|trust|accept|fall for) <FEW>claim (?:of|by|from) <T>",
    r"\bnot believe(?: the claim of)? <T>(?! is)",
    r"\bnot believe <T>$",
    r"<T> (?:made|makes) (?:up|all)",
    r"<T> is not who\b",
    r"\bnot (?:buy|buying|believe) (?:it|that|this|the (?:story|excuse|claim))$",
    r"<T> is <A>(?:fake|false) <R>",
    r"<T> is not <A>(?!\$(?:werewolf|villager|minion|possessed))<R>",
    r"\b(?:cautious|skeptical|sceptical|doubtful|suspicious|wary) (?:about|of) <T> <R> claim",
    r"\b(?:cautious|skeptical|sceptical|doubtful|suspicious|wary|doubt|question)(?: about| of)? <T> claim",
    r"\b(?:doubt|question) <T> <R> claim",
    r"<T> is <A>(?:fake|fraud|phony)\b",
    r"\bcounter(?:claim)? <T>",
)
_VOTES = (
    *_rows(
        Kind.NO_VOTE,
        r"\b(?:not|against|avoid|early to|hold off(?: on)?|without|refrain from|no need to|than) (?:[a-z]+ ){0,3}?<EXEC> (?:[a-z]+ )?<NOBODY>",
        r"<EXEC> (?:[a-z]+ )?(?:nobody|no one|no-one)\b",
        r"\b(?:nobody|no one|no-one) (?:should|has to|needs to|must) be <DONE>",
        r"^skip$|\bskip(?:ping)? (?:the |this |our )?(?:vote|voting|day|elimination)|\bi (?:[a-z]+ )?skip$",
        r"\babstain",
        r"\bno[- ](?:lynch|kill|elimination|exile|vote|execution)s?\b",
        r"\b(?:should|do|let us|would|will|better) not vote(?:$|,| at all)",
    ),
    *_rows(
        Kind.DEFEND,
        (
            r"\b(?:not|never|against|no way i would|no way i will|no way i am|no reason to|no sense to|unfair to|wrong to"
            r"|mistake to) (?:[a-z]+ ){0,4}?<EXEC> (?:out |for )?<T>"
        ),
        r"\bnot join [^@]{0,20}against <T>",
    ),
    *_rows(
        Kind.CALL_VOTE,
        r"(?<!you )(?<!\d )(?<!who )(?<!'s )(?<!your )(?<!first )\b<EXEC> <T>",
        r"\bmy (?:[a-z]+ )?vote (?:goes|is|will go|will be|stays|lands|:)(?: [a-z]+){0,3} <T>",
        r"\b(?:cast|casting|put|putting|place|placing|throw) (?:my|our|your|all|the|a) votes? (?:[a-z]+ )?(?:on|against|for) <T>",
        r"\b(?:focus|concentrate|consolidate|pile) (?:[a-z]+ )?votes? on <T>",
        r"\ball votes (?:on|for|to) <T>",
        r"\b(?:go|going) after <T>",
        r"\b(?:option|choice|pick|candidate|target)(?: for me)? is <T>",
        r"<T> (?:is|gets|has) (?:also )?(?:my|our) (?:vote|pick|choice)",
        r"<T> (?:should|must|could) be (?:our|the|my) (?:[a-z]+ )?(?:vote|target|pick|choice)",
        r"\b(?:chang(?:e|ing)|switch(?:ing)?|mov(?:e|ing)) my vote to <T>",
        r"\bmy vote: ?<T>",
        r"<T> (?:should|must|needs to|has to|ought to|deserves to|could) (?:be <DONE>|go\b(?! on)|leave|die\b|hang\b)",
        r"\bi (?:propose|nominate) <T>$",
    ),
)
_PROPOSED = _rows(Kind.CALL_VOTE, r"\b(?:shall|should|can|could|how about|what about|why not|what if)(?: we| i)?(?: [a-z]+)? <EXEC> <T>", asks=True)
_OTHERS = (
    *_rows(
        Kind.DISAGREE,
        r"\b(?:disagree|not agree|not follow|see (?:it|this|things) differently|see that differently) (?:[a-z]+ ){0,3}?<T>",
        r"\b(?:disagree|not agree), <T>",
        r"\b(?:disagree|not agree|beg to differ)(?=$|,)",
        r"<T> (?:is|was) (?:wrong|mistaken|incorrect|misguided|not right|missing the point|overreacting)",
        r"<T> accusation against @\d{1,2} (?:is|seems) (?:[a-z]+ )?(?:baseless|unfounded|weak|wrong|unfair)",
        (
            r"<T> <POINT> (?:does |do |is |are |makes |make |seems |seem |sounds )?(?:not |no |flawed|weak|wrong|bad|silly|baseless"
            r"|unfounded|unfair|unconvincing|far-fetched)"
        ),
    ),
    *_rows(
        Kind.AGREE,
        r"\b(?:agree|agreed|agreeing)(?! that)(?: [a-z]+){0,3}?,? <T>",
        r"<T> (?:is|was) (?:right|correct|spot on|on point|onto something)",
        r"\b(?:agree|agreed)(?=$|,)",
        r"\b(?:echo|share) <T>",
        r"\bsame page as <T>",
        r"\b(?:exactly|well put|true|\+1),? <T>$",
        r"<T> (?:makes|made|has|had|raises|raised|brings up) (?:an? |some )?(?:good|fair|valid|great|excellent|solid|strong|interesting)? ?points?",
        r"<T> makes sense",
        r"<T> <POINT> (?:is|are|makes|make|seems?|sounds?) (?:good|logical|sound|compelling|fair|valid|right|reasonable|convincing|sense|strong)",
        r"\bi (?:am|stand|side) with <T>",
        r"\b(?:think so too|good point|well said|same here|fair point), <T>",
        r"\bsecond <T>",
        r"\bi support <T>",
        r"\bfollow(?:ing)? <T> (?:lead|suggestion|advice|plan)",
    ),
)
_ASK = (
    *_rows(
        Kind.ASK,
        r"(?:^|[,:] |^(?:[a-z]+,? ){1,3})<T> ?[,:](?! @)",
        r",? <T>$(?<=, @\d)",
        r", <T>$",
        r"\b(?:can|could|would|will|what does|what did|does|why did|why is|why does|why has|where is|what is|how did|who did) <T>(?! not see)",
        r"\b(?:do|did|are|have|can|could) <T>(?! not see)",
        asks=True,
    ),
)
_ASK_PLAIN = _rows(
    Kind.ASK,
    r"<T> (?:should|needs to|must|has to|ought to|better) (?:[a-z]+ )?<SPEAK>",
    r"<T>[,:] (?:[a-z]+ ){0,2}?<SPEAK>\b",
    r"\bhear(?:ing)? (?:[a-z]+ ){0,3}?from <T>",
    r"\bheard from <T>",
    r"\b(?:let us|to|rather|would) hear (?:what )?<T>",
    r"\b(?:know|curious|wonder|hear|ask) (?:about )?(?:what|how|why|who|where) <T>",
    r"\b(?:i|we|let us)(?: [a-z]+){0,3}? (?:ask|question|press) <T>",
    r"<T> owes us",
    r"\b(?:get|need|want|like|have|see) (?:[a-z]+ ){0,4}?(?:information|info|input|answers?|details|explanation|clarity|thoughts) from <T>",
    r"\b(?:appreciate|love|like|want|need|hear) @(?P<t>\d{1,2})'s (?:perspective|thoughts|view|opinion|input|take|side|explanation|read)",
    r"\b(?:waiting|wait) for <T>",
    r"\b(?:want|like|need) <T> (?:explanation|thoughts|opinion|answer|side|take|input)",
    r"<T>,? we have not heard",
    r"\b(?:want|like|ask|need|invite|urge) <T> to (?:[a-z]+ )?<SPEAK>",
    r"\bspeak up, <T>",
    r"\bexplain @[\d+]+, <T>",
    r"<T> has not (?:told|heard|explained|answered)",
    asks=True,
)
_DEFEND = (
    *_rows(Kind.DEFEND, r"<T> <IS> not <A><EVIL>", states=True),
    *_rows(
        Kind.DEFEND,
        r"\bnot (?:make|makes) <T> <A><EVIL>",
        (
            r"\b(?:i|we|we should|you can|let us) (?:[a-z]+ )?(?<!not )(?<!hesitant to )(?:trust|believe(?: in)?|vouch for|have faith in"
            r"|defend) <T>(?! (?:is|was|could|must|might|may|has|claim|wants|and))"
        ),
        r"\bleave <T> (?:alone|be\b|out|in peace)",
        r"\bleave <T>$",
        r"\b(?:no|any|not see (?:a|any)) (?:[a-z]+ )?reason to (?:suspect|doubt|accuse|distrust) <T>",
        r"\bnot (?:suspect|accuse|think it is|think its) <T>",
        r"<T> has (?:not |never )?done (?:nothing|anything) wrong",
        r"\bspare <T>",
        r"\bnot support (?:[a-z]+ ){1,3}(?:against|for) <T>",
        r"\bkeep <T> (?:in|alive|around|safe)",
        r"\bleaning (?:town|innocent|\$villager|good) on <T>",
        r"\b(?:votes?|voting|voting record|record) of <T> (?:looks? good|helped the village)",
        r"<T> votes look (?:honest|good|fine)",
        r"<T> gains nothing",
        r"\b(?:nothing|anything) (?:wrong|suspicious|off) (?:with|about|in) <T>",
        r"<T> (?:can|should|could) be trusted",
        r"\b(?:can|should) trust <T>",
        (
            r"\b(?:arguments?|accusations?|case|evidence|suspicions?) against <T> (?:is|are|seems?|feels?) (?:weak|baseless|unfounded|thin"
            r"|flimsy|unfair)"
        ),
        r"\b(?:town|good|innocent) ?reading <T>",
        r"\b(?:town|good|innocent) ?reads? (?:on|is|are) <T>",
        r"\bread on <T>(?: is)?[:,]? ?(?:<A>)<GOOD>",
        r"\bi (?:[a-z]+ )?stand (?:by|behind|up for) <T>",
        r"\b(?:hate|sad|shame|pity|mistake) to (?:see|lose) <T>",
        r"\b(?:confident|comfortable|happy) (?:with|about|in) <T>",
        r"<T>,? (?:town|clean|clear|innocent)$",
        r"<T> has (?:my|our) trust",
        r"\bmistake to (?:suspect|target|accuse) <T>",
        r"\bnot point to <T>",
        r"\bclears <T>",
        r"\bmakes <T> look (?:innocent|good)",
        r"<T> (?:did|does) not (?:jump|follow|join)",
        r"<T> stood against",
        r"\bagainst <T> is unfair",
        r"\bstory of <T> adds up",
        r"<T> story adds up",
        r"<T>,? (?:whose|who) words fit",
        r"<T> has told the same story",
        r"<T> has been (?:consistent|helpful|honest)",
        r"\bsilence of <T> proves nothing",
    ),
)
_ACCUSE = (
    *_rows(
        Kind.ACCUSE,
        r"\b(?:suspect|accuse|distrust|suspicious of|wary of|not trust|blame)(?: that)? <T>",
        r"\bsuspicion (?:falls |is )?(?:on|of) <T>",
        r"\bsuspects? (?:is|are|:|would be) <T>",
        r"<T> is my (?:[a-z]+ )?suspect",
        r"\b(?:something|anything) (?:is )?(?:off|wrong|fishy|strange|odd) (?:about|with) <T>",
        r"\b(?:bad|wolf|wolfish|strange|weird|uneasy|\$werewolf) (?:feeling|vibes?|read|gut feeling)s? (?:about|from|on) <T>",
        r"\b(?:an|my|our) eyes? on <T>",
        r"\bmoney is on <T>",
        r"\bleaning \$werewolf on <T>",
        r"\$werewolf on <T>",
        r"\bfind <T> (?:[a-z]+ )?<EVIL>",
        (
            r"\b(?:votes?|voting|record|behavio[u]?r|story|words) of <T> (?:looks? bad|only helped the wolves|helped the wolves|not fit"
            r"|do not fit|does not fit|is suspicious|worries|bothers)"
        ),
        (
            r"<T> (?:votes?|voting|vote|words|behavio[u]?r|story|silence) (?:[a-z]+ )?(?:looks?|does not|is|seems?|do not|worries"
            r"|bothers)(?: add up| <EVIL>| bad| not fit)"
        ),
        r"\b(?:death|kill|killing)[^@]{0,40}(?:points to|benefits|makes) <T>",
        r"<T> gains from",
        r"\bbeen after <T>",
        r"\b(?:caught|catch) <T>",
        (
            r"<T> (?:is |was |has been |keeps |kept |stays |stayed |remains |been )+(?:quiet|silent|lurking|hiding|dodging|avoiding"
            r"|deflecting|deflected|steering|stirring|playing dumb|contradict|changing|evasive|low|inactive|pushing)"
        ),
        r"\bsilence of <T> (?:worries|bothers|is)",
        r"<T> (?:has )?(?:contradict(?:s|ed)|changed|flip-?flop)",
        (
            r"<T> (?:has )?(?:jump(?:s|ed)|hop(?:s|ped)|pile[sd]?|follow(?:s|ed)?|joins?|joined|went along|goes along"
            r"|hides) (?:[a-z]+ ){0,4}?(?:<MOB>|on\b)"
        ),
        r"\bway <T> (?:hops|jumps|hopped|jumped)",
        r"<T>,? who hides in",
        r"<T> (?:is|was|has been|keeps|started) (?:acting|behaving|being|getting) (?:[a-z]+ )?<ODD>",
        r"<T> (?:acts|behaves) (?:[a-z]+ )?<ODD>",
        r"<T> (?:is|are) (?:working|teaming|allied|partnered|in league|in cahoots|a team|partners|together)",
        r"<T> (?:really )?(?:stands|stood|sticks) out",
        r"<T> [^@]{0,60}?\b(?:makes|made|make|making) me (?:[a-z]+ )?(?:nervous|uneasy|suspicious|uncomfortable|worried|doubt|wonder)",
        r"@(?P<t>\d{1,2}(?:\+\d{1,2})*)'s (?:[a-z]+ ){1,8}?(?:is|was|are|seems?|feels?|looks?|sounds?) (?:[a-z]+ )??(?<!not )<EVIL>",
        r"\bpoints? (?:to|at|towards?) <T>",
        (
            r"\b(?:eye on|watch out for|careful (?:with|of|around)|concern(?:s|ed)? (?:is |about )?|worried about|skeptical of"
            r"|sceptical of|doubts about|suspicions? about|focus on|look at) ?<T>$"
        ),
        r"\b(?:eye on|watch out for|concerned about|worried about|skeptical of|sceptical of|doubts about|suspicions? (?:about|are on)) <T>",
        r"\blook at <T>",
        r"\bnot listen to <T>",
        (
            r"<T> (?:is|was|has been) (?:trying|attempting) to (?:mislead|deflect|shift|frame|blend|distract|manipulate|hide|confuse|get"
            r"|divide|steer|sow|blame)"
        ),
        r"<T> (?:raises|raised) (?:[a-z]+ )?(?:flags?|suspicions?|questions)",
        r"<T> (?:is|are) (?:next )?on my (?:list|radar)",
        r"\bis exactly what <T> is doing",
        r"\bread on <T>(?: is)?[:,]? ?(?:<A>)<EVIL>",
        r"\$werewolf ?reading <T>",
        r"\$werewolf ?reads? (?:on|is|are) <T>",
        r"<T>,? (?:\$werewolf|sus)$",
        r"\bbetween <T>",
        r"<T> silence (?:is|speaks|says|tells)",
        r"<T> never (?:defended|answered|explained|spoke)",
        r"\b(?:hesitant|hard|difficult|reluctant|struggl(?:e|ing)|not able|not ready) to (?:[a-z]+ )?(?:trust|believe) <T>",
        r"\bsuspicions? (?:[a-z]+ ){0,2}?(?:with|on|toward|towards|at) <T>",
        r"<T> is either <A><EVIL>",
        r"\b(?:it|that) (?:could|might|may|must|has to|can) be <T>",
        r"\bdoubts? about <T>",
        r"^sus <T>",
        r"<T> (?:has )?not (?:contributed|said much|participated|spoken)",
        r"<T> bandwagoning",
        r"<T> constant",
        asks=True,
    ),
    *_rows(
        Kind.ACCUSE,
        r"<T>(?:,| and)? <IS> <A>(?:most )?<EVIL>",
        r"\b(?:one of the wolves|\$werewolf|wolves) (?:is|are|:) <T>",
        asks=True,
        states=True,
    ),
    *_rows(Kind.DEFEND, r"<T> <IS> <A><GOOD>\b", r"<T> is <A>\$(?!werewolf|minion|possessed)[a-z]+", states=True),
)
_MOOD = (
    *_rows(Kind.CALL_VOTE, r"^<CALM>\b(?:votes? (?:on|for|against)|vote is)<REST><T>"),
    *_rows(Kind.DEFEND, r"^<DENIED><REST><T><REST>\b<BAD>\b", r"^<DENIED><REST>\b<BAD>\b<REST><T><REST>$"),
    *_rows(Kind.ACCUSE, r"^<CALM><T>[^\x00]*\b<BAD>\b", r"^<CALM>\b<BAD>\b<REST><T><REST>$"),
    *_rows(Kind.DEFEND, r"^<CALM><T><REST>\b<FINE>\b", r"^<CALM>\b<FINE>\b<REST><T><REST>$"),
)
"""Where nothing else was found in a clause about one seat: the words around it, blunt but often right."""
_CHAT = _rows(
    Kind.SMALLTALK,
    r"(?:^|[,:] |^(?:and|but) )(?:good (?:morning|evening|day|luck|game)|hello|hi|greetings)\b",
    r"(?:^|[,:] |^(?:and|but) )what a\b",
    r"\bnothing (?:to add|much to say|to say)\b",
    r"\b(?:stay|keep) calm\b",
    r"\bhard to say anything\b",
    r"\bi am listening\b",
    r"\bvillage was peaceful\b",
    r"\bhear from (?:everybody|everyone)\b",
)

ROWS: tuple[Row, ...] = (
    *_WORDS_OF_OTHERS,
    *_WHO,
    *_ASKED_KINDLY,
    *_NOT_MEANT,
    *_SELF,
    *_NIGHT,
    *_COUNTER,
    *_VOTES,
    *_PROPOSED,
    *_OTHERS,
    *_ASK_PLAIN,
    *_DEFEND,
    *_ACCUSE,
    *_MOOD,
    *_CHAT,
)
QUESTIONS: tuple[Row, ...] = (*_ASK, *(row for row in ROWS if row.asks))
"""What is tried in a question: a question to somebody is nothing else."""

RESULT = re.compile(
    r"(?P<clean>\b(?:not|no|never|nothing)\b(?: [a-z]+){0,3}? (?:\$werewolf|wolves|evil|bad|guilty|suspicious)"
    r"|\b(?:innocent|clean|clear|cleared|good|town|human|negative|safe|green|evil-free)\b)"
    r"|(?P<wolf>\$werewolf|\b(?:wolves|guilty|evil|bad|red|positive)\b)|\$(?P<role>[a-z]+)"
)
"""What a check showed."""

REASONS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (Reason.SILENCE, re.compile(r"\b(?:quiet|silen\w+|said nothing|says nothing|said a word|lurking|speaks up|talked openly|spoken|quietly)\b")),
    (Reason.CONTRADICTION, re.compile(r"\b(?:contradict\w*|inconsistent|consistent|story|words|not match|makes sense)\b")),
    (Reason.BANDWAGON, re.compile(r"\b(?:bandwagon\w*|crowd|majority|wagons?|piled?s?)\b")),
    (Reason.NIGHT_DEATH, re.compile(r"\b(?:death|who died|kill(?:ed)?|victim)\b")),
    (Reason.VOTE_RECORD, re.compile(r"\b(?:voted|votes|voting record|voting pattern|that vote|the votes)\b")),
)
"""Words that tell why one accuses or defends, the most telling first."""
