"""Which rows a page of a list shows, and the addresses of the other pages."""

from __future__ import annotations

import pytest

from kb.paging import offset_asked, paged, url_with


@pytest.mark.parametrize(
    ("asked", "total", "page", "shown"),
    [
        ("", 206, 1, (1, 25)),
        ("page=2", 206, 2, (26, 50)),
        ("page=9", 206, 9, (201, 206)),
        ("page=10", 206, 9, (201, 206)),
        ("page=0", 206, 1, (1, 25)),
        ("page=-1", 206, 1, (1, 25)),
        ("page=x", 206, 1, (1, 25)),
        ("page=²", 206, 1, (1, 25)),
        (f"page={'9' * 500}", 206, 1, (1, 25)),
        ("page=999999999", 206, 9, (201, 206)),
        ("", 0, 1, (0, 0)),
        ("", 25, 1, (1, 25)),
    ],
)
def test_a_page_that_does_not_exist_becomes_the_nearest_that_does(app, asked, total, page, shown):
    with app.test_request_context(f"/sources?{asked}"):
        paging = paged(total)
        assert (paging.page, (paging.first, paging.last)) == (page, shown)
        assert (paging.offset, paging.limit) == ((page - 1) * 25, 25)


@pytest.mark.parametrize(("asked", "offset"), [("", 0), ("page=3", 50), ("page=0", 0), ("page=x", 0)])
def test_where_a_page_begins_is_known_before_the_list_is_counted(app, asked, offset):
    with app.test_request_context(f"/sources?{asked}"):
        assert offset_asked() == offset


def test_other_pages_keep_the_filters(app):
    with app.test_request_context("/sources?status=ended&status=draft&q=a%26b%20c&page=2"):
        paging = paged(100)
        assert paging.next_url == "/sources?status=ended&status=draft&q=a%26b%20c&page=3"
        assert paging.previous_url == "/sources?status=ended&status=draft&q=a%26b%20c"
        assert url_with(status=None) == "/sources?q=a%26b%20c"
        assert url_with(page="4", q="x").endswith("&page=4&q=x")
    with app.test_request_context("/sources?page=4"):
        assert paged(100).next_url is None
