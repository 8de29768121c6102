"""Facts about the words of mails: what waits, why, and where to answer; as people read them, in text and in HTML."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions.reminder_models import ReminderKind as K
from actions.reminding import digest, told
from actions.reminding import single as singles
from actions.reminding.stages import Stage
from actions.reminding.told import LONGEST_IN_SUBJECT, Coming, Due

TODAY = date(2026, 11, 23)
BY = date(2026, 11, 30)
BASE = "https://thread.example.org"


def due(kind, title="Train the trainers", days=-24, *, number=1, post="Head of planning, HEIW", **values):
    due_on = None if days is None else TODAY + timedelta(days=days)
    return Due(
        number,
        "action",
        f"ref-{number}",
        title,
        due_on,
        Stage(kind, TODAY),
        post,
        values.pop("is_deputy", False),
        **values,
    )


def compose(*some, coming=(), **values):
    return digest.compose(some, coming, today=TODAY, answer_by=BY, base_url=BASE, **values)


def single(kind, *some, **values):
    return singles.compose_single(kind, some, today=TODAY, base_url=BASE, **values)


@pytest.mark.parametrize(
    ("some", "subject"),
    [
        ([due(K.OVERDUE)], "1 of your actions needs an answer by Monday 30 November"),
        (
            [due(K.OVERDUE), due(K.STALE, number=2), due(K.READING)],
            "2 of your actions need an answer by Monday 30 November",
        ),
        ([due(K.READING)], "For you to do: 1 reading to add"),
        ([due(K.REVIEW), due(K.SOURCE_REVIEW)], "For you to do: 2 reviews"),
        (
            [due(K.READING), due(K.REVIEW), due(K.SOURCE_END)],
            "For you to do: 1 reading to add, 1 review and 1 source near its end",
        ),
    ],
)
def test_the_subject_says_what_waits(some, subject):
    assert digest.subject_for(some, BY) == subject


def test_every_item_has_its_own_link_and_no_two_share_one():
    mail = compose(due(K.OVERDUE), due(K.STALE, number=2), addresses={1: "/answer/one", 2: "/answer/two"})
    for part in (mail.text, mail.html):
        assert part.count(f"{BASE}/answer/one") == 1
        assert part.count(f"{BASE}/answer/two") == 1
        assert "needs no password" in part
        assert "please do not forward" in part


def test_without_a_link_the_page_is_named_where_one_signs_in():
    mail = compose(due(K.OVERDUE))
    assert f"Answer: {BASE}/actions/ref-1/update" in mail.text
    assert "where you sign in" in mail.text
    assert "no password" not in mail.text


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (due(K.OVERDUE), "Was due on 30 October 2026: 24 days overdue."),
        (due(K.DUE_NOW, days=0), "Due today, 23 November 2026."),
        (due(K.DUE_SOON, days=7), "Due on 30 November 2026, in 7 days."),
        (
            due(K.STALE, days=60, silent_since=TODAY - timedelta(days=40)),
            "Nothing said for 40 days; due on 22 January 2027.",
        ),
        (
            due(K.STALE, days=None, silent_since=TODAY - timedelta(days=1)),
            "Nothing said for 1 day; no due date is set.",
        ),
        (due(K.READING), "A reading was due by 30 October 2026, 24 days ago."),
        (due(K.READING, days=2), "A reading is due by 25 November 2026, in 2 days."),
        (due(K.REVIEW), "The review was due by 30 October 2026, 24 days ago."),
        (due(K.REVIEW, days=0), "To be reviewed by 23 November 2026, today."),
        (due(K.SOURCE_REVIEW, days=5), "To be reviewed by 28 November 2026, in 5 days."),
        (due(K.SOURCE_END, days=30), "Runs until 23 December 2026, in 30 days."),
        (due(K.SOURCE_END, days=-1), "Ran until 22 November 2026, yesterday."),
        (due(K.OVERDUE, last_said_on=date(2026, 10, 12)), "Last answer on 12 October 2026."),
        (
            due(K.OVERDUE, last_said_on=date(2026, 10, 12), confidence="at-risk"),
            "Last answer: “at risk”, on 12 October 2026.",
        ),
        (due(K.OVERDUE), "Nobody has answered about it yet."),
        (due(K.READING, plan="The plan"), "The plan"),
    ],
)
def test_each_item_says_what_is_due_and_what_was_said(one, words):
    assert f"  {words}\n" in compose(one).text


@pytest.mark.parametrize(
    ("kind", "button", "page"),
    [
        (K.READING, "Add the reading", "/indicators/ref-1/readings/new"),
        (K.REVIEW, "Review", "/responses/ref-1"),
        (K.SOURCE_REVIEW, "Review", "/sources/ref-1"),
        (K.SOURCE_END, "Review", "/sources/ref-1"),
    ],
)
def test_what_is_no_action_leads_to_its_page(kind, button, page):
    assert f"{button}: {BASE}{page}\n" in compose(due(kind)).text


def test_the_worst_comes_first_and_each_sort_has_its_heading():
    text = compose(
        due(K.SOURCE_END), due(K.REVIEW), due(K.READING), due(K.STALE), due(K.DUE_SOON, days=3), due(K.OVERDUE)
    ).text
    order = ["overdue", "in 3 days", "Nothing said", "READINGS DUE", "RESPONSES TO REVIEW", "SOURCES TO REVIEW"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert "Below them: 1 reading to add, 1 review, 1 source near its end." in text


def test_of_very_many_the_rest_is_counted():
    mail = compose(*(due(K.OVERDUE, number=number) for number in range(1, 10)))
    assert mail.text.count("* ") == 5
    for part in (mail.text, mail.html):
        assert "and 4 more" in part
        assert part.count("See all your actions") == 1
        assert part.count(f"{BASE}/my-actions") == 1


def test_the_preview_tells_the_worst():
    assert "One is 24 days overdue." in compose(due(K.OVERDUE)).html
    assert "display:none" in compose(due(K.DUE_SOON, days=2)).html
    assert compose(due(K.READING, "Vacancies")).html.count("Vacancies") >= 2


def test_what_is_coming_is_told_last():
    mail = compose(due(K.OVERDUE), coming=[Coming("x", "Improve data", date(2026, 12, 18))])
    assert "Improve data: due 18 December 2026" in mail.text


def test_the_foot_says_for_which_posts_it_was_sent():
    text = compose(due(K.OVERDUE), due(K.STALE, post="Lead, North", is_deputy=True, number=2)).text
    assert "Sent because you hold the post Head of planning, HEIW, and you are the deputy for Lead, North." in text


def test_a_deputy_is_told_that_they_stand_in():
    assert (
        "Sent because you are the deputy for Lead, North."
        in compose(due(K.STALE, post="Lead, North", is_deputy=True)).text
    )


@pytest.mark.parametrize(
    ("kinds", "subject"),
    [
        ([K.SOURCE_REVIEW, K.SOURCE_END], "sources"),
        ([K.TO_STEERING], "steering"),
        ([K.SOURCE_REVIEW, K.OVERDUE], ""),
        ([K.OVERDUE], ""),
        ([K.ASSIGNED], ""),
        ([K.TO_SPONSOR], ""),
        ([], ""),
    ],
)
def test_only_what_is_no_duty_may_be_declined(kinds, subject):
    assert told.declinable([due(kind) for kind in kinds]) == subject


def test_links_are_made_for_what_can_be_answered_from_the_mail():
    some = [due(kind, number=number) for number, kind in enumerate(K)]
    answered = {some[number].stage.kind for number, _ in told.answerable(some)}
    assert answered == {K.OVERDUE, K.DUE_NOW, K.DUE_SOON, K.STALE, K.MEETING, K.ASSIGNED}


def test_the_way_to_stop_stands_in_both_parts_and_only_where_there_is_one():
    url = f"{BASE}/unsubscribe/1-sources-x"
    mail = compose(due(K.SOURCE_END), unsubscribe_url=url)
    assert url in mail.text
    assert url in mail.html
    assert "unsubscribe" not in compose(due(K.OVERDUE)).text + compose(due(K.OVERDUE)).html


# Mails that stand alone


def test_a_new_holder_is_told_what_they_hold_and_when_it_is_due():
    mail = single(K.ASSIGNED, due(K.ASSIGNED, days=60), addresses={1: "/answer/one"})
    assert mail.subject == "You now hold: Train the trainers"
    assert "Due on 22 January 2027, in 60 days." in mail.text
    assert f"{BASE}/answer/one" in mail.text
    assert "Sent because you hold the post Head of planning, HEIW." in mail.text


def test_several_new_actions_are_told_in_one_mail():
    mail = single(K.ASSIGNED, *(due(K.ASSIGNED, f"Action {number}", days=None, number=number) for number in range(3)))
    assert mail.subject == "You now hold 3 actions"
    assert mail.text.count("No due date is set.") == 3
    assert "do not forward" not in mail.text


def test_a_sponsor_is_told_how_late_it_is_and_who_owns_it():
    late = due(
        K.TO_SPONSOR,
        owner="Lead, North",
        working_days_late=6,
        last_said="Two have left.",
        last_said_on=date(2026, 10, 1),
        confidence="off-track",
    )
    mail = single(K.TO_SPONSOR, late)
    assert mail.subject == "6 working days overdue, and you sponsor it: Train the trainers"
    assert "Owner: Lead, North." in mail.text
    assert "They wrote: “Two have left.”" in mail.text
    assert f"See it: {BASE}/actions/ref-1" in mail.text
    assert single(K.TO_SPONSOR, late, late).subject == "2 overdue actions that you sponsor"


def test_the_steering_group_is_told_with_a_way_to_stop():
    late = due(K.TO_STEERING, post="", plan="The plan", working_days_late=16)
    mail = single(K.TO_STEERING, late, unsubscribe_url=f"{BASE}/unsubscribe/1-steering-x")
    assert mail.subject == "16 working days overdue, for the steering group: Train the trainers"
    assert "Sent because you are a member of the steering group of The plan." in mail.text
    assert "Nobody owns it." in mail.text
    assert "/unsubscribe/1-steering-x" in mail.html
    assert single(K.TO_STEERING, late, late).subject == "2 overdue actions for the steering group"


def test_a_steering_mail_without_a_plan_gives_no_reason():
    assert "Sent because" not in single(K.TO_STEERING, due(K.TO_STEERING, post="")).text


def test_new_links_say_how_each_action_stands():
    some = [
        ("Train", date(2026, 11, 20), "/answer/a"),
        ("Count", date(2026, 12, 1), "/answer/b"),
        ("Ask", None, "/answer/c"),
    ]
    mail = singles.compose_links(some, today=TODAY, base_url=BASE)
    assert mail.subject == "Your 3 new links"
    for words in (
        "Was due on 20 November 2026, 3 days ago.",
        "Due on 1 December 2026, in 8 days.",
        "No due date is set.",
    ):
        assert words in mail.text
    assert singles.compose_links(some[:1], today=TODAY, base_url=BASE).subject == "Your new link: Train"


def test_a_long_title_leaves_the_subject_readable():
    mail = single(K.ASSIGNED, due(K.ASSIGNED, "Strengthen the workforce " * 20))
    assert len(mail.subject) < LONGEST_IN_SUBJECT + 30
    assert mail.subject.endswith(" …")
    assert "Strengthen the workforce " * 19 in mail.text


@pytest.mark.parametrize("kind", [K.ASSIGNED, K.TO_SPONSOR, K.TO_STEERING, K.OVERDUE])
def test_a_mail_is_fit_for_outlook_and_a_phone(kind):
    one = due(kind, "Pay & <script>", plan="P")
    mail = compose(one) if kind is K.OVERDUE else single(kind, one)
    html = mail.html
    assert "Pay &amp; &lt;script&gt;" in html
    assert "Pay & <script>" in mail.text
    assert "<img" not in html
    assert "<script" not in html
    assert "http://" not in html
    assert 'width="600"' in html
    assert "max-width:620px" in html
    assert html.count("<table") == html.count("</table>")
    assert html.count("<td") == html.count("</td>")
    assert "mso-padding-alt" in html


def for_meeting(number, *, meets_on=date(2026, 12, 7), answer_by=BY, **values):
    return due(K.MEETING, f"Action {number}", 90, number=number, meets_on=meets_on, answer_by=answer_by, **values)


def test_a_request_before_a_meeting_names_it_and_the_day_on_which_answers_close():
    mail = compose(for_meeting(1), for_meeting(2))
    assert mail.subject == "For the steering group’s meeting on 7 December 2026: answer by 30 November"
    assert "<h2" not in mail.html, "the subject is the heading"
    january = for_meeting(1, meets_on=date(2027, 1, 6), answer_by=date(2026, 12, 29))
    assert compose(january).subject.endswith("meeting on 6 January 2027: answer by 29 December 2026")


def test_two_meetings_have_a_section_each_under_their_plan():
    later = for_meeting(2, meets_on=date(2026, 12, 9), answer_by=date(2026, 12, 2), plan="Plan for Powys")
    mail = compose(later, for_meeting(1, plan="Plan for Wales"), due(K.READING, number=3))
    assert mail.subject == "For 2 meetings of steering groups: answer by 30 November"
    headings = ["Plan for Wales. For the", "Action 1", "Plan for Powys. For the", "Action 2", "Readings due"]
    places = [mail.html.index(words) for words in headings]
    assert places == sorted(places)


def test_each_section_shows_its_first_five_and_their_links():
    some = [for_meeting(number) for number in range(1, 8)] + [due(K.STALE, number=number) for number in range(8, 16)]
    assert [one.record_id for one in digest.shown(some)] == [1, 2, 3, 4, 5, 8, 9, 10, 11, 12]
    mail = compose(*some)
    assert "and 2 more" in mail.text
    assert "and 3 more" in mail.text
