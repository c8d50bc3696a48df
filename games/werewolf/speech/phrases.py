"""The phrases that acts of speech are said with.

In a phrase ``{t}`` stands for the target, ``{role}`` for a role, ``{one}`` for a role with its article (``the seer``, ``a villager``) and ``{when}`` for
nothing or the night, with the space before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .acts import NOT_WEREWOLF, WEREWOLF, Kind, Reason, SpeechAct

__all__ = ["STYLES", "Style", "phrases"]

Lines = Sequence[str]


@dataclass(frozen=True)
class Style:
    """How one speaks.

    Attributes:
        openers: what may stand before the first sentence.
        joins: what may stand before a later one.
        facts: what may follow a statement of fact.
        opinions: what may follow an opinion or a proposal.
        rate: how often each of these is said.
    """

    openers: Lines
    joins: Lines
    facts: Lines
    opinions: Lines
    rate: float


STYLES: Mapping[str, Style] = {
    # matter of fact, few words around it
    "plain": Style(
        openers=("Well, ", "Okay, ", "So, ", "All right, "),
        joins=("Also, ", "And ", "Besides, ", "Then, "),
        facts=("That is all I have.", "That is what I know."),
        opinions=("That is my view.", "That is how I see it."),
        rate=0.2,
    ),
    # reasons with the table, in no hurry
    "calm": Style(
        openers=("Friends, ", "Let me be clear: ", "After some thought, ", "To be fair, ", "Looking back at the day, "),
        joins=("In addition, ", "At the same time, ", "Next, ", "On that basis, ", "Apart from that, "),
        facts=("You can weigh that for yourselves.", "Take it into account when you decide.", "Make of that what you will.", "I say this without any anger."),
        opinions=("I am open to other views.", "Let us look at it step by step.", "I have thought about it for a while.", "There is time to discuss it."),
        rate=0.55,
    ),
    # wants the table to follow, and says so
    "pushy": Style(
        openers=("Listen, ", "Look, ", "Wake up, people: ", "Enough talk: ", "Pay attention, "),
        joins=("And mark my words, ", "What is more, ", "And one more thing: ", "On top of that, "),
        facts=("That is a fact.", "Remember it!", "There is nothing more to discuss.", "Write that down."),
        opinions=("It is obvious!", "Open your eyes!", "How can you not see it?", "Do not waste our time.", "No excuses."),
        rate=0.6,
    ),
    # unsure of itself, and afraid to offend
    "timid": Style(
        openers=("Um, ", "Sorry, ", "Er, if I may, ", "I hope nobody minds, but ", "Hmm, "),
        joins=("And, well, ", "Also, um, ", "And, if that is all right, ", "Then, sorry, "),
        facts=("Please believe me.", "I hope that helps a little.", "I was afraid to say it earlier.", "Please do not be angry."),
        opinions=("I may be mistaken, of course.", "But that is only a feeling.", "Please correct me if I missed something.", "I am not completely sure."),
        rate=0.65,
    ),
}

CLAIM: Lines = (
    "I am {one}.",
    "I'm {one}.",
    "My role is {role}.",
    "I claim to be {one}.",
    "You should know that I am {one}.",
    "I will be open with you: I'm {one}.",
    "My card says {role}.",
    "I have the role of {role}.",
    "For the record, I am {one}.",
    "The role that I was given is {role}.",
    "It is time to say that I am {one}.",
    "Speaking as {one}, I want to help the village.",
)
DENY: Lines = (
    "I am not {one}.",
    "I'm not {one}.",
    "I am certainly not {one}.",
    "I can assure you that I am not {one}.",
    "It is not true that I am {one}.",
    "I have never been {one}.",
    "I swear I'm not {one}.",
    "My role is not {role}.",
    "Whoever takes me for {one} is mistaken.",
    "No, I am not {one}.",
)
INNOCENT: Lines = (
    "I am innocent.",
    "I'm no werewolf.",
    "I am on the side of the village.",
    "I have nothing to do with the werewolves.",
    "There is no fur on me, I am not a wolf.",
    "I play for the village.",
)
"""Further ways to deny being a werewolf."""

CHECK_WEREWOLF: Lines = (
    "I checked {t}{when}, and {t} is a werewolf.",
    "My check on {t}{when} came back as werewolf.",
    "I looked at {t}{when} and saw a werewolf.",
    "I inspected {t}{when}: werewolf.",
    "I investigated {t}{when} and found a wolf.",
    "My result on {t}{when} is a werewolf.",
    "When I peeked at {t}{when}, I saw a wolf.",
    "I examined {t}{when}, and they turned out to be a werewolf.",
    "{t} showed up as a werewolf in my check{when}.",
    "My vision{when} was about {t}, and it showed a werewolf.",
)
CHECK_NOT: Lines = (
    "I checked {t}{when}, and {t} is not a werewolf.",
    "My check on {t}{when} came back clean.",
    "I looked at {t}{when} and saw no werewolf.",
    "I inspected {t}{when}: not a werewolf.",
    "I investigated {t}{when} and found nothing evil.",
    "My result on {t}{when} is not a werewolf.",
    "When I peeked at {t}{when}, I saw a good person.",
    "I examined {t}{when}, and they turned out to be innocent.",
    "{t} showed up as not a werewolf in my check{when}.",
    "I cleared {t} with my check{when}.",
)
CHECK_ROLE: Lines = (
    "I checked {t}{when}, and {t} is {one}.",
    "My check on {t}{when} came back as {role}.",
    "I looked at {t}{when} and saw {one}.",
    "I inspected {t}{when}: {role}.",
    "I investigated {t}{when} and found {one}.",
    "My result on {t}{when} is {role}.",
    "When I peeked at {t}{when}, I saw {one}.",
    "I examined {t}{when}, and they turned out to be {one}.",
    "{t} showed up as {one} in my check{when}.",
    "My vision{when} was about {t}, and it showed {one}.",
)
IDENTIFIED_WEREWOLF: Lines = (
    "The spirits told me{when} that {t} was a werewolf.",
    "I spoke with the dead{when}, and {t} was a werewolf.",
    "My seance{when} showed that {t} was a wolf.",
    "I learned from beyond{when} that {t} was a werewolf.",
    "The ghost of {t} came to me{when}: a werewolf.",
    "My medium result{when} says that {t} was a werewolf.",
    "I sensed{when} that the late {t} had been a wolf.",
    "I reached the soul of {t}{when}, and it was a werewolf.",
)
IDENTIFIED_NOT: Lines = (
    "The spirits told me{when} that {t} was not a werewolf.",
    "I spoke with the dead{when}, and {t} was not a werewolf.",
    "My seance{when} showed that {t} was innocent.",
    "I learned from beyond{when} that {t} was not a werewolf.",
    "The ghost of {t} came to me{when}: not a werewolf.",
    "My medium result{when} says that {t} was no werewolf.",
    "I sensed{when} that the late {t} had not been a wolf.",
    "I reached the soul of {t}{when}, and it was innocent.",
)
IDENTIFIED_ROLE: Lines = (
    "The spirits told me{when} that {t} was {one}.",
    "I spoke with the dead{when}, and {t} was {one}.",
    "My seance{when} showed that {t} was {one}.",
    "I learned from beyond{when} that {t} was {one}.",
    "The ghost of {t} came to me{when}: {one}.",
    "My medium result{when} says that {t} was {one}.",
    "I sensed{when} that the late {t} had been {one}.",
    "I reached the soul of {t}{when}, and it was {one}.",
)
PROTECTED: Lines = (
    "I protected {t}{when}.",
    "I guarded {t}{when}.",
    "I saved {t}{when}.",
    "I kept {t} safe{when}.",
    "I watched over {t}{when}.",
    "I stood guard at the door of {t}{when}.",
    "My protection was on {t}{when}.",
    "I chose to shield {t}{when}.",
    "It was me who defended {t} from the wolves{when}.",
)
PROTECTED_SELF: Lines = (
    "I protected myself{when}.",
    "I guarded myself{when}.",
    "I saved myself{when}.",
    "I kept myself safe{when}.",
    "I watched over myself{when}.",
    "My protection was on myself{when}.",
    "I chose to shield myself{when}.",
    "I used my protection on myself{when}.",
)
ACCUSE: Mapping[Reason | None, Lines] = {
    None: (
        "I suspect {t}.",
        "I think {t} is a werewolf.",
        "{t} looks suspicious to me.",
        "I don't trust {t}.",
        "{t} seems like a wolf.",
        "My main suspect is {t}.",
        "Something is off about {t}.",
        "I believe {t} is one of the wolves.",
        "{t} is acting strangely.",
        "I have a bad feeling about {t}.",
        "{t} must be a werewolf.",
    ),
    Reason.SILENCE: (
        "{t} has been far too quiet.",
        "I suspect {t} because of the silence.",
        "{t} has hardly said a word, and that is suspicious.",
        "{t} keeps quiet like a wolf would.",
        "I don't trust {t}, who says nothing.",
        "{t} is hiding behind silence.",
        "The silence of {t} worries me.",
        "{t} is lurking, and I think {t} is a werewolf.",
    ),
    Reason.VOTE_RECORD: (
        "The voting record of {t} looks bad.",
        "I suspect {t} because of the way they voted.",
        "{t}'s votes look suspicious to me.",
        "Look at how {t} voted, that is a werewolf.",
        "I don't trust {t} after that vote.",
        "{t} voted the way a wolf votes.",
        "The votes of {t} only helped the wolves.",
        "Judging by the votes, {t} is a werewolf.",
    ),
    Reason.CONTRADICTION: (
        "{t} keeps contradicting themselves.",
        "{t}'s story does not add up.",
        "{t} has changed their story.",
        "I suspect {t} because of those contradictions.",
        "The words of {t} don't fit together.",
        "What {t} said yesterday and what {t} says today do not match.",
        "I don't trust {t}, whose statements are inconsistent.",
        "I caught {t} in a contradiction.",
    ),
    Reason.NIGHT_DEATH: (
        "The death last night points to {t}.",
        "I suspect {t} because of who died in the night.",
        "The night kill makes {t} look suspicious.",
        "Only {t} gains from last night's death, so {t} is a werewolf.",
        "Given who was killed last night, I think {t} is a wolf.",
        "The victim of the night had been after {t}, so I don't trust {t}.",
        "Last night's kill benefits {t}.",
        "If I look at who died, my main suspect is {t}.",
    ),
    Reason.BANDWAGON: (
        "{t} just jumped on the bandwagon.",
        "I suspect {t} because they follow every bandwagon.",
        "{t} always follows the crowd, which is suspicious.",
        "{t} only joins the majority, like a wolf would.",
        "{t} went along with the crowd far too easily.",
        "I don't trust {t}, who hides in the majority.",
        "{t} piled on without any reason of their own.",
        "The way {t} hops on every wagon looks bad.",
    ),
}
DEFEND: Mapping[Reason | None, Lines] = {
    None: (
        "I trust {t}.",
        "I don't think {t} is a werewolf.",
        "{t} is innocent in my eyes.",
        "I believe {t} is on our side.",
        "{t} seems honest to me.",
        "We should leave {t} alone.",
        "I see no reason to suspect {t}.",
        "{t} is not a wolf.",
        "I would keep {t} in the game.",
        "I'd rather not vote for {t}.",
    ),
    Reason.SILENCE: (
        "{t} is quiet, but that does not make {t} a wolf.",
        "I trust {t}, who has talked openly all day.",
        "Being silent is no crime, and {t} seems honest to me.",
        "{t} speaks up so much that I think {t} is innocent.",
        "I don't think {t} is a werewolf just for being silent.",
        "We should not vote for {t} because of silence alone.",
        "The silence of {t} proves nothing, so let us leave {t} alone.",
        "Quiet or not, {t} is not a wolf.",
    ),
    Reason.VOTE_RECORD: (
        "The voting record of {t} looks good.",
        "I trust {t} because of the way they voted.",
        "{t}'s votes look honest to me.",
        "Judging by the votes, {t} is not a werewolf.",
        "A wolf would not have voted like {t}.",
        "The votes of {t} helped the village.",
        "{t} voted well, so I don't think {t} is a wolf.",
        "After that vote I believe {t} is on our side.",
    ),
    Reason.CONTRADICTION: (
        "The story of {t} adds up.",
        "I trust {t}, whose words fit together.",
        "{t} has been consistent all along.",
        "I see no contradiction in what {t} says.",
        "There is nothing inconsistent about {t}, so let us leave {t} alone.",
        "{t} never changed their story, so I think {t} is innocent.",
        "{t} has told the same story from the start, and seems honest to me.",
        "Everything {t} said makes sense together, so {t} is not a wolf.",
    ),
    Reason.NIGHT_DEATH: (
        "The death last night does not point to {t}.",
        "I trust {t} because of who died in the night.",
        "The night kill makes {t} look innocent.",
        "{t} gains nothing from last night's death, so {t} is not a werewolf.",
        "Given who was killed last night, I don't think {t} is a wolf.",
        "The victim of the night trusted {t}, and so I trust {t}.",
        "Last night's kill clears {t} in my eyes.",
        "A wolf in the place of {t} would have killed somebody else.",
    ),
    Reason.BANDWAGON: (
        "{t} did not jump on the bandwagon.",
        "I trust {t} because they do not follow the crowd.",
        "The bandwagon against {t} is unfair.",
        "{t} stood against the majority, and seems honest to me.",
        "Do not join the crowd against {t}.",
        "Everybody piles on {t}, but {t} is not a wolf.",
        "{t} is just an easy target for the crowd, so let us leave {t} alone.",
        "I won't follow the bandwagon, I think {t} is innocent.",
    ),
}
COUNTER: Lines = (
    "{t}'s claim is false.",
    "I am the real one, not {t}.",
    "{t} is lying about their role.",
    "I don't believe the claim of {t}.",
    "{t} made up that claim.",
    "The claim of {t} is a lie.",
    "{t} is not who they claim to be.",
    "Do not fall for {t}'s fake claim.",
    "{t} is pretending.",
)
COUNTER_ROLE: Lines = (
    "{t} is not the real {role}.",
    "{t} is lying about being {one}.",
    "I don't believe that {t} is {one}.",
    "{t}'s claim to be {one} is false.",
    "{t} is a fake {role}.",
    "There is no way {t} is {one}.",
    "{t} only pretends to be {one}.",
    "{t} can't be {one}.",
    "{t}'s {role} claim is a lie.",
)
CALL_VOTE: Lines = (
    "Let us vote for {t}.",
    "I vote for {t}.",
    "We should eliminate {t} today.",
    "I'm voting for {t}.",
    "My vote goes to {t}.",
    "Let's vote out {t}.",
    "I propose that we vote {t} out.",
    "Please join me in voting for {t}.",
    "{t} should be eliminated today.",
    "Today we need to get rid of {t}.",
    "I will cast my vote against {t}.",
)
NO_VOTE: Lines = (
    "Let us eliminate nobody today.",
    "I would skip the vote today.",
    "We should not vote anybody out today.",
    "No elimination today, please.",
    "I don't want to eliminate anyone today.",
    "It is better to abstain today.",
    "Let's not vote anyone out yet.",
    "I vote for nobody.",
    "Nobody should be eliminated today.",
)
ASK: Lines = (
    "{t}, what do you think?",
    "What do you say, {t}?",
    "{t}, please explain yourself.",
    "I want to hear from {t}.",
    "Could {t} tell us more?",
    "{t} should explain what happened.",
    "{t}, who do you suspect?",
    "I'd like {t} to speak up.",
    "What does {t} have to say?",
    "{t}, we have not heard from you.",
)
AGREE: Lines = (
    "I agree with {t}.",
    "{t} is right.",
    "{t} makes a good point.",
    "I am with {t} on this.",
    "I think so too, {t}.",
    "I second what {t} said.",
    "What {t} says makes sense.",
    "Good point, {t}.",
    "I support {t} in this.",
)
DISAGREE: Lines = (
    "I disagree with {t}.",
    "{t} is wrong.",
    "I don't agree with {t}.",
    "I can't follow {t} on this.",
    "I see it differently from {t}.",
    "{t}'s argument does not convince me.",
    "What {t} says makes no sense.",
    "{t} is mistaken.",
    "I don't think {t} is right.",
)
REVEAL: Lines = (
    "I am a werewolf.",
    "I'm one of the wolves.",
    "I admit it, I am a werewolf.",
    "You got me, I'm a wolf.",
    "My role is werewolf.",
    "I confess that I am a wolf.",
    "Yes, I am the werewolf you are looking for.",
    "I belong to the wolves.",
    "To tell you the truth, I'm a werewolf.",
)
SMALLTALK: Lines = (
    "Good morning, everyone.",
    "Hello, all.",
    "What a night that was.",
    "I have nothing to add for now.",
    "Let's stay calm and think.",
    "It is hard to say anything at this point.",
    "Good luck to us all.",
    "I am still listening.",
    "This village was peaceful once.",
    "Let us hear from everybody first.",
)

_RESULTS: Mapping[Kind, tuple[Lines, Lines, Lines]] = {
    Kind.CHECK: (CHECK_WEREWOLF, CHECK_NOT, CHECK_ROLE),
    Kind.IDENTIFIED: (IDENTIFIED_WEREWOLF, IDENTIFIED_NOT, IDENTIFIED_ROLE),
}
_ALWAYS: Mapping[Kind, Lines] = {
    Kind.CLAIM: CLAIM,
    Kind.CALL_VOTE: CALL_VOTE,
    Kind.NO_VOTE: NO_VOTE,
    Kind.ASK: ASK,
    Kind.AGREE: AGREE,
    Kind.DISAGREE: DISAGREE,
    Kind.REVEAL: REVEAL,
    Kind.SMALLTALK: SMALLTALK,
}


def phrases(act: SpeechAct, *, of_self: bool = False) -> Lines:
    """List the phrases that say an act.

    Args:
        act: what is said.
        of_self: the target is the speaker.
    """
    if act.result is not None:
        wolf, clean, exact = _RESULTS[act.kind]
        return wolf if act.result == WEREWOLF else clean if act.result == NOT_WEREWOLF else exact
    if act.kind is Kind.PROTECTED:
        return PROTECTED_SELF if of_self else PROTECTED
    if act.kind is Kind.DENY:
        return (*DENY, *INNOCENT) if act.role == WEREWOLF else DENY
    if act.kind is Kind.COUNTER:
        return COUNTER if act.role is None else COUNTER_ROLE
    if act.kind is Kind.ACCUSE:
        return ACCUSE[act.reason]
    if act.kind is Kind.DEFEND:
        return DEFEND[act.reason]
    return _ALWAYS[act.kind]
