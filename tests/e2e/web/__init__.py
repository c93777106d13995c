"""The web client, driven as a person would: a real suite with sample data, a real Chromium, no mocks.

How a test is written:

    @pytest.mark.parametrize(("screen", "language"), EVERYWHERE)
    def test_a_deal_is_renamed(visit: Visit, screen: Screen, language: Language) -> None:
        with visit("/o/opportunity", screen=screen, language=language, refusals={412}) as page:
            page.get_by_role(...).click()
            expect(page...).to_have_text(...)
            look(page, "opportunity-list")

`visit` opens a page of the client in a browser of its own, signed in as the administrator (`who=None`: as nobody), with
no preferences kept. One suite serves all tests of a worker: make the records that you change (with the fixture
`http`), and count nothing that others may have made. When the block ends, the visit fails where

* the console had an error or a warning, a script threw, a request failed or went elsewhere;
* the server answered with 5xx, or with a refusal (4xx) that is not among `refusals` (a 503 that names the time to
  ask again is no failure of a read: the page does so, and shows what the test expects);
* the content security policy was breached;
* a token stood in a storage that scripts can read;
* the page is wider than its screen.

Views follow the log. `http` and the opening of a visit wait for them; a page that reloads after an act of its own needs
`visit.shown()` before. What others do is heard by a page from the moment on at which `live(page)` returns.

`look(page, name)` is for each state worth seeing: light and dark, it waits for skeletons and `aria-busy` to end, writes
`build/screenshots/<name>-<screen>-<language>-<scheme>.png`, and fails on any violation of WCAG 2.1 A or AA that axe
finds and on a word without its text (`list.empty`).
"""
