"""Expressions: what they say, what they say of what is missing, and what they refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.studies.expressions import Expression, ExpressionError

FACTS = {"code": "refusal", "share": 0.25, "n": 4, "own": ["a", None, "b", "a"], "choice": {"amount": 7}, "say": "I prefer the Electric one.", "gone": None}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("code == 'refusal'", True),
        ("n ** 2 / 8 - 1", 1.0),
        ("-n % 3 + n // 3", 3),
        ("choice.amount + choice['amount']", 14),
        ("own[0]", "a"),
        ("own[-1]", "a"),
        ("own[17]", None),
        ("count(own, 'a') / len(own)", 2 / 3),
        ("contains(say, 'electric') and not contains(say, 'elect')", True),
        ("mean([1, 2, 6])", 3.0),
        ("max(n, 9) + min([3, n]) + abs(-1) + sum([True, True])", 15),
        ("round(share * 10)", 2),
        ("round(share, 1)", 0.2),
        ("lower('ABC')", "abc"),
        ("1 < n < 5", True),
        ("'a' in own", True),
        ("code not in ['x', 'y']", True),
        ("'many' if n > 3 else 'few'", "many"),
        ("share / 0", None),
        ("(-8) ** 0.5", None),
    ],
)
def test_values(text, value):
    assert Expression(text).value(FACTS) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("gone == 1", None),
        ("gone != 1", None),
        ("gone + 1", None),
        ("gone.part[0]", None),
        ("absent > 2", None),
        ("mean(gone)", None),
        ("1 if gone else 2", None),
        ("not gone", None),
        ("gone is None", True),
        ("n is not None", True),
        ("gone and False", False),
        ("gone and True", None),
        ("gone or True", True),
        ("gone or False", None),
        ("1 < n < gone", None),
        ("5 < n < gone", False),
        ("own[1] == 'a'", None),
        ("mean([])", None),
    ],
)
def test_what_is_missing_stays_missing(text, value):
    assert Expression(text).value(FACTS) is value


@given(st.lists(st.sampled_from([True, False, None]), min_size=2, max_size=5))
def test_junctions_are_those_of_kleene(parts):
    names = [f"p{number}" for number in range(len(parts))]
    facts = dict(zip(names, parts, strict=True))
    order = {False: 0, None: 1, True: 2}
    assert Expression(" and ".join(names)).value(facts) is min(parts, key=order.__getitem__)
    assert Expression(" or ".join(names)).value(facts) is max(parts, key=order.__getitem__)
    assert Expression(f"not ({' and '.join(names)})").value(facts) is Expression(" or ".join(f"not {name}" for name in names)).value(facts)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "should be an expression"),
        ("code ==", "does not parse"),
        ("a = 1", "does not parse"),
        ("x" * 1001, "too long"),
        ("(" * 40 + "n" + ")" * 40 + " + n" * 40, "nested too deeply"),
        ("open('/etc/passwd')", "calls 'open'"),
        ("say.upper()", "calls 'say.upper'"),
        ("lenn(own)", "did you mean 'len'"),
        ("round(n, digits=2)", "takes no named arguments"),
        ("[x for x in own]", "ListComp"),
        ("lambda: 1", "Lambda"),
        ("own[0:1]", "Slice"),
        ("{'a': 1}", "Dict"),
        ("n @ n", "operator MatMult"),
        ("n << 9", "operator LShift"),
        ("(n := 3)", "NamedExpr"),
        ("f'{n}'", "JoinedStr"),
        ("b'x'", "no value that expressions have"),
        ("1j", "no value that expressions have"),
        ("...", "no value that expressions have"),
    ],
)
def test_what_cannot_be_said_is_refused(text, said):
    with pytest.raises(ExpressionError) as problem:
        Expression(text)
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    "text",
    [
        "say + 1",
        "say < 1",
        "say * 999999",
        "9 ** 999999",
        "1e300 * 1e300",
        "say and True",
        "n.part",
        "len(n)",
        "contains(n, 'x')",
        "mean(say)",
        "round(say)",
        "own['a']",
    ],
)
def test_facts_of_another_kind_are_told(text):
    with pytest.raises(ExpressionError) as problem:
        Expression(text).value(FACTS)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("text", ["choice.__class__", "own.__len__", "say.__class__.__mro__", "choice['__class__']"])
def test_nothing_but_facts_is_reached(text):
    try:
        value = Expression(text).value(FACTS)
    except ExpressionError:
        return
    assert value is None


def test_numbers_stay_small():
    assert Expression("n ** 60 * n ** 60").value(FACTS) == float(4**120)
    huge = Expression(" * ".join(["99999999"] * 20)).value({})
    assert isinstance(huge, float)


def test_names_are_checked():
    expression = Expression("code == 'x' and turnn > 1")
    assert expression.names == {"code", "turnn"}
    with pytest.raises(ExpressionError, match="unknown fact 'turnn'; did you mean 'turn'"):
        expression.check(["code", "turn"])
    with pytest.raises(ExpressionError, match="'true'; did you mean 'True'"):
        Expression("answered == true").check(["answered"])
