from __future__ import annotations

import os

import pytest
import yaml

from search.language import synonyms


def test_the_file_is_right_and_says_what_the_field_says():
    known = synonyms.checked(yaml.safe_load(synonyms.FILE.read_text("utf-8")))
    assert "psychological therapies" in known.others["talk", "therapi"]
    assert "parity of esteem" in known.others["equal", "esteem"]
    assert "staff wellbeing" in known.others["burnout",]
    assert "IT" in known.words_too


def test_no_single_word_of_many_meanings_is_a_synonym():
    known = synonyms.checked(yaml.safe_load(synonyms.FILE.read_text("utf-8")))
    told = {other.lower() for others in known.others.values() for other in others}
    assert not told & {"colleges", "college", "council", "assembly", "review", "posts", "gaps", "pay", "stress"}


def test_same_words_find_each_other_and_wider_ones_only_one_way():
    known = synonyms.checked({"same": [["patient", "service user"]], "wider": {"burnout": ["stress"]}})
    assert known.others == {
        ("patient",): ("service user",),
        ("servic", "user"): ("patient",),
        ("burnout",): ("stress",),
    }


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"equal": []},
        {"same": [["alone"]]},
        {"same": ["patient"]},
        {"same": [["patient", 3]]},
        {"same": [["patient", "the"]]},
        {"same": [["patient", "one two three four five six seven"]]},
        {"wider": {"burnout": "stress"}},
        {"wider": {1: ["stress"]}},
        {"words_too": "IT"},
        {"same": 7},
        {"wider": [["burnout"]]},
    ],
)
def test_a_mistake_in_the_file_is_named(told):
    with pytest.raises(ValueError, match=r"."):
        synonyms.checked(told)


def test_a_correction_takes_effect_by_itself_and_a_mistake_leaves_what_was(tmp_path, caplog):
    path = tmp_path / "synonyms.yaml"
    for moment, (text, others) in enumerate(
        [
            ("same: [[patient, client]]", ("client",)),
            ("same: [[patient, service user]]", ("service user",)),
            ("same: [[patient", ("service user",)),
            ("same: 7", ("service user",)),
        ],
        start=1,
    ):
        path.write_text(text, "utf-8")
        os.utime(path, ns=(moment, moment))
        assert synonyms.current(path).others["patient",] == others
    assert "synonyms were not read" in caplog.text


def test_without_the_file_there_are_none(tmp_path):
    assert not synonyms.current(tmp_path / "none.yaml").others
