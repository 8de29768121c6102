"""The `kb` command as scripts see it: what is on stdout, what on stderr, and the exit code."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from kb import cli, paths
from kb.assembly import open_database
from kb.cli.looking import NARROWING
from kb.config import Settings
from search.language.filters import FIELD_NAMES, VALUE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

    Kb = Callable[..., Result]

ACCOUNT = ("user", "add", "new@example.org", "--name", "Somebody new", "--password", "a long pass phrase of words")


def command(folder: Path) -> Kb:
    """`kb` with its data in a folder, run as the installed script runs it."""

    def run(*words: str) -> Result:
        environment = {"KB_DEMO": "1", "KB_DATA_DIR": str(folder), "KB_DATABASE_URL": "", "KB_PASSWORD": None}
        return CliRunner().invoke(cli.kb, list(words), env=environment)

    return run


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with the seed in it, set up by the commands themselves."""
    folder = tmp_path_factory.mktemp("filled")
    run = command(folder)
    assert run("init").exit_code == 0
    assert run("seed").exit_code == 0
    yield folder
    open_database(Settings(data_dir=folder)).engine.dispose()


@pytest.fixture
def kb(filled: Path) -> Kb:
    """`kb` over the seed; for what only reads."""
    return command(filled)


@pytest.fixture
def own(filled: Path, tmp_path: Path) -> Iterator[Kb]:
    """`kb` over a copy of its own; for what changes something."""
    folder = shutil.copytree(filled, tmp_path / "own")
    yield command(folder)
    open_database(Settings(data_dir=folder)).engine.dispose()


def document(result: Result) -> Any:
    """What stands on stdout, which is one JSON document and nothing else."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_init_and_seed_can_be_repeated(own: Kb) -> None:
    again = own("init")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "up to date" in again.stderr
    assert document(own("seed", "--json"))["made"] == {}


def test_what_is_loaded_can_be_searched_at_once(kb: Kb) -> None:
    found = document(kb("search", "perinatal nursing", "--json", "--limit", "3"))
    assert set(found) >= {"query", "total", "did_you_mean", "facets", "hits"}
    assert len(found["hits"]) == 3
    assert set(found["hits"][0]) >= {"kind", "ref", "title", "score", "excerpt"}


def test_a_search_can_be_narrowed_to_one_kind(kb: Kb) -> None:
    found = document(kb("search", "workforce", "--json", "--kind", "source", "--limit", "100"))
    assert {hit["kind"] for hit in found["hits"]} == {"source"}


def test_a_search_takes_every_filter_of_the_page_and_says_what_it_ignored(kb: Kb) -> None:
    assert {FIELD_NAMES[name] for name in ("kind", *NARROWING)} == {*VALUE_FIELDS, "year"}
    wide = document(kb("search", "workforce", "--json"))
    narrow = kb("search", "workforce", "--json", "--nation", "wales", "--year", "2015..", "--staff-group", "no-such")
    assert 0 < document(narrow)["total"] < wide["total"]
    assert "staff group “no such”" in narrow.stderr


def test_stats_agree_with_the_founding_documents(kb: Kb) -> None:
    counts = document(kb("stats", "--json"))
    known = {
        "source": 206,
        "key_point": 447,
        "response": 55,
        "action": 123,
        "priority": 186,
        "figure": 236,
        "organisation": 165,
        "theme": 44,
        "term": 153,
        "empty_response": 3,
    }
    assert {kind: counts[kind] for kind in known} == known
    assert counts["implication"] >= 140


@pytest.mark.parametrize("name", ["t4mh-strategy", "source:t4mh-strategy"])
def test_a_thread_names_its_nodes_and_links(kb: Kb, name: str) -> None:
    thread = document(kb("thread", name, "--json"))
    assert thread["record"]["ref"] == "t4mh-strategy"
    named = {f"{node['kind']}:{node['ref']}" for node in thread["nodes"]}
    assert thread["links"]
    assert all({link["from"], link["to"]} <= named for link in thread["links"])


def test_impact_tells_what_keeps_support_and_what_would_take_over(kb: Kb) -> None:
    asked = ("impact", "t4mh-delivery-plan-2019-22", "--by", "source:t4mh-strategy")
    told = document(kb(*asked, "--json"))
    touched, kept, lost = told["figures"]
    assert touched == kept + lost == len(told["rows"]) > 0
    assert told["by"]["ref"] == "t4mh-strategy"
    assert told["sentence"] in kb(*asked).output


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["no-such"], "There is no source, action, post or organisation called “no-such”"),
        (["source:t4mh-strategy", "action:t4mh-18"], "Choose records of one kind"),
        (["action:t4mh-18", "--what", "superseded"], "cannot happen to a record of the kind action"),
    ],
)
def test_a_question_about_impact_that_makes_no_sense_is_refused(kb: Kb, names: list[str], said: str) -> None:
    refused = kb("impact", *names)
    assert refused.exit_code == 1
    assert said in refused.stderr


def test_gaps_are_one_list_for_each_kind(kb: Kb) -> None:
    gaps = document(kb("gaps", "--json"))["mental-health-workforce-wales"]
    assert all(isinstance(listed, list) for listed in gaps.values())
    assert any(gaps.values())


def test_a_dry_run_tells_who_would_be_reminded_and_why_and_sends_nothing(kb: Kb) -> None:
    today = document(kb("remind", "--dry-run", "--json"))
    planned = document(kb("remind", "--on", "2030-01-07", "--dry-run", "--json"))
    assert planned
    assert set(planned[0]) >= {"recipient", "kind", "action"}
    assert document(kb("remind", "--dry-run", "--json")) == today
    shown = kb("remind", "--on", "2030-01-07", "--dry-run").stdout
    assert f"{planned[0]['recipient']}: {planned[0]['subject']}" in shown
    assert f"{len(planned)} reminders in " in shown


def test_doctor_fails_while_the_worker_has_never_run(kb: Kb) -> None:
    told = kb("doctor", "--json")
    assert told.exit_code == 1
    findings = json.loads(told.stdout)["findings"]
    assert [finding["subject"] for finding in findings if finding["is_bad"]] == ["Worker"]


def test_the_index_can_be_built_anew(own: Kb) -> None:
    built = own("search-rebuild")
    assert (built.exit_code, built.stdout) == (0, "")
    assert "Indexed" in built.stderr


def test_an_account_is_added_given_a_role_and_deactivated(own: Kb) -> None:
    email = "new@example.org"
    for words in (
        ACCOUNT,
        ("user", "password", email, "--password", "another long pass phrase"),
        ("user", "role", email, "mental-health-workforce-wales", "steering"),
        ("user", "deactivate", email),
    ):
        done = own(*words)
        assert (done.exit_code, done.stdout) == (0, ""), done.output
    listed = {one["email"]: one for one in document(own("user", "list", "--json"))}
    assert listed[email]["name"] == "Somebody new"
    assert listed[email]["is_active"] is False
    assert own("user", "activate", email).exit_code == 0
    listed = {one["email"]: one for one in document(own("user", "list", "--json"))}
    assert listed[email]["is_active"] is True


REFUSED = [
    ("thread", "source:no-such-source"),
    ("gaps", "--plan", "no-such-plan", "--json"),
    ("user", "password", "nobody@example.org", "--password", "a long pass phrase of words"),
    ("user", "role", "nobody@example.org", "mental-health-workforce-wales", "lead"),
    ("user", "deactivate", "nobody@example.org"),
    ("user", "add", "not an address", "--name", "N", "--password", "a long pass phrase of words"),
    ("user", "add", "short@example.org", "--name", "N", "--password", "short"),
]


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_refused_exits_with_1_and_says_so_on_stderr(kb: Kb, words: tuple[str, ...]) -> None:
    refused = kb(*words)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("kb: ")


MISUSED = [
    ("no-such-command",),
    ("search",),
    ("search", "words", "--limit", "none"),
    ("search", "words", "--kind", "no-such-kind"),
    ("remind", "--on", "tomorrow", "--dry-run"),
    ("remind", "--on", "2026-11-23"),
    ("seed", "--from", "no-such-folder"),
    ("user", "role", "lead@demonstration.invalid", "mental-health-workforce-wales", "owner"),
]


@pytest.mark.parametrize("words", MISUSED)
def test_wrong_usage_exits_with_2_and_says_so_on_stderr(kb: Kb, words: tuple[str, ...]) -> None:
    misused = kb(*words)
    assert (misused.exit_code, misused.stdout) == (2, "")
    assert misused.stderr


def test_before_init_commands_say_what_to_do(tmp_path: Path) -> None:
    refused = command(tmp_path)("stats", "--json")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "kb init" in refused.stderr


def test_a_folder_that_cannot_be_used_is_refused_with_file_entry_and_field(own: Kb, tmp_path: Path) -> None:
    folder = shutil.copytree(paths.SEED_DATA, tmp_path / "spoilt")
    file = folder / "plans" / "mental-health-workforce-wales" / "mapping" / "01-together-for-mental-health.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("category: driver", "category: drover", 1), "utf-8")
    refused = own("seed", "--from", str(folder), "--json")
    assert (refused.exit_code, refused.stdout) == (1, "")
    for part in (file.name, "t4mh-strategy", "category"):
        assert part in refused.stderr


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Kb]:
    """`kb` over nothing, outside demonstration mode."""

    def run(*words: str) -> Result:
        environment = {
            "KB_DEMO": None,
            "KB_DATA_DIR": str(tmp_path),
            "KB_DATABASE_URL": "",
            "KB_PASSWORD": None,
            "KB_BASE_URL": "https://thread.example.org",
        }
        return CliRunner().invoke(cli.kb, list(words), env=environment)

    yield run
    open_database(Settings(data_dir=tmp_path)).engine.dispose()


FIRST = ("init", "--email", "first@example.org", "--name", "First")


def test_init_on_nothing_says_how_the_first_administrator_comes_in(new: Kb) -> None:
    told = new("init")
    assert (told.exit_code, told.stdout) == (0, "")
    assert "kb init --email" in told.stderr


def test_init_prints_one_link_for_the_first_administrator_and_no_password(new: Kb) -> None:
    links = [new(*FIRST).stdout.strip() for _ in range(2)]
    assert len(set(links)) == 2
    assert all(link.startswith("https://thread.example.org/invitations/") for link in links)
    assert document(new("user", "list", "--json")) == [
        {
            "email": "first@example.org",
            "name": "First",
            "is_active": True,
            "is_administrator": True,
            "state": "invited",
        }
    ]
    assert "Nobody has come in yet" in new("init").stderr


def test_init_invites_nobody_once_an_administrator_can_sign_in(new: Kb) -> None:
    new("init")
    assert new(*ACCOUNT, "--administrator").exit_code == 0
    refused = new(*FIRST)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "an administrator already" in refused.stderr
    assert "kb init" not in new("init").stderr


@pytest.mark.parametrize("words", [("--email", "a@example.org"), ("--name", "A")])
def test_init_takes_email_and_name_together(new: Kb, words: tuple[str, ...]) -> None:
    assert new("init", *words).exit_code == 2


def test_a_link_for_a_new_password_is_printed_where_no_mail_leaves(new: Kb) -> None:
    new("init")
    new(*ACCOUNT)
    told = new("user", "link", ACCOUNT[2])
    assert told.stdout.startswith("https://thread.example.org/new-password/")
    assert new("user", "link", "unknown@example.org").exit_code == 1


def test_the_last_administrator_is_not_deactivated_by_command_either(new: Kb) -> None:
    new("init")
    new(*ACCOUNT, "--administrator")
    refused = new("user", "deactivate", ACCOUNT[2])
    assert refused.exit_code == 1
    assert "only administrator" in refused.stderr


@pytest.mark.parametrize("dry", [("--dry-run",), ()])
def test_a_file_that_cannot_be_read_is_refused_in_json_and_in_a_sentence(
    own: Kb, tmp_path: Path, dry: tuple[str, ...]
) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK no workbook")
    result = own("import", str(path), *dry, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told.keys(), told["file"]) == (1, {"file", "error"}, "broken.xlsx")
    assert result.stderr == f"kb: {told['error']}\n"
    assert own("import", str(path), *dry).stdout == ""


def test_a_dry_run_tells_in_json_what_would_become_of_each_row_and_writes_nothing(kb: Kb, tmp_path: Path) -> None:
    path = tmp_path / "sources.csv"
    path.write_text("Source,Type,Category\nA strategy for wards,strategy,Policy driver\n", encoding="utf-8")
    before = document(kb("stats", "--json"))
    told = document(kb("import", str(path), "--dry-run", "--json"))
    assert (told["kind"], told["rows_in_file"], told["created"]) == ("sources", 1, 1)
    assert document(kb("stats", "--json")) == before
    path.write_text("Source,Type,Category\n", encoding="utf-8")
    empty = kb("import", str(path), "--dry-run", "--json")
    assert (empty.exit_code, "no row to bring in" in json.loads(empty.stdout)["error"]) == (1, True)
