"""The words on pages for the values that records hold."""

from __future__ import annotations

from kb.words import gettext

# The kinds of document that sources have been so far.
SOURCE_KINDS = (
    "agreement",
    "best-practice-report",
    "bill",
    "briefing",
    "commission-report",
    "commitment",
    "committee-report",
    "consultation",
    "consultation-response",
    "course",
    "data-set",
    "delivery-plan",
    "evaluation",
    "framework",
    "funding",
    "green-paper",
    "guidance",
    "guide",
    "journal-article",
    "legislation",
    "model",
    "plan",
    "policy-paper",
    "principles",
    "programme",
    "programme-for-government",
    "research-report",
    "resource",
    "review",
    "standard",
    "strategy",
    "survey",
    "tool",
    "toolkit",
    "white-paper",
)


def categories() -> dict[str, str]:
    return {"driver": gettext("Policy driver"), "research": gettext("Research")}


def languages() -> dict[str, str]:
    """The service's two languages."""
    return {"en": gettext("English"), "cy": gettext("Welsh")}


def nations() -> dict[str, str]:
    return {
        "wales": gettext("Wales"),
        "england": gettext("England"),
        "scotland": gettext("Scotland"),
        "northern-ireland": gettext("Northern Ireland"),
    }


def over_words(status: str) -> str:
    """What became of a source that counts no longer, after its title."""
    return gettext("was withdrawn") if status == "withdrawn" else gettext("was superseded")


def source_statuses() -> dict[str, str]:
    return {
        "in-development": gettext("In development"),
        "draft": gettext("Draft"),
        "consultation": gettext("Consultation"),
        "enacted": gettext("Enacted, not in force"),
        "in-force": gettext("In force"),
        "published": gettext("Published"),
        "under-review": gettext("Under review"),
        "ended": gettext("Ended"),
        "superseded": gettext("Superseded"),
        "withdrawn": gettext("Withdrawn"),
        "not-stated": gettext("Status not stated"),
    }


def response_types() -> dict[str, str]:
    return {
        "incorporated": gettext("Incorporated"),
        "aligned": gettext("Aligned"),
        "supporting": gettext("Supporting"),
        "monitoring": gettext("Monitoring"),
        "considering": gettext("Considering"),
        "context-only": gettext("Context only"),
    }


def implication_kinds() -> dict[str, str]:
    return {
        "numbers": gettext("Numbers"),
        "skills": gettext("Skills and training"),
        "new-roles": gettext("New roles"),
        "recruitment": gettext("Recruitment"),
        "retention": gettext("Retention"),
        "wellbeing": gettext("Wellbeing"),
        "duties": gettext("Duties"),
        "data": gettext("Data"),
        "ways-of-working": gettext("Ways of working"),
        "leadership": gettext("Leadership"),
    }


def key_point_kinds() -> dict[str, str]:
    return {
        "point": gettext("Point"),
        "commitment": gettext("Commitment"),
        "recommendation": gettext("Recommendation"),
        "lesson": gettext("Lesson"),
    }


def figure_kinds() -> dict[str, str]:
    return {
        "target": gettext("Target"),
        "trajectory": gettext("Trajectory"),
        "baseline": gettext("Baseline"),
        "statistic": gettext("Statistic"),
        "forecast": gettext("Forecast"),
        "threshold": gettext("Threshold"),
        "fact": gettext("Fact"),
        "frequency": gettext("Frequency"),
        "illustration": gettext("Illustration"),
        "date-span": gettext("Span of time"),
    }


def outcomes() -> dict[str, str]:
    """What may come of comparing figures; `open` stands for those that nobody has settled."""
    return {
        "open": gettext("Not settled yet"),
        "disagree": gettext("They disagree"),
        "different-things": gettext("They count different things"),
        "misprint": gettext("One is a misprint"),
    }


def directions() -> dict[str, str]:
    return {
        "higher": gettext("Higher is better"),
        "lower": gettext("Lower is better"),
        "none": gettext("Neither is better"),
    }


def frequencies() -> dict[str, str]:
    return {
        "monthly": gettext("Monthly"),
        "quarterly": gettext("Quarterly"),
        "yearly": gettext("Yearly"),
        "once": gettext("Once"),
        "not-stated": gettext("Not stated"),
    }


def horizons() -> dict[str, str]:
    return {"short": gettext("Short term"), "medium": gettext("Medium term"), "long": gettext("Long term")}


# Words of kinds that are acronyms.
_ACRONYMS = frozenset({"nhs", "stp"})


def readable(slug: str) -> str:
    """A value without words of its own, made readable: delivery-plan becomes Delivery plan, nhs-trust NHS trust."""
    plain = slug.lower().replace("-", " ").replace("_", " ")
    words = [word.upper() if word in _ACRONYMS else word for word in plain.split()]
    told = " ".join(words)
    return told[:1].upper() + told[1:]


def nations_told(given: list[str]) -> str:
    """Where a source applies: names of nations, the UK for all four, nothing for none."""
    words = nations()
    if len(given) == len(words):
        return gettext("United Kingdom")
    return gettext(" and ").join(words[nation] for nation in words if nation in given)
